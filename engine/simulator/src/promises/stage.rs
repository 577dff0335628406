//! The workloads and loads on which promises are measured: a capacity of 10, jobs of 300 ms, and
//! containers that take 3 s to start and 2 s to stop.

use crate::Time;
use crate::arrivals::Arrivals;
use crate::scenario::{GRACE, Queue, Scenario, Workload};
use crate::span::Span;

pub(super) const CAPACITY: u32 = 10;

pub(super) fn seconds(seconds: f64) -> Time {
    Time::from_secs_f64(seconds)
}

pub(super) fn span(length: f64) -> Span {
    Span::exactly(seconds(length))
}

/// A queue with its load.
pub(super) fn queue(name: &str, arrivals: Arrivals) -> Queue {
    Queue { name: name.to_owned(), arrivals: Some(arrivals), lease: seconds(3.0) }
}

/// A workload on a queue with the rule `rate`.
pub(super) fn worker(name: &str, priority: u32, queue: &str, initial: u32) -> Workload {
    Workload {
        rule: "rate".to_owned(),
        queue: Some(queue.to_owned()),
        initial: Some(initial),
        job: span(0.3),
        ..remainder(name, priority)
    }
}

/// The background as a workload.
fn remainder(name: &str, priority: u32) -> Workload {
    Workload {
        name: name.to_owned(),
        priority,
        min: 1,
        max: CAPACITY,
        rule: "remainder".to_owned(),
        target: 20,
        start: span(3.0),
        stop: span(2.0),
        grace: GRACE,
        poll_wait: seconds(20.0),
        ..Workload::default()
    }
}

/// A scenario with these queues and workloads, and the background.
pub(super) fn scenario(
    queues: Vec<Queue>,
    mut workloads: Vec<Workload>,
    warm_up: f64,
    duration: f64,
) -> Scenario {
    let last = workloads.iter().map(|it| it.priority).max().unwrap_or(0);
    workloads.push(remainder("remainder", last + 1));
    Scenario {
        name: "promise".to_owned(),
        teaches: "what is promised".to_owned(),
        duration: seconds(duration),
        warm_up: seconds(warm_up),
        seed: 1,
        capacity: CAPACITY,
        tick: seconds(0.5),
        queues,
        workloads,
        ..Scenario::default()
    }
}

/// A scenario with one workload on one queue, and the background.
pub(super) fn single(arrivals: Arrivals, warm_up: f64, duration: f64) -> Scenario {
    let workers = vec![worker("consumer", 1, "jobs", 4)];
    scenario(vec![queue("jobs", arrivals)], workers, warm_up, duration)
}

/// The demo: 1, 3 and 0 producers for 30 s each, then time for the background to grow again.
pub(super) fn demo() -> Scenario {
    let points = vec![(seconds(0.0), 10.0), (seconds(30.0), 30.0), (seconds(60.0), 0.0)];
    let mut demo = single(Arrivals::Replay { points, even: true }, 0.0, 100.0);
    for it in &mut demo.workloads {
        it.initial = None;
        (it.start, it.stop) = (span(1.0), span(0.2));
    }
    let consumer = &mut demo.workloads[0];
    consumer.job = span(0.2);
    (consumer.scale_down_window, consumer.rate_average) = (Some(seconds(6.0)), Some(seconds(5.0)));
    demo
}
