//! The remainder's metrics.

use prometheus::{IntCounter, Registry};

/// The remainder's counters.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// `remainder_work_units_total`: tiles computed.
    pub work_units: IntCounter,
    /// `remainder_tiles_dropped_total`: tiles that were computed but not published.
    pub dropped: IntCounter,
}

impl Metrics {
    /// Registers the counters.
    ///
    /// # Errors
    /// When counters with these names are registered already.
    pub fn register(registry: &Registry) -> prometheus::Result<Metrics> {
        let work_units = IntCounter::new("remainder_work_units_total", "Tiles computed")?;
        let dropped =
            IntCounter::new("remainder_tiles_dropped_total", "Tiles computed but not published")?;
        registry.register(Box::new(work_units.clone()))?;
        registry.register(Box::new(dropped.clone()))?;
        Ok(Metrics { work_units, dropped })
    }
}
