//! The present state of the queues and workers, with one sentence for each condition.

use control::Limit;

use super::facts::Facts;
use super::words::{capitalised, listed, rate};
use crate::snapshots::state::{QueueState, WorkloadState};

/// A rate below this, in jobs per second, counts as zero.
const NONE: f64 = 0.05;

/// The numbers of one queue that a sentence uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    queue: String,
    target: u32,
    /// The workloads that follow the queue, each with its number of ready containers.
    workers: Vec<(String, u32)>,
    /// Jobs that arrive and jobs that are done, per second; `None` while unknown.
    rates: Option<(f64, f64)>,
    /// The paused workloads, each with its desired count.
    paused: Vec<(String, u32)>,
}

/// A state of the queues and workers.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All scaling is held.
    NobodyScales(Work),
    /// Jobs wait, and no container of any workload on their queue is ready.
    NobodyWorks {
        /// Jobs that wait or are in flight.
        jobs: u64,
        /// The first workload that follows the queue.
        name: String,
    },
    /// A queue's reading is missing, so a workload is not scaled; the text explains it.
    Unread(String),
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
    /// No jobs arrive. The two lists name the ready and the paused workloads, with their counts.
    Quiet(Vec<(String, u32)>, Vec<(String, u32)>),
    /// No queue was read yet.
    NoReading,
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
    pub(super) fn text(&self, facts: &Facts) -> String {
        match self {
            Condition::NobodyScales(work) => {
                format!("Scaling is held: {}{}.", work.pace(), work.frozen())
            }
            Condition::NobodyWorks { jobs: 1, name } => format!("1 job waits for a {name}."),
            Condition::NobodyWorks { jobs, name } => format!("{jobs} jobs wait for a {name}."),
            Condition::Unread(why) => format!("{}.", capitalised(why)),
            Condition::AtLimit(work) => {
                format!("At the limit: {}{}.", work.pace(), work.frozen())
            }
            Condition::OverTarget(work) => {
                let (queue, target) = (capitalised(&facts.called(&work.queue)), work.target);
                let pace = work.pace();
                format!("{queue} is over its target of {target}: {pace}{}.", work.frozen())
            }
            Condition::FallsBehind(work) => work.within(&work.pace(), facts),
            Condition::KeepsUp(work) => {
                let arrive = rate(work.rates.map_or(0.0, |(arrive, _)| arrive));
                let keep = if work.count() == 1 { "keeps" } else { "keep" };
                let text = format!("{} {keep} up with {arrive} jobs/s", counted(&work.workers));
                work.within(&text, facts)
            }
            Condition::Within(work) => work.within(&work.ready(), facts),
            Condition::Quiet(all, paused) if all.is_empty() => {
                format!("All quiet: nothing runs{}.", frozen(paused))
            }
            Condition::Quiet(all, paused) => {
                let all: Vec<String> = all.iter().map(|(name, n)| format!("{n} {name}")).collect();
                format!("All quiet: {}{}.", all.join(", "), frozen(paused))
            }
            Condition::NoReading => "Waiting for the queue.".to_owned(),
            Condition::NoQueue => "No workload follows a queue.".to_owned(),
            Condition::NoCluster => "Waiting for the cluster.".to_owned(),
        }
    }
}

impl Work {
    fn on(queue: &QueueState, facts: &Facts) -> Work {
        let workers = facts.workers(&queue.name).filter(|it| it.ready > 0);
        let mut workers: Vec<_> = workers.map(|it| (it.called(it.ready), it.ready)).collect();
        if workers.is_empty() {
            workers = facts.workers(&queue.name).take(1).map(|it| (it.called(0), 0)).collect();
        }
        Work {
            queue: queue.name.clone(),
            target: queue.target,
            workers,
            rates: queue.rates(),
            paused: paused(facts),
        }
    }

    fn agrees(&self, now: &Work) -> bool {
        let rates = match (self.rates, now.rates) {
            (Some(said), Some(now)) => is_near(said.0, now.0) && is_near(said.1, now.1),
            (said, now) => said == now,
        };
        rates && Work { rates: None, ..self.clone() } == Work { rates: None, ..now.clone() }
    }

    fn count(&self) -> u32 {
        self.workers.iter().map(|(_, count)| count).sum()
    }

    /// "30 jobs/s arrive, 3 consumers do 15/s", or "3 consumers are ready" without known rates.
    fn pace(&self) -> String {
        let Some((arrive, done)) = self.rates else { return self.ready() };
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
    fn within(&self, who: &str, facts: &Facts) -> String {
        let (queue, target) = (facts.called(&self.queue), self.target);
        format!("{who}; {queue} is within its target of {target}{}.", self.frozen())
    }

    fn frozen(&self) -> String {
        frozen(&self.paused)
    }
}

/// Whether a rate has changed by at most 5 % plus 0.2/s, so that the shown sentence may stay.
fn is_near(said: f64, now: f64) -> bool {
    (said - now).abs() <= 0.05 * now + 0.2
}

fn counted(workers: &[(String, u32)]) -> String {
    let all: Vec<String> = workers.iter().map(|(name, count)| format!("{count} {name}")).collect();
    listed(&all)
}

fn paused(facts: &Facts) -> Vec<(String, u32)> {
    let paused = facts.workloads.iter().filter(|it| it.paused);
    paused.map(|it| (it.called(1), it.desired)).collect()
}

fn frozen(paused: &[(String, u32)]) -> String {
    paused.iter().map(|(name, at)| format!("; {name} is paused at {at}")).collect()
}

fn first_queue(facts: &Facts, is: impl Fn(&QueueState) -> bool) -> Option<Work> {
    facts.queues.iter().find(|queue| is(queue)).map(|queue| Work::on(queue, facts))
}

fn is_over(queue: &QueueState) -> bool {
    queue.ready.is_some_and(|ready| ready > u64::from(queue.target))
}

fn nobody_scales(facts: &Facts) -> Option<Condition> {
    facts.held.then(|| first_queue(facts, |_| true).map(Condition::NobodyScales)).flatten()
}

fn nobody_works(facts: &Facts) -> Option<Condition> {
    facts.queues.iter().find_map(|queue| {
        let jobs = queue.ready? + queue.in_flight?;
        let name = facts.workers(&queue.name).next()?.name.clone();
        let works = facts.workers(&queue.name).any(|it| it.ready > 0);
        (jobs > 0 && !works).then_some(Condition::NobodyWorks { jobs, name })
    })
}

fn unread(facts: &Facts) -> Option<Condition> {
    let unread = |it: &&WorkloadState| it.why.limited_by == Some(Limit::Reading.name());
    facts.workloads.iter().find(unread).map(|it| Condition::Unread(it.why.text.clone()))
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
        return Some(Condition::NoReading);
    }
    let quiet = |queue: &QueueState| {
        let nothing = queue.rates().is_some_and(|(arrive, _)| arrive < NONE);
        queue.ready.is_some() && !is_over(queue) && nothing
    };
    if facts.queues.iter().all(quiet) {
        let all = facts.workloads.iter().filter(|it| it.ready > 0);
        let all = all.map(|it| (it.called(it.ready), it.ready)).collect();
        return Some(Condition::Quiet(all, paused(facts)));
    }
    first_queue(facts, |queue| queue.ready.is_some() && !is_over(queue)).map(Condition::Within)
}
