//! How Prometheus sees who leads.

use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use super::Leadership;

/// A gauge that looks when it is read: a leadership ends by time alone.
#[derive(Debug)]
pub(super) struct LeaderGauge {
    gauge: IntGauge,
    leadership: Leadership,
}

impl LeaderGauge {
    pub(super) fn new(leadership: Leadership) -> prometheus::Result<LeaderGauge> {
        let help = "1 where this engine is the one that may scale, else 0.";
        Ok(LeaderGauge { gauge: IntGauge::new("microscaling_leader", help)?, leadership })
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
