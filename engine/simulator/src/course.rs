//! How a scenario's steps follow one another, and what they make of its loads and troubles.

use std::collections::BTreeMap;

use crate::Time;
use crate::arrivals::Arrivals;
use crate::scenario::{Outage, Scenario};
use crate::steps::{Action, Producer, Situation, Step};

impl Scenario {
    /// Before the first step: no load, and whatever a step will pause or hold is neither.
    pub fn at_first(&self) -> Situation {
        let mut situation = Situation::default();
        let all = self.steps.iter().flat_map(|step| &step.actions);
        all.for_each(|action| situation.take(action));
        situation.load = self.producers.iter().map(|it| (it.name.clone(), 0)).collect();
        situation.paused.values_mut().for_each(|paused| *paused = false);
        Situation { held: false, ..situation }
    }

    /// What lasts of all that was done up to a step, this one included, by its index.
    pub fn situation(&self, step: usize) -> Situation {
        let mut situation = self.at_first();
        let so_far = self.steps.iter().take(step + 1).flat_map(|step| &step.actions);
        so_far.for_each(|action| situation.take(action));
        situation
    }

    /// Queues that cannot be read when a step begins, its own outages included, and for how long
    /// from then on by the clock.
    pub fn dark_in(&self, step: usize) -> BTreeMap<String, Time> {
        let begin = self.by_clock().nth(step).map(|(at, _)| at).unwrap_or_default();
        let mut dark = BTreeMap::new();
        for (at, step) in self.by_clock().take(step + 1) {
            for action in &step.actions {
                if let Action::Outage { queue, lasts } = action
                    && at + *lasts > begin
                {
                    dark.insert(queue.clone(), at + *lasts - begin);
                }
            }
        }
        dark
    }

    /// The steps by the clock: each with when it begins.
    pub fn by_clock(&self) -> impl Iterator<Item = (Time, &Step)> {
        let begins = self.steps.iter().scan(Time::ZERO, |next, step| {
            let begin = *next;
            *next += step.lasts;
            Some(begin)
        });
        begins.zip(&self.steps)
    }

    /// Everything that is done by the clock, with its moment.
    pub fn done(&self) -> impl Iterator<Item = (Time, &Action)> {
        self.by_clock().flat_map(|(at, step)| step.actions.iter().map(move |it| (at, it)))
    }

    /// What lasts at a time by the clock.
    pub(crate) fn situation_at(&self, now: Time) -> Situation {
        let step = self.by_clock().take_while(|(at, _)| *at <= now).count();
        if step == 0 { self.at_first() } else { self.situation(step - 1) }
    }

    /// When jobs come to a queue: as it says itself, or as the steps load its producers.
    pub fn arrivals(&self, queue: &str) -> Option<Arrivals> {
        let own = self.queues.iter().find(|it| it.name == queue)?.arrivals.clone();
        let producers: Vec<&Producer> =
            self.producers.iter().filter(|it| it.queue == queue).collect();
        if own.is_some() || producers.is_empty() {
            return own;
        }
        let point = |(step, (at, _)): (usize, (Time, &Step))| {
            let load = self.situation(step).load;
            let rate =
                |it: &&Producer| f64::from(load.get(&it.name).copied().unwrap_or(0)) * it.rate;
            (at, producers.iter().map(rate).sum())
        };
        let points = self.by_clock().enumerate().map(point).collect();
        Some(Arrivals::Replay { points, even: producers.iter().all(|it| it.even) })
    }

    /// Jobs of the steps that come to a queue at once, and when.
    pub(crate) fn bursts_of(&self, queue: &str) -> impl Iterator<Item = (Time, u32)> {
        self.done().filter_map(move |(at, action)| match action {
            Action::Burst { queue: to, jobs } if to == queue => Some((at, *jobs)),
            _ => None,
        })
    }

    /// Workloads of which a container dies, and when.
    pub(crate) fn deaths(&self) -> impl Iterator<Item = (Time, &str)> {
        let by_steps = self.done().filter_map(|(at, action)| match action {
            Action::Kill { workload } => Some((at, workload.as_str())),
            _ => None,
        });
        self.crashes.iter().map(|crash| (crash.at, crash.workload.as_str())).chain(by_steps)
    }

    /// Times at which a queue cannot be read, those of the steps included.
    pub(crate) fn dark(&self) -> impl Iterator<Item = Outage> {
        let by_steps = self.done().filter_map(|(from, action)| match action {
            Action::Outage { queue, lasts } => {
                Some(Outage { queue: queue.clone(), from, lasts: *lasts })
            }
            _ => None,
        });
        self.outages.iter().cloned().chain(by_steps)
    }

    /// Whether a queue can be read at a time.
    pub fn can_be_read(&self, queue: &str, now: Time) -> bool {
        let dark = |it: &Outage| (it.from..it.from + it.lasts).contains(&now);
        !self.dark().filter(dark).any(|outage| outage.queue == queue)
    }

    /// Whether a step makes our engine look on: what ours does then is no contest.
    pub fn holds(&self) -> bool {
        self.done().any(|(_, action)| *action == Action::Hold(true))
    }
}
