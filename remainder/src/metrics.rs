//! What the remainder counts.

use prometheus::{IntCounter, Registry};

/// The remainder's counters.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// `remainder_work_units_total`: tiles done.
    pub work_units: IntCounter,
    /// `remainder_tiles_dropped_total`: tiles done that no queue has taken.
    pub dropped: IntCounter,
}

impl Metrics {
    /// Makes the counters known to `registry`.
    ///
    /// # Errors
    /// When it knows counters of these names already.
    pub fn register(registry: &Registry) -> prometheus::Result<Metrics> {
        let work_units = IntCounter::new("remainder_work_units_total", "Tiles computed")?;
        let dropped =
            IntCounter::new("remainder_tiles_dropped_total", "Tiles that no queue has taken")?;
        registry.register(Box::new(work_units.clone()))?;
        registry.register(Box::new(dropped.clone()))?;
        Ok(Metrics { work_units, dropped })
    }
}
