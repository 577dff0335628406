//! The present state of the queues and workers, with one sentence for each condition.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::unread::Unread;
use super::values::{Counted, Rates, counted};
use super::words::{capitalised, rate};
use crate::snapshots::state::{QueueState, WorkloadState};

/// A rate below this, in jobs per second, counts as zero.
const NONE: f64 = 0.05;

/// The numbers of one queue that a sentence uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    queue: String,
    /// Whether there is no other queue, so that a sentence needs no name.
    only_queue: bool,
    /// The target length; `None` if the rule keeps to none.
    target: Option<u32>,
    /// The value, where a metric is followed and no queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metric: Option<Value>,
    /// The workloads that follow the queue, each with its number of ready containers.
    workers: Vec<Counted>,
    /// `None` while unknown.
    rates: Option<Rates>,
    /// The paused workloads, each with its desired count.
    paused: Vec<Counted>,
}

/// A metric's value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Value {
    value: f64,
    /// The value that each container should have; `None` if the rule keeps to a length.
    target_per_container: Option<f64>,
}

/// A state of the queues and workers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Condition {
    /// All scaling is held.
    NobodyScales(Work),
    /// Jobs wait, and no container of any workload on their queue is ready.
    NobodyWorks {
        /// Jobs that wait or are in flight.
        jobs: u64,
        /// The first workload that follows the queue.
        workload: String,
    },
    /// A queue's reading is missing, so a workload is not scaled.
    Unread(Unread),
    /// A workload has all containers that it can get, and its queue still grows.
    AtLimit(Work),
    /// More jobs wait than the target.
    OverTarget(Work),
    /// The queue is within its target, and more jobs arrive than are done.
    FallsBehind(Work),
    /// The queue is within its target, and no more jobs arrive than are done.
    KeepsUp(Work),
    /// The queue is within its target, and the rates are unknown or no container is ready.
    Within(Work),
    /// No jobs arrive.
    Quiet {
        /// The workloads that have ready containers, with their number.
        ready: Vec<Counted>,
        /// The paused workloads, each with its desired count.
        paused: Vec<Counted>,
    },
    /// No queue was read yet.
    NoReading,
    /// No metric was read yet, and no workload follows a queue.
    NoMetric {
        /// The first metric that a workload follows.
        metric: String,
    },
    /// No workload follows a queue.
    NoQueue,
    /// No Deployment is known.
    NoCluster,
}

impl Condition {
    /// All conditions that are true, the most important first.
    pub(super) fn all(facts: &Facts) -> Vec<Condition> {
        let pressing = [nobody_scales(facts), nobody_works(facts), unread(facts), at_limit(facts)];
        let calm = [over_target(facts), behind(facts), keeps_up(facts), at_rest(facts)];
        pressing.into_iter().chain(calm).flatten().collect()
    }

    /// A smaller rank is more important. A change of a count ranks just after `AtLimit`.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Condition::NobodyScales(_) => 0,
            Condition::NobodyWorks { .. } => 1,
            Condition::Unread(_) => 2,
            Condition::AtLimit(_) => 3,
            _ => 5,
        }
    }

    /// Whether a shown condition is still true `now`, if small changes of a rate are ignored.
    pub(super) fn agrees(&self, now: &Condition) -> bool {
        match (self, now) {
            (Condition::NobodyScales(a), Condition::NobodyScales(b))
            | (Condition::AtLimit(a), Condition::AtLimit(b))
            | (Condition::OverTarget(a), Condition::OverTarget(b))
            | (Condition::FallsBehind(a), Condition::FallsBehind(b))
            | (Condition::KeepsUp(a), Condition::KeepsUp(b))
            | (Condition::Within(a), Condition::Within(b)) => a.agrees(b),
            _ => self == now,
        }
    }

    /// The condition as a sentence.
    pub(super) fn text(&self) -> String {
        match self {
            Condition::NobodyScales(work) => {
                format!("Scaling is held: {}{}.", work.pace(), work.frozen())
            }
            Condition::NobodyWorks { jobs: 1, workload } => {
                format!("1 job waits for a {workload}.")
            }
            Condition::NobodyWorks { jobs, workload } => {
                format!("{jobs} jobs wait for a {workload}.")
            }
            Condition::Unread(unread) => unread.text(),
            Condition::AtLimit(work) => {
                format!("At the limit: {}{}.", work.pace(), work.frozen())
            }
            Condition::OverTarget(work) => {
                let (queue, target) = (capitalised(&work.called()), work.length());
                let pace = work.pace();
                format!("{queue} is over its target of {target}: {pace}{}.", work.frozen())
            }
            Condition::FallsBehind(work) => work.within(&work.pace()),
            Condition::KeepsUp(work) => {
                let arrive = rate(work.rates.map_or(0.0, |it| it.arrive));
                let keep = if work.count() == 1 { "keeps" } else { "keep" };
                let text = format!("{} {keep} up with {arrive} jobs/s", counted(&work.workers));
                work.within(&text)
            }
            Condition::Within(work) => work.within(&work.ready()),
            Condition::Quiet { ready, paused } if ready.is_empty() => {
                format!("All quiet: nothing runs{}.", frozen(paused))
            }
            Condition::Quiet { ready, paused } => {
                let ready: Vec<String> = ready.iter().map(Counted::text).collect();
                format!("All quiet: {}{}.", ready.join(", "), frozen(paused))
            }
            Condition::NoReading => "Waiting for the queue.".to_owned(),
            Condition::NoMetric { metric } => format!("Waiting for metric {metric}."),
            Condition::NoQueue => "No workload follows a queue.".to_owned(),
            Condition::NoCluster => "Waiting for the cluster.".to_owned(),
        }
    }
}

impl Work {
    fn on(queue: &QueueState, facts: &Facts) -> Work {
        let workers = facts.workers(&queue.name).filter(|it| it.ready > 0);
        let mut workers: Vec<_> = workers.map(Counted::ready).collect();
        if workers.is_empty() {
            workers = facts.workers(&queue.name).take(1).map(Counted::ready).collect();
        }
        Work {
            queue: queue.name.clone(),
            only_queue: facts.queues.len() == 1,
            target: queue.target,
            metric: queue
                .is_metric()
                .then_some(queue.value)
                .flatten()
                .map(|value| Value { value, target_per_container: queue.target_per_container }),
            workers,
            rates: queue.rates().map(|(arrive, done)| Rates { arrive, done }),
            paused: paused(facts),
        }
    }

    fn agrees(&self, now: &Work) -> bool {
        let rates = match (self.rates, now.rates) {
            (Some(said), Some(now)) => {
                is_near(said.arrive, now.arrive) && is_near(said.done, now.done)
            }
            (said, now) => said == now,
        };
        let values = match (self.metric, now.metric) {
            (Some(said), Some(now)) => {
                is_near(said.value, now.value)
                    && said.target_per_container == now.target_per_container
            }
            (said, now) => said == now,
        };
        let rest = |it: &Work| Work { rates: None, metric: None, ..it.clone() };
        rates && values && rest(self) == rest(now)
    }

    fn length(&self) -> u32 {
        self.target.unwrap_or_default()
    }

    fn count(&self) -> u32 {
        self.workers.iter().map(|it| it.count).sum()
    }

    /// "30 jobs/s arrive, 3 consumers do 15/s", or "3 consumers are ready" without known rates.
    fn pace(&self) -> String {
        let Some(Rates { arrive, done }) = self.rates else { return self.ready() };
        let do_ = if self.count() == 1 { "does" } else { "do" };
        let who = counted(&self.workers);
        format!("{} jobs/s arrive, {who} {do_} {}/s", rate(arrive), rate(done))
    }

    /// "3 consumers are ready".
    fn ready(&self) -> String {
        let are = if self.count() == 1 { "is" } else { "are" };
        format!("{} {are} ready", counted(&self.workers))
    }

    /// The sentence about a queue within its target; it begins with `who`, which names the workers.
    fn within(&self, who: &str) -> String {
        let (called, frozen) = (self.called(), self.frozen());
        match (self.target, self.metric) {
            (Some(target), _) => {
                format!("{who}; {called} is within its target of {target}{frozen}.")
            }
            (None, Some(Value { value, target_per_container: Some(each) })) => {
                format!("{who}; {called} is {value}, target {each} a container{frozen}.")
            }
            (None, _) => format!("{who}{frozen}."),
        }
    }

    /// How a sentence calls the queue or metric; a queue that is the only one needs no name.
    fn called(&self) -> String {
        match self.metric {
            Some(_) => format!("metric {}", self.queue),
            None if self.only_queue => "the queue".to_owned(),
            None => format!("queue {}", self.queue),
        }
    }

    fn frozen(&self) -> String {
        frozen(&self.paused)
    }
}

/// Whether a number has changed by at most 5 % plus 0.2, so that the shown sentence may stay.
fn is_near(said: f64, now: f64) -> bool {
    (said - now).abs() <= 0.05 * now + 0.2
}

fn paused(facts: &Facts) -> Vec<Counted> {
    facts.workloads.iter().filter(|it| it.paused).map(Counted::desired).collect()
}

fn frozen(paused: &[Counted]) -> String {
    let one = |it: &Counted| format!("; {} is paused at {}", it.who.called(1), it.count);
    paused.iter().map(one).collect()
}

fn first_queue(facts: &Facts, is: impl Fn(&QueueState) -> bool) -> Option<Work> {
    facts.queues.iter().find(|queue| is(queue)).map(|queue| Work::on(queue, facts))
}

fn is_over(queue: &QueueState) -> bool {
    queue.ready.zip(queue.target).is_some_and(|(ready, target)| ready > u64::from(target))
}

fn nobody_scales(facts: &Facts) -> Option<Condition> {
    facts.held.then(|| first_queue(facts, |_| true).map(Condition::NobodyScales)).flatten()
}

fn nobody_works(facts: &Facts) -> Option<Condition> {
    facts.queues.iter().find_map(|queue| {
        let jobs = queue.ready? + queue.in_flight?;
        let workload = facts.workers(&queue.name).next()?.name.clone();
        let works = facts.workers(&queue.name).any(|it| it.ready > 0);
        (jobs > 0 && !works).then_some(Condition::NobodyWorks { jobs, workload })
    })
}

fn unread(facts: &Facts) -> Option<Condition> {
    facts.workloads.iter().find_map(Unread::of).map(Condition::Unread)
}

fn at_limit(facts: &Facts) -> Option<Condition> {
    let overrun = |queue: &QueueState| {
        is_over(queue) && queue.rates().is_some_and(|(arrive, done)| arrive > done * 1.02)
    };
    let limited = |it: &&WorkloadState| it.has_all && it.ready == it.desired;
    let mut at_limit = facts.workloads.iter().filter(limited);
    let queue = at_limit.find_map(|it| {
        let name = it.queue.as_deref()?;
        facts.queues.iter().find(|queue| queue.name == name && overrun(queue))
    })?;
    Some(Condition::AtLimit(Work::on(queue, facts)))
}

fn over_target(facts: &Facts) -> Option<Condition> {
    first_queue(facts, is_over).map(Condition::OverTarget)
}

/// Whether a queue grows so fast that it will not stay within its target.
fn is_behind(queue: &QueueState) -> bool {
    queue.rates().is_some_and(|(arrive, done)| done < 0.8 * arrive - 0.5)
}

fn behind(facts: &Facts) -> Option<Condition> {
    let behind = |queue: &QueueState| !is_over(queue) && is_behind(queue);
    first_queue(facts, behind).map(Condition::FallsBehind)
}

fn keeps_up(facts: &Facts) -> Option<Condition> {
    if facts.queues.iter().any(|queue| is_over(queue) || is_behind(queue)) {
        return None;
    }
    let works = |queue: &QueueState| facts.workers(&queue.name).any(|it| it.ready > 0);
    let arrives = |queue: &QueueState| queue.rates().is_some_and(|(arrive, _)| arrive >= NONE);
    let keeps_up = |queue: &QueueState| queue.ready.is_some() && arrives(queue) && works(queue);
    first_queue(facts, keeps_up).map(Condition::KeepsUp)
}

/// The condition to show if no other condition is true.
fn at_rest(facts: &Facts) -> Option<Condition> {
    if facts.queues.is_empty() {
        return Some(if facts.is_read { Condition::NoQueue } else { Condition::NoCluster });
    }
    if facts.queues.iter().all(|queue| queue.ready.is_none()) {
        return Some(match facts.queues.iter().all(QueueState::is_metric) {
            true => Condition::NoMetric { metric: facts.queues[0].name.clone() },
            false => Condition::NoReading,
        });
    }
    let quiet = |queue: &QueueState| {
        let nothing = queue.rates().is_some_and(|(arrive, _)| arrive < NONE);
        queue.ready.is_some() && !is_over(queue) && nothing
    };
    if facts.queues.iter().all(quiet) {
        let ready = facts.workloads.iter().filter(|it| it.ready > 0);
        let ready = ready.map(Counted::ready).collect();
        return Some(Condition::Quiet { ready, paused: paused(facts) });
    }
    first_queue(facts, |queue| queue.ready.is_some() && !is_over(queue)).map(Condition::Within)
}
