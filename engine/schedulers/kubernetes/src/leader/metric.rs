//! How Prometheus sees who leads.

use prometheus::{PullingGauge, Registry};

use super::leadership::Leadership;

impl Leadership {
    /// Registers the gauge `microscaling_leader`: 1 where this engine may act, else 0.
    ///
    /// # Errors
    /// When its name is taken.
    pub fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        let help = "1 where this engine is the one that may scale, else 0.";
        let this = self.clone();
        // It looks when it is read: a leadership ends by time alone.
        let leads = Box::new(move || if this.may_write() { 1.0 } else { 0.0 });
        registry.register(Box::new(PullingGauge::new("microscaling_leader", help, leads)?))
    }
}
