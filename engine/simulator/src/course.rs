//! When a scenario's steps happen, and their effects on loads and outages.

use std::collections::BTreeMap;

use crate::Time;
use crate::arrivals::Arrivals;
use crate::scenario::{Outage, Scenario};
use crate::steps::{Action, Producer, Situation, Step};

impl Scenario {
    /// The situation before the first step: no load, nothing paused or held.
    pub fn at_first(&self) -> Situation {
        let mut situation = Situation::default();
        let all = self.steps.iter().flat_map(|step| &step.actions);
        all.for_each(|action| situation.take(action));
        situation.load = self.producers.iter().map(|it| (it.name.clone(), 0)).collect();
        situation.paused.values_mut().for_each(|paused| *paused = false);
        Situation { held: false, ..situation }
    }

    /// The lasting effects of all steps up to the step with this index, including that step.
    pub fn situation(&self, step: usize) -> Situation {
        let mut situation = self.at_first();
        let so_far = self.steps.iter().take(step + 1).flat_map(|step| &step.actions);
        so_far.for_each(|action| situation.take(action));
        situation
    }

    /// The actions that lead from any situation to the step with this index: all lasting effects up
    /// to and including the step, and those of the step's actions that have no lasting effect.
    pub fn anew(&self, step: usize) -> Vec<Action> {
        let own = self.steps.get(step).into_iter().flat_map(|step| &step.actions);
        let passing = own.filter(|action| !action.lasts()).cloned();
        self.situation(step).actions().into_iter().chain(passing).collect()
    }

    /// The queues that cannot be read in the step with this index, and for how long from its start.
    /// `None` means at least the step's duration by the clock: the queue then stays unreadable
    /// until the next step, so that the caption is true however long the presenter talks.
    pub fn dark_in(&self, step: usize) -> BTreeMap<String, Option<Time>> {
        let Some((begin, it)) = self.by_clock().nth(step) else { return BTreeMap::new() };
        let begun = self.step_outages().filter(|outage| outage.from <= begin);
        let left =
            begun.map(|outage| (outage.queue, (outage.from + outage.lasts).saturating_sub(begin)));
        let dark = left.filter(|(_, left)| !left.is_zero());
        dark.map(|(queue, left)| (queue, Some(left).filter(|left| *left < it.lasts))).collect()
    }

    /// The steps with their start times by the clock.
    pub fn by_clock(&self) -> impl Iterator<Item = (Time, &Step)> {
        let begins = self.steps.iter().scan(Time::ZERO, |next, step| {
            let begin = *next;
            *next += step.lasts;
            Some(begin)
        });
        begins.zip(&self.steps)
    }

    /// All actions with their times by the clock.
    pub fn done(&self) -> impl Iterator<Item = (Time, &Action)> {
        self.by_clock().flat_map(|(at, step)| step.actions.iter().map(move |it| (at, it)))
    }

    /// The lasting effects of the steps so far, at a time by the clock.
    pub(crate) fn situation_at(&self, now: Time) -> Situation {
        let step = self.by_clock().take_while(|(at, _)| *at <= now).count();
        if step == 0 { self.at_first() } else { self.situation(step - 1) }
    }

    /// A queue's arrivals: its own, or those of its producers with the load that the steps set.
    pub fn arrivals(&self, queue: &str) -> Option<Arrivals> {
        let own = self.queues[self.queue(queue)?].arrivals.clone();
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

    /// The steps' bursts for a queue: times and numbers of jobs.
    pub(crate) fn bursts_of(&self, queue: &str) -> impl Iterator<Item = (Time, u32)> {
        self.done().filter_map(move |(at, action)| match action {
            Action::Burst { queue: to, jobs } if to == queue => Some((at, *jobs)),
            _ => None,
        })
    }

    /// The times at which a container dies, each with the name of the container's workload.
    pub(crate) fn deaths(&self) -> impl Iterator<Item = (Time, &str)> {
        let by_steps = self.done().filter_map(|(at, action)| match action {
            Action::Kill { workload } => Some((at, workload.as_str())),
            _ => None,
        });
        self.crashes.iter().map(|crash| (crash.at, crash.workload.as_str())).chain(by_steps)
    }

    /// The outages of the steps.
    fn step_outages(&self) -> impl Iterator<Item = Outage> {
        self.done().filter_map(|(from, action)| match action {
            Action::Outage { queue, lasts } => {
                Some(Outage { queue: queue.clone(), from, lasts: *lasts })
            }
            _ => None,
        })
    }

    /// Whether a queue can be read at a time.
    pub fn can_be_read(&self, queue: &str, now: Time) -> bool {
        let dark = |it: &Outage| it.queue == queue && (it.from..it.from + it.lasts).contains(&now);
        !self.outages.iter().any(dark) && !self.step_outages().any(|it| dark(&it))
    }

    /// Whether a step holds scaling. If so, a comparison with our core says nothing.
    pub fn holds(&self) -> bool {
        self.done().any(|(_, action)| *action == Action::Hold(true))
    }
}
