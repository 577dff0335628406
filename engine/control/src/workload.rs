//! What is scaled, and how many of it there are.

use std::iter::Sum;

use crate::Time;

/// One scaled workload, as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workload {
    /// Its name, unique in a configuration.
    pub name: String,
    /// 1 is served first.
    pub priority: u32,
    /// It keeps at least so many containers.
    pub min: u32,
    /// It gets at most so many containers.
    pub max: u32,
    /// By how many its recommendation may change in one round; `None` for any number.
    pub max_delta: Option<u32>,
    /// How the wanted count is found.
    pub rule: Rule,
    /// It keeps at least so many while its queue could not be read for long; `None` to keep what
    /// it has.
    pub fallback: Option<u32>,
    /// Frozen: it keeps what it has, and nobody takes it away.
    pub paused: bool,
    /// Frozen for a reason of ours, in words: its configuration makes no sense, or somebody else
    /// scales it.
    pub blocked: Option<String>,
}

impl Workload {
    /// Whether it keeps what it has, and nobody takes it away.
    pub fn is_frozen(&self) -> bool {
        self.paused || self.blocked.is_some()
    }
}

/// How a workload's wanted count is found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rule {
    /// As many as the arrivals need.
    Rate(RateSettings),
    /// One container more or fewer a round.
    SimpleQueue(QueueTarget),
    /// A PD controller on the queue's length.
    Queue(QueueTarget),
    /// Whatever the others leave.
    #[default]
    Remainder,
}

impl Rule {
    /// All names, as configurations spell them.
    pub const NAMES: [&str; 4] = ["rate", "simple-queue", "queue", "remainder"];

    /// The rule's name, as configurations spell it.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Rate(_) => "rate",
            Rule::SimpleQueue(_) => "simple-queue",
            Rule::Queue(_) => "queue",
            Rule::Remainder => "remainder",
        }
    }

    /// The queue that the rule watches, with its target.
    pub fn target(&self) -> Option<&QueueTarget> {
        match self {
            Rule::Rate(settings) => Some(&settings.target),
            Rule::SimpleQueue(target) | Rule::Queue(target) => Some(target),
            Rule::Remainder => None,
        }
    }

    /// For so long a core that takes over removes nothing of a workload with this rule. What was
    /// needed within the rule's window only the core before knew; 8 s where it has none.
    pub fn care(&self) -> Time {
        match self {
            Rule::Rate(settings) => settings.window,
            Rule::SimpleQueue(_) | Rule::Queue(_) | Rule::Remainder => Time::from_secs(8),
        }
    }
}

/// A queue and the length at which it should stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueTarget {
    /// The queue's name.
    pub queue: String,
    /// Its setpoint: at most so many ready messages.
    pub length: u32,
}

impl QueueTarget {
    /// The deadband's lower edge, 70 % of the target; its upper edge is the target itself.
    /// The share is that of Microscaling's engine of 2016.
    pub fn low(&self) -> f64 {
        0.7 * f64::from(self.length)
    }

    /// The upper edge.
    pub fn high(&self) -> f64 {
        f64::from(self.length)
    }

    /// How far a queue is from the nearer edge of the deadband; zero inside it.
    pub fn error(&self, ready: f64) -> f64 {
        if ready > self.high() { ready - self.high() } else { (ready - self.low()).min(0.0) }
    }
}

/// What the rule `rate` is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateSettings {
    /// The queue that it watches.
    pub target: QueueTarget,
    /// For so long a need is remembered before fewer containers are wanted.
    pub window: Time,
    /// The time constant of the slow average of the arrivals.
    pub average: Time,
    /// How long one container takes for a job, until that is learned.
    pub service_time: Option<Time>,
}

impl RateSettings {
    /// The window where none is given.
    pub const WINDOW: Time = Time::from_secs(60);
    /// The slow average where none is given.
    pub const AVERAGE: Time = Time::from_secs(15);

    /// The defaults with a target.
    pub fn new(target: QueueTarget) -> RateSettings {
        RateSettings {
            target,
            window: RateSettings::WINDOW,
            average: RateSettings::AVERAGE,
            service_time: None,
        }
    }
}

/// How many containers of a workload there are, by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replicas {
    /// How many it was last told to have.
    pub desired: u32,
    /// At work.
    pub ready: u32,
    /// Started or to be started, not at work yet.
    pub starting: u32,
    /// Told to stop, not gone yet.
    pub terminating: u32,
    /// The most that the platform may still start of it: what it was told before the last word
    /// may not have been carried out yet. 0 where words are carried out at once.
    pub promised: u32,
    /// Of the starting, those that have found no machine for ten seconds.
    pub unschedulable: u32,
}

impl Replicas {
    /// Containers that exist, those on their way out included.
    pub fn live(&self) -> u32 {
        self.ready + self.starting + self.terminating
    }

    /// Slots that are taken, or will be without another word: what it was told to have or still
    /// has beyond that, and on top of it what is on its way out, for that is replaced by nothing.
    pub fn occupied(&self) -> u32 {
        self.desired.max(self.promised).max(self.ready + self.starting) + self.terminating
    }
}

/// All containers that work on a queue, whosever they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fleet {
    /// How many were told to be there.
    pub desired: u32,
    /// At work.
    pub ready: u32,
    /// The most that may be there.
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
