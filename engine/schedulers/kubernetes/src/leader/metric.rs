//! How Prometheus sees who leads.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntGauge, Registry};

use super::leadership::Leadership;

/// A gauge that looks when it is read: a leadership ends by time alone.
#[derive(Debug)]
struct LeaderGauge {
    gauge: IntGauge,
    leadership: Leadership,
}

impl LeaderGauge {
    fn new(leadership: Leadership) -> prometheus::Result<LeaderGauge> {
        let help = "1 where this engine is the one that may scale, else 0.";
        Ok(LeaderGauge { gauge: IntGauge::new("microscaling_leader", help)?, leadership })
    }
}

impl Leadership {
    /// Registers the gauge `microscaling_leader`: 1 where this engine may act, else 0.
    ///
    /// # Errors
    /// When its name is taken.
    pub fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        registry.register(Box::new(LeaderGauge::new(self.clone())?))
    }
}

impl Collector for LeaderGauge {
    fn desc(&self) -> Vec<&Desc> {
        self.gauge.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.gauge.set(self.leadership.may_write().into());
        self.gauge.collect()
    }
}
