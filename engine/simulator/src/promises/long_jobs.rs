//! What happens to work in progress when workers are removed.

use super::promise::{NONE, Promise, by_seed, ours};
use super::stage::{demo, seconds, span};
use crate::Scenario;
use crate::arrivals::Arrivals;

/// The scenario of this repository with which `shipped` measures.
const SHIPPED: &str = "long-jobs";
/// How many jobs arrive at once in the demo.
const HEAP: u32 = 34;

pub(super) fn shipped(shipped: &[Scenario]) -> Result<Vec<Promise>, String> {
    let scenario = shipped.iter().find(|it| it.name == SHIPPED);
    let scenario = scenario.ok_or("the scenario long-jobs is missing")?;
    let whats = [
        ("consumers stopped", None),
        ("consumers stopped with a job", NONE),
        ("work thrown away, s", NONE),
        ("jobs dead", NONE),
    ];
    by_seed("long jobs: the scenario long-jobs", whats, |seed| {
        let outcome = ours(scenario, seed)?;
        let tally = &outcome.tally;
        let cut = f64::from(tally.containers_cut(0));
        let (stopped, dead) = (tally.stopped_at_work as f64, outcome.jobs_dead() as f64);
        Ok([cut, stopped, tally.work_thrown_away, dead])
    })
}

/// The demo with jobs of 30 s that arrive at once, and workers with a grace of 5 s.
fn heap() -> Scenario {
    let mut heap = demo();
    let (rate, every) = (0.0, None);
    let at = seconds(10.0);
    heap.queues[0].arrivals = Some(Arrivals::Burst { rate, jobs: HEAP, at, every });
    heap.duration = seconds(300.0);
    for it in &mut heap.workloads {
        it.grace = seconds(5.0);
    }
    heap.workloads[0].job = span(30.0);
    heap
}

pub(super) fn at_once() -> Result<Vec<Promise>, String> {
    let whats = [
        ("jobs handed back", NONE),
        ("jobs dead", NONE),
        ("jobs delivered more than once", NONE),
        ("jobs not done in 290 s", NONE),
    ];
    by_seed("long jobs: 34 of 30 s at once, in the demo", whats, |seed| {
        let outcome = ours(&heap(), seed)?;
        let total = outcome.queues[0].total;
        let given = total.delivered.abs_diff(total.published);
        let left = total.published - total.acked;
        let back = total.released + total.nacked;
        Ok([back, total.dead, given, left].map(|count| count as f64))
    })
}
