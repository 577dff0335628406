//! The points of the chart.

use std::time::Duration;

use control::Freshness;

use super::round::Round;

/// One tick's values on the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The time since the run began.
    pub at: Duration,
    /// Ready messages by queue, and values by metric, rounded up; one without a fresh reading at
    /// that time is left out.
    pub queues: Vec<(String, u64)>,
    /// Live containers by workload, in the order of the workloads' priorities.
    pub live: Vec<(String, u32)>,
    /// Desired replicas of the Deployments that make the load.
    pub others: Vec<(String, u32)>,
}

impl Point {
    /// The chart's point for one round; the point's time counts from `origin`.
    pub fn of(round: &Round<'_>, origin: Duration) -> Point {
        let config = round.core.config();
        let followed = |name: &String| {
            let mut all = config.workloads.iter().filter_map(|w| w.rule.followed());
            all.find(|followed| followed.name == *name)
        };
        let fresh = round.observation.readings.iter().filter(|(name, reading)| {
            let interval = followed(name).map_or(config.tick, |it| it.interval(config.tick));
            Freshness::of(Some(reading), round.now, interval) == Freshness::Fresh
        });
        let mut workloads: Vec<_> = config.workloads.iter().collect();
        workloads.sort_by_key(|w| (w.rule == control::Rule::Remainder, w.priority));
        let status = |name: &str| round.deployments.get(name).map(|status| status.replicas);
        Point {
            at: round.now.saturating_sub(origin),
            queues: fresh.map(|(name, r)| (name.clone(), r.sample.ready)).collect(),
            live: workloads
                .iter()
                .filter_map(|w| Some((w.name.clone(), status(&w.name)?.live())))
                .collect(),
            others: round.loads().map(|(name, s)| (name.clone(), s.replicas.desired)).collect(),
        }
    }
}
