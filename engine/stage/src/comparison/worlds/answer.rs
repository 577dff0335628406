//! The JSON of two worlds.

use std::collections::BTreeMap;

use serde::Serialize;
use simulator::live::WINDOW;
use simulator::world::{Placed, Stand};
use simulator::{Moment, Scenario};

/// Two worlds as the page gets them. Times are seconds since the last reset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The time at which the worlds began, with empty queues and the counts of the start.
    pub since: f64,
    /// The time to which they were advanced: the last reading of the queues.
    pub until: f64,
    /// The seconds before `until` for which the figures hold.
    pub window_s: f64,
    /// The measured time that one job takes, in seconds, by workload.
    pub job_s: BTreeMap<String, f64>,
    /// The other's world, then ours.
    pub worlds: [Side; 2],
}

/// One world.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// Who scales it, for the page.
    pub label: String,
    /// Always true: ours is simulated, too, so that both meet the same load.
    pub simulated: bool,
    /// The settings in one line.
    pub settings: String,
    /// The slots; null is a free one. With containers beyond the capacity it has more of them.
    pub slots: Vec<Option<Slot>>,
    /// The jobs that wait now, in all queues together.
    pub waiting: u64,
    /// The most jobs that waited in the window; null before the first point of `queue`.
    pub waited_most: Option<u64>,
    /// The longest wait of a job in the window, in seconds; null if no job came.
    pub longest_wait_s: Option<f64>,
    /// The waiting jobs, as (seconds, count) for every half second of the window.
    pub queue: Vec<(f64, u64)>,
}

/// A container in its slot.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct Slot {
    pub workload: String,
    /// `starting`, `ready` or `terminating`.
    pub phase: &'static str,
}

impl Side {
    /// A world that began at `since`, seen now.
    pub(super) fn new(
        (label, settings): (String, String),
        moment: Moment,
        scenario: &Scenario,
        since: f64,
    ) -> Side {
        let slot = |it: Placed| Slot {
            workload: scenario.workloads[it.workload].name.clone(),
            phase: match it.stand {
                Stand::Starting => "starting",
                Stand::Ready => "ready",
                Stand::Stopping => "terminating",
            },
        };
        let seconds = |seconds: f64| (seconds * 10.0).round() / 10.0;
        let point = |(at, n): &(simulator::Time, u64)| (seconds(since + at.as_secs_f64()), *n);
        Side {
            label,
            simulated: true,
            settings,
            slots: moment.slots.into_iter().map(|it| it.map(slot)).collect(),
            waiting: moment.waiting,
            waited_most: moment.queue.iter().map(|(_, n)| *n).max(),
            longest_wait_s: moment.longest_wait.map(|it| seconds(it.as_secs_f64())),
            queue: moment.queue.iter().map(point).collect(),
        }
    }
}

/// The seconds before `until` for which the figures of worlds that began at `since` hold.
pub(super) fn window(since: f64, until: f64) -> f64 {
    (until - since).min(WINDOW.as_secs_f64())
}
