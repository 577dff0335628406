//! What becomes of work in progress when there are to be fewer workers.

use super::promise::{Promise, by_seed};
use super::stage::{demo, seconds, span};
use crate::arrivals::Arrivals;
use crate::{Kind, Scenario, run};

/// The shipped scenario that is measured.
const SHIPPED: &str = "long-jobs";
/// Jobs that come at once, in the demo.
const HEAP: u32 = 34;

pub(super) fn shipped(shipped: &[Scenario]) -> Result<Vec<Promise>, String> {
    let on = "long jobs: the scenario long-jobs";
    let scenario = shipped.iter().find(|it| it.name == SHIPPED);
    let scenario = scenario.ok_or("the scenario long-jobs is missing")?;
    let [cut, stopped, thrown, dead] = by_seed(|seed| {
        let outcome = run(scenario, &Kind::Ours, seed)?;
        let tally = &outcome.tally;
        let cut = f64::from(tally.containers_cut(0));
        let (stopped, dead) = (tally.stopped_at_work as f64, outcome.jobs_dead() as f64);
        Ok([cut, stopped, tally.work_thrown_away, dead])
    })?;
    let most = Some(0.0);
    Ok(vec![
        Promise { on, what: "consumers cut", at_most: None, figures: cut },
        Promise { on, what: "of them at work", at_most: most, figures: stopped },
        Promise { on, what: "work thrown away, s", at_most: most, figures: thrown },
        Promise { on, what: "jobs dead", at_most: most, figures: dead },
    ])
}

/// The demo with jobs of half a minute that come at once, and workers that have five seconds.
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
    let on = "long jobs: 34 of 30 s at once, in the demo";
    let [back, dead, given, left] = by_seed(|seed| {
        let outcome = run(&heap(), &Kind::Ours, seed)?;
        let total = outcome.queues[0].total;
        let given = total.delivered.abs_diff(total.published);
        let left = total.published - total.acked;
        Ok([handed_back(&outcome.queues[0]), total.dead, given, left].map(|count| count as f64))
    })?;
    let most = Some(0.0);
    Ok(vec![
        Promise { on, what: "jobs handed back", at_most: most, figures: back },
        Promise { on, what: "jobs dead", at_most: most, figures: dead },
        Promise { on, what: "jobs given out more than once", at_most: most, figures: given },
        Promise { on, what: "jobs not done in 290 s", at_most: most, figures: left },
    ])
}

fn handed_back(queue: &broker::Stats) -> u64 {
    queue.total.released + queue.total.nacked
}
