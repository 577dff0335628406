//! The scales that all strips of a drawing share, and the order of their layers.

use simulator::series::Point;
use simulator::{Outcome, Scenario};

/// If a strip of ours is drawn, the queue axis ends at this many times its longest queue at most,
/// so that its changes can be seen. Longer queues leave their panels; their peaks are written.
const TIMES_OURS: f64 = 4.0;

/// The scales that all strips share.
#[derive(Debug)]
pub struct Scale {
    /// The end of the queue axis.
    pub queue: f64,
    /// The queue length that is allowed.
    pub target: f64,
    /// The number of slots.
    pub capacity: u32,
    /// The end of the container axis.
    pub containers: u32,
    /// The workloads from below, each with its place among the urgent ones; `None` for the
    /// background.
    pub layers: Vec<(usize, Option<usize>)>,
}

impl Scale {
    /// The scales for these contenders.
    pub fn of(scenario: &Scenario, outcomes: &[Outcome]) -> Scale {
        let target = target(scenario);
        let longest = |whose: &dyn Fn(&&Outcome) -> bool| {
            let points = outcomes.iter().filter(whose).flat_map(|it| &it.series.points);
            points.map(longest_queue).max().map(|longest| longest as f64)
        };
        // A fixed fleet that is too small has an endlessly growing queue.
        let all = longest(&|it| it.scales).or_else(|| longest(&|_| true)).unwrap_or(0.0);
        let ours = longest(&|it| is_ours(it)).map(|ours| TIMES_OURS * ours);
        let queue = ours.map_or(all, |ours| all.min(ours)).max(1.5 * target);
        let capacity = scenario.capacity;
        let placed = outcomes.iter().flat_map(|it| &it.series.points).map(placed);
        let mut layers: Vec<_> = urgent(scenario).into_iter().enumerate().collect();
        layers.sort_by_key(|(_, place)| place.unwrap_or(usize::MAX));
        Scale {
            queue: round_up(queue),
            target,
            capacity,
            containers: placed.max().unwrap_or(0).max(capacity),
            layers,
        }
    }
}

/// The longest queue that is allowed: the greatest target.
pub fn target(scenario: &Scenario) -> f64 {
    let queues = scenario.workloads.iter().filter(|it| it.queue.is_some());
    queues.map(|it| f64::from(it.target)).fold(1.0, f64::max)
}

/// Whether a contender is ours.
pub fn is_ours(outcome: &Outcome) -> bool {
    outcome.name.starts_with("ours")
}

/// Each workload's place among the urgent ones, by priority; `None` for the background.
pub fn urgent(scenario: &Scenario) -> Vec<Option<usize>> {
    let all = 0..scenario.workloads.len();
    let mut order: Vec<usize> = all.clone().filter(|i| !scenario.takes_rest(*i)).collect();
    order.sort_by_key(|i| scenario.workloads[*i].priority);
    all.map(|i| order.iter().position(|it| *it == i)).collect()
}

fn longest_queue(point: &Point) -> u64 {
    point.ready.iter().copied().max().unwrap_or(0)
}

fn placed(point: &Point) -> u32 {
    point.containers.iter().map(|it| it.placed()).sum()
}

/// The next round number: 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten.
fn round_up(number: f64) -> f64 {
    let power = 10_f64.powf(number.max(1.0).log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= number).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (number, end) in [(0.0, 1.0), (30.0, 30.0), (226.0, 250.0), (401.0, 500.0), (9.5, 10.0)]
        {
            assert_eq!(round_up(number), end, "{number}");
        }
    }
}
