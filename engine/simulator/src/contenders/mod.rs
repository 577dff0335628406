//! The contenders: the autoscalers that are compared, one file each. All see the same world, and
//! only as much of it as they would see in reality.
//!
//! Contenders that know no shared capacity get the bounds that an operator would set: each of their
//! workloads alone fits the capacity (see `common::most`).

mod common;
mod fixed;
mod horizontal;
mod hpa;
mod keda;
mod original;
mod ours;
pub mod rules;

use std::collections::BTreeMap;

pub use horizontal::{Behavior, Horizontal};
pub use original::Target;
pub use ours::{Round, Watch};

use crate::Time;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::world::{Machines, Victims, Wake, World};
use common::most;

/// A contender's settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Our core, with the scenario's rules.
    Ours,
    /// Our core, with another rule for all workloads on a queue.
    OursBy(String),
    /// Microscaling's engine of 2016.
    Original(Target),
    /// A HorizontalPodAutoscaler for each workload with a queue; the background is not scaled.
    Hpa(Behavior),
    /// As [`Kind::Hpa`], but the background fills the cluster at a low PriorityClass.
    HpaPreempting(Behavior),
    /// A ScaledObject of KEDA for each workload with a queue, with this polling interval.
    Keda(Time, Behavior),
    /// Fixed counts by workload; the minimum for workloads that are not named.
    Fixed(BTreeMap<String, u32>),
    /// Another contender, with workers whose receive calls wait this long at the queue.
    Waiting(Time, Box<Kind>),
    /// Another contender, with workers that have this grace period when they stop.
    Graceful(Time, Box<Kind>),
}

/// KEDA's polling intervals: the default and the tuned one.
const KEDA_POLLS: [Time; 2] = [Time::from_secs(30), Time::from_secs(5)];

impl Kind {
    /// All contenders that are compared on a scenario.
    pub fn all(scenario: &Scenario) -> Vec<Kind> {
        let (default, tuned) = (Behavior::default(), Behavior::tuned());
        let mut all = vec![
            Kind::Ours,
            Kind::Original(Target::SimpleQueue),
            Kind::Original(Target::Queue),
            Kind::Hpa(default),
            Kind::Hpa(tuned),
            Kind::keda_by_default(),
            Kind::Keda(KEDA_POLLS[1], tuned),
            Kind::HpaPreempting(default),
            Kind::HpaPreempting(tuned),
        ];
        let fixed: Vec<Kind> = scenario.fixed.iter().cloned().map(Kind::Fixed).collect();
        all.extend(fixed.clone());
        for wait in &scenario.poll_waits {
            let with = |kind: &Kind| Kind::Waiting(*wait, Box::new(kind.clone()));
            all.extend([Kind::Ours].iter().chain(&fixed).map(with));
        }
        let keda = || Box::new(Kind::Keda(KEDA_POLLS[1], tuned));
        all.extend(scenario.graces.iter().map(|grace| Kind::Graceful(*grace, keda())));
        all
    }

    /// KEDA with its default settings.
    pub fn keda_by_default() -> Kind {
        Kind::Keda(KEDA_POLLS[0], Behavior::default())
    }

    /// Fixed fleets with their sizes as text, from the smallest to the largest that the capacity
    /// allows. If several workloads have queues, these are the scenario's own fixed fleets.
    pub fn fleets(scenario: &Scenario) -> Vec<(String, Kind)> {
        let on_queues: Vec<usize> =
            (0..scenario.workloads.len()).filter(|i| !scenario.takes_rest(*i)).collect();
        if let [only] = on_queues[..] {
            let workload = &scenario.workloads[only];
            let fleet = |count| BTreeMap::from([(workload.name.clone(), count)]);
            let sizes = workload.min.max(1)..=most(scenario, only);
            return sizes.map(|size| (size.to_string(), Kind::Fixed(fleet(size)))).collect();
        }
        let named = |counts: &BTreeMap<String, u32>| {
            let sizes: Vec<String> = counts.values().map(u32::to_string).collect();
            (sizes.join(" + "), Kind::Fixed(counts.clone()))
        };
        scenario.fixed.iter().map(named).collect()
    }

    /// The contender's name in the table.
    pub fn name(&self, scenario: &Scenario) -> String {
        let tuned = |behavior: &Behavior| match *behavior == Behavior::default() {
            true => "",
            false => " tuned",
        };
        match self {
            Kind::Ours => format!("ours: {}", rules::names(scenario)),
            Kind::OursBy(rule) => format!("ours: {rule}"),
            Kind::Original(target) => format!("original: {}", target.name()),
            Kind::Hpa(behavior) => format!("HPA{}", tuned(behavior)),
            Kind::HpaPreempting(behavior) => format!("HPA+PriorityClass{}", tuned(behavior)),
            Kind::Keda(_, behavior) => format!("KEDA{}", tuned(behavior)),
            Kind::Fixed(counts) => fixed::name(counts),
            Kind::Waiting(wait, kind) => {
                format!("{}, poll wait {} s", kind.name(scenario), wait.as_secs_f64())
            }
            Kind::Graceful(grace, kind) => {
                format!("{}, grace {} s", kind.name(scenario), grace.as_secs_f64())
            }
        }
    }

    /// The names by which a person may choose the contender: the one in the table, and its first
    /// word where rules or counts follow a colon. So "ours" is every rule of ours.
    pub fn called(&self, scenario: &Scenario) -> Vec<String> {
        let short = match self {
            Kind::Ours | Kind::OursBy(_) => Some("ours"),
            Kind::Original(_) => Some("original"),
            Kind::Fixed(_) => Some("fixed"),
            _ => None,
        };
        short.map(str::to_owned).into_iter().chain([self.name(scenario)]).collect()
    }

    /// Whether the contender scales at all.
    pub fn scales(&self) -> bool {
        !matches!(self.who(), Kind::Fixed(_))
    }

    /// The contender without its workers' settings.
    fn who(&self) -> &Kind {
        match self {
            Kind::Waiting(_, kind) | Kind::Graceful(_, kind) => kind.who(),
            _ => self,
        }
    }

    /// The contender's settings as one line.
    pub fn settings(&self, scenario: &Scenario) -> String {
        match self {
            Kind::Ours | Kind::OursBy(_) => ours::settings(scenario),
            Kind::Original(target) => original::settings(*target),
            Kind::Hpa(behavior) => hpa::settings(scenario, behavior, false),
            Kind::HpaPreempting(behavior) => hpa::settings(scenario, behavior, true),
            Kind::Keda(poll, behavior) => keda::settings(scenario, *poll, behavior),
            Kind::Fixed(_) => "no scaling".to_owned(),
            Kind::Waiting(_, kind) | Kind::Graceful(_, kind) => kind.settings(scenario),
        }
    }

    /// How many places the contender's machines have, and which containers get a place.
    pub(crate) fn machines(&self) -> Machines {
        match self.who() {
            Kind::HpaPreempting(_) => Machines::Preempting,
            _ => Machines::Ample,
        }
    }

    /// Which containers leave when the contender lowers a count.
    pub(crate) fn victims(&self) -> Victims {
        match self.who() {
            Kind::Ours | Kind::OursBy(_) => Victims::IdleFirst,
            _ => Victims::ReplicaSet,
        }
    }

    /// The scenario with the contender's receive wait and grace period for all workers.
    pub(crate) fn with_its_workers(&self, scenario: Scenario) -> Scenario {
        match self {
            Kind::Waiting(wait, kind) => kind.with_its_workers(scenario.with_poll_wait(*wait)),
            Kind::Graceful(grace, kind) => kind.with_its_workers(scenario.with_grace(*grace)),
            _ => scenario,
        }
    }
}

/// A contender with its state.
#[derive(Debug)]
pub(crate) enum Contender {
    Ours(Box<ours::Ours>),
    Original(original::Original),
    Hpa(hpa::Hpa),
    Keda(keda::Keda),
    Fixed,
}

impl Contender {
    /// Puts a contender into the world before the start, and schedules its first wakes.
    pub(crate) fn new(kind: &Kind, world: &mut World, seed: u64) -> Result<Contender, String> {
        let mut random = Random::new(seed, "contender");
        Ok(match kind {
            Kind::Ours => Contender::Ours(Box::new(ours::Ours::new(world, &mut random, None)?)),
            Kind::OursBy(rule) => {
                Contender::Ours(Box::new(ours::Ours::new(world, &mut random, Some(rule))?))
            }
            Kind::Original(target) => {
                Contender::Original(original::Original::new(world, &mut random, *target))
            }
            Kind::Hpa(behavior) => {
                Contender::Hpa(hpa::Hpa::new(world, &mut random, *behavior, false))
            }
            Kind::HpaPreempting(behavior) => {
                Contender::Hpa(hpa::Hpa::new(world, &mut random, *behavior, true))
            }
            Kind::Keda(poll, behavior) => {
                Contender::Keda(keda::Keda::new(world, &mut random, *poll, *behavior))
            }
            Kind::Fixed(counts) => {
                fixed::set(world, counts);
                Contender::Fixed
            }
            Kind::Waiting(_, kind) | Kind::Graceful(_, kind) => Contender::new(kind, world, seed)?,
        })
    }

    /// Wakes the contender for the reason `wake`. `watch` is called for our core's rounds only.
    pub(crate) fn wake(&mut self, world: &mut World, wake: Wake, watch: &mut Watch<'_>) {
        match self {
            Contender::Ours(it) => it.wake(world, wake, watch),
            Contender::Original(it) => it.wake(world, wake),
            Contender::Hpa(it) => it.wake(world, wake),
            Contender::Keda(it) => it.wake(world, wake),
            Contender::Fixed => {}
        }
    }

    /// Tells the contender that containers were made, ended or became ready.
    pub(crate) fn changed(&mut self, world: &mut World) {
        // The other contenders act at their own times only.
        if let Contender::Ours(it) = self {
            it.changed(world);
        }
    }
}
