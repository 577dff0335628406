//! The scaled workloads and their container counts.

use std::fmt;
use std::iter::Sum;

use crate::Time;
use crate::followed::{Amount, Followed};

/// The configuration of one scaled workload.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workload {
    /// The name, unique in a configuration.
    pub name: String,
    /// The priority; 1 is served first.
    pub priority: u32,
    /// The minimum number of containers.
    pub min: u32,
    /// The maximum number of containers.
    pub max: u32,
    /// The largest change of the recommendation in one round; `None` for no limit.
    pub max_delta: Option<u32>,
    /// How the wanted count is computed.
    pub rule: Rule,
    /// The least count once its queue has been unreadable for more than 10 s; `None` keeps the
    /// present count.
    pub fallback: Option<u32>,
    /// Whether a person has frozen it: it keeps its containers, and no other workload takes them.
    pub paused: bool,
    /// Why the engine has frozen it: its configuration is invalid, or something else scales it.
    /// `None` if the engine has not frozen it.
    pub blocked: Option<String>,
}

impl Workload {
    /// Whether a person or the engine has frozen it, so that its count stays.
    pub fn is_frozen(&self) -> bool {
        self.paused || self.blocked.is_some()
    }
}

/// How a workload's wanted count is computed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rule {
    /// As many containers as the arrivals need.
    Rate(RateSettings),
    /// One container more or fewer per round.
    SimpleQueue(QueueTarget),
    /// A PD controller on the queue's length.
    Queue(QueueTarget),
    /// As many containers as share a value at so much for each.
    PerContainer(PerContainerSettings),
    /// All spare capacity.
    #[default]
    Remainder,
}

impl Rule {
    /// The names of all rules, as in configurations.
    pub const NAMES: [&str; 5] = ["rate", "simple-queue", "queue", "per-container", "remainder"];

    /// The rule's name, as in configurations.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Rate(_) => "rate",
            Rule::SimpleQueue(_) => "simple-queue",
            Rule::Queue(_) => "queue",
            Rule::PerContainer(_) => "per-container",
            Rule::Remainder => "remainder",
        }
    }

    /// The queue or metric that the rule reads; `None` for the rule `remainder`.
    pub fn followed(&self) -> Option<&Followed> {
        match self {
            Rule::Rate(settings) => Some(&settings.target.followed),
            Rule::SimpleQueue(target) | Rule::Queue(target) => Some(&target.followed),
            Rule::PerContainer(settings) => Some(&settings.followed),
            Rule::Remainder => None,
        }
    }

    /// The queue length that the rule keeps to; `None` if it keeps to none.
    pub fn target_length(&self) -> Option<u32> {
        match self {
            Rule::Rate(settings) => Some(settings.target.length),
            Rule::SimpleQueue(target) | Rule::Queue(target) => Some(target.length),
            Rule::PerContainer(_) | Rule::Remainder => None,
        }
    }

    /// The value that each container should have; `None` for rules without such a target.
    pub fn target_per_container(&self) -> Option<Amount> {
        match self {
            Rule::PerContainer(settings) => Some(settings.target),
            Rule::Rate(_) | Rule::SimpleQueue(_) | Rule::Queue(_) | Rule::Remainder => None,
        }
    }

    /// How long a core that has just taken over removes no containers of a workload with this rule:
    /// the rule's window, because only the previous core knew the needs in it, or else 8 s.
    pub fn care(&self) -> Time {
        match self {
            Rule::Rate(settings) => settings.window,
            Rule::PerContainer(settings) => settings.window,
            Rule::SimpleQueue(_) | Rule::Queue(_) | Rule::Remainder => Time::from_secs(8),
        }
    }
}

/// A queue, or a metric that counts as one, and its target length.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct QueueTarget {
    pub followed: Followed,
    /// The target: the most messages that should wait.
    pub length: u32,
}

/// Prints the deadband as it appears in reasons: `the deadband 14-20`.
impl fmt::Display for QueueTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the deadband {:.0}-{}", self.low(), self.length)
    }
}

impl QueueTarget {
    /// The target of a queue that is read once a tick.
    pub fn of_queue(name: &str, length: u32) -> QueueTarget {
        QueueTarget { followed: Followed::queue(name), length }
    }

    /// The deadband's lower edge, 70 % of the target.
    /// Microscaling's engine of 2016 used the same share.
    pub fn low(&self) -> f64 {
        0.7 * f64::from(self.length)
    }

    /// The deadband's upper edge, which is the target itself.
    pub fn high(&self) -> f64 {
        f64::from(self.length)
    }

    /// The distance of a queue's length from the nearer edge of the deadband; 0 inside it.
    pub fn error(&self, ready: f64) -> f64 {
        if ready > self.high() { ready - self.high() } else { (ready - self.low()).min(0.0) }
    }
}

/// The settings of the rule `rate`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct RateSettings {
    pub target: QueueTarget,
    /// How long a need is remembered before fewer containers are wanted.
    pub window: Time,
    /// The time constant of the slow average of the arrivals.
    pub average: Time,
    /// A job's duration until the rule has learned it; `None` if nothing is configured.
    pub service_time: Option<Time>,
}

impl RateSettings {
    /// The default window.
    pub const WINDOW: Time = Time::from_secs(60);
    /// The default time constant of the slow average.
    pub const AVERAGE: Time = Time::from_secs(15);

    /// The default settings for a target.
    pub fn new(target: QueueTarget) -> RateSettings {
        RateSettings {
            target,
            window: RateSettings::WINDOW,
            average: RateSettings::AVERAGE,
            service_time: None,
        }
    }
}

/// The settings of the rule `per-container`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct PerContainerSettings {
    pub followed: Followed,
    /// The value that each container should have; more than 0.
    pub target: Amount,
    /// How long a need is remembered before fewer containers are wanted.
    pub window: Time,
}

impl PerContainerSettings {
    /// The default window.
    pub const WINDOW: Time = Time::from_secs(60);
}

/// A workload's containers, counted by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replicas {
    /// The desired count that was last written.
    pub desired: u32,
    /// Containers at work.
    pub ready: u32,
    /// Containers that are starting or are about to start.
    pub starting: u32,
    /// Containers that are stopping but not gone yet.
    pub terminating: u32,
    /// The highest count that the platform may still reach, because it may not have carried out all
    /// earlier writes yet. 0 on a platform that carries writes out at once.
    pub promised: u32,
    /// Those of `starting` that have found no machine for 10 s.
    pub unschedulable: u32,
}

impl Replicas {
    /// Containers that exist, including those that are stopping.
    pub fn live(&self) -> u32 {
        self.ready + self.starting + self.terminating
    }

    /// Slots that are taken, or will be without another write: the desired or the existing count,
    /// whichever is higher, plus the stopping containers, which neither count includes.
    pub fn occupied(&self) -> u32 {
        self.desired.max(self.promised).max(self.ready + self.starting) + self.terminating
    }
}

/// The containers of all workloads on a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fleet {
    /// The sum of the desired counts.
    pub desired: u32,
    /// Containers at work.
    pub ready: u32,
    /// The sum of the maximums.
    pub max: u32,
}

impl Sum for Fleet {
    fn sum<I: Iterator<Item = Fleet>>(fleets: I) -> Fleet {
        fleets.fold(Fleet::default(), |all, one| Fleet {
            desired: all.desired.saturating_add(one.desired),
            ready: all.ready.saturating_add(one.ready),
            max: all.max.saturating_add(one.max),
        })
    }
}
