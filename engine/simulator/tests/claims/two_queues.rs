//! Two workloads with a queue each, and the background. Containers start and stop at once, jobs
//! take 200 ms, and one of the queues cannot be read for a minute.
//!
//! Seconds are counted from our first reading, because ticks begin at a random time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use control::Decision;
use simulator::arrivals::Arrivals;
use simulator::scenario::{Outage, Workload};
use simulator::{Round, Scenario, watch};

/// The workload whose queue cannot be read for a while, and the one whose queue always can. Each
/// follows the queue of its own name.
pub(crate) const SICK: &str = "sick";
pub(crate) const WELL: &str = "well";

/// Enough for all that the two workloads want in ordinary times.
pub(crate) const CAPACITY: u32 = 40;

/// What happens between two ticks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// When it began, in seconds.
    pub(crate) at: f64,
    pub(crate) decisions: Vec<Decision>,
    /// The count of each workload after it.
    pub(crate) counts: BTreeMap<String, u32>,
    /// The wanted count of [`SICK`].
    pub(crate) wanted: u32,
    /// How many of its messages waited at the last reading.
    pub(crate) ready: u64,
}

impl Tick {
    /// The decisions on a workload.
    pub(crate) fn on(&self, name: &str) -> Vec<&Decision> {
        self.decisions.iter().filter(|decision| decision.workload == name).collect()
    }

    /// How many containers of [`SICK`] are removed in this round.
    pub(crate) fn removed(&self) -> u32 {
        self.on(SICK).iter().map(|decision| decision.from.saturating_sub(decision.to)).sum()
    }
}

/// The world before it is played.
pub(crate) struct World {
    scenario: Scenario,
    /// When the rate of [`SICK`] changes, in seconds, and the new rate.
    load: (f64, f64),
    dark: Range<f64>,
}

const TEXT: &str = "
name: two
teaches: nothing
duration: 1s
capacity: 40
queues:
  - {name: sick}
  - {name: well, arrivals: {shape: square, low: 5, high: 20, period: 40s, even: true}}
workloads:
  - {name: sick, priority: 1, min: 1, max: 30, initial: 5, rule: rate, queue: sick, job: 200ms,
     start: 0s, stop: 0s}
  - {name: well, priority: 1, min: 1, max: 30, initial: 3, rule: queue, queue: well, job: 200ms,
     start: 0s, stop: 0s}
  - {name: rest, priority: 2, min: 1, max: 40, initial: 32, rule: remainder, start: 0s, stop: 0s}
";

impl World {
    /// A world in which 17 jobs a second arrive for [`SICK`], and another rate later. During
    /// `dark`, in seconds, its queue cannot be read; the end of it is the first good reading.
    pub(crate) fn new(load: (f64, f64), dark: Range<f64>) -> World {
        World { scenario: serde_yaml::from_str(TEXT).unwrap(), load, dark }
    }

    /// Changes the configuration of [`SICK`].
    #[must_use]
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Workload)) -> World {
        change(&mut self.scenario.workloads[0]);
        self
    }

    /// Plays the outage and `more` seconds after it.
    pub(crate) fn play(mut self, more: u64) -> Vec<Tick> {
        let first = first_reading(&self.scenario);
        let after = |seconds| first + Duration::from_secs_f64(seconds);
        let (at, to) = (after(self.load.0), self.load.1);
        self.scenario.queues[0].arrivals = Some(Arrivals::Step { from: 17.0, to, at, even: true });
        let (from, end) = (after(self.dark.start), after(self.dark.end));
        let outage = Outage { queue: SICK.to_owned(), from, lasts: end - from };
        self.scenario.outages.push(outage);
        self.scenario.duration = end + Duration::from_secs(more);
        let mut ticks = Vec::new();
        watch(&self.scenario, 1, &mut |round| see(&mut ticks, first, round)).unwrap();
        ticks
    }
}

/// The time of the first reading.
fn first_reading(scenario: &Scenario) -> Duration {
    let mut first = None;
    watch(scenario, 1, &mut |round| {
        first.get_or_insert(round.observation.readings[WELL].taken_at);
    })
    .unwrap();
    first.unwrap()
}

fn see(ticks: &mut Vec<Tick>, first: Duration, round: &Round<'_>) {
    if round.is_tick {
        let taken_at = round.observation.readings[WELL].taken_at;
        ticks.push(Tick {
            at: (taken_at - first).as_secs_f64(),
            decisions: Vec::new(),
            counts: BTreeMap::new(),
            wanted: 0,
            ready: 0,
        });
    }
    let Some(tick) = ticks.last_mut() else { return };
    tick.decisions.extend_from_slice(round.decisions);
    tick.counts = round.replicas.iter().map(|(name, it)| (name.clone(), it.desired)).collect();
    tick.wanted = round.core.why(SICK).unwrap().wanted;
    tick.ready = round.observation.readings[SICK].sample.ready;
}
