//! What is counted while a scenario runs. Nothing is before the warm-up is over, but for the jobs
//! themselves and what is done to them, which are counted from the first to the last.

use std::collections::BTreeMap;

use broker::MessageId;

use crate::Time;
use crate::scenario::Scenario;
use crate::seen::ContainerCounts;

/// A change that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    /// When.
    pub at: Time,
    /// The workload's index.
    pub workload: usize,
    /// What it was to have before.
    pub from: u32,
    /// What it is to have from then on.
    pub to: u32,
}

/// Containers at work from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    /// When.
    pub at: Time,
    /// The workload's index.
    pub workload: usize,
    /// How many are at work from then on.
    pub count: u32,
}

/// One queue's figures.
#[derive(Debug, Clone, Default)]
pub struct QueueTally {
    /// For how long so many jobs waited.
    lengths: Lengths,
    /// How long each job waited for its worker.
    waits: Vec<Time>,
}

/// For how long a queue had each length.
#[derive(Debug, Clone, Default)]
struct Lengths(BTreeMap<u64, Time>);

#[derive(Debug, Clone, Copy)]
struct Job {
    queue: usize,
    published: Time,
    /// Since when its worker has it.
    taken: Option<Time>,
    /// Whether some worker has had it.
    given: bool,
}

/// All that is counted.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub(crate) now: Time,
    counted_from: Time,
    capacity: u32,
    /// By workload: whether it takes what is left.
    rest: Vec<bool>,
    /// By queue.
    pub queues: Vec<QueueTally>,
    all: Lengths,
    jobs: BTreeMap<MessageId, Job>,
    /// Every change that was written, those of the warm-up included.
    pub writes: Vec<Write>,
    /// Every container that began to work.
    pub ready: Vec<Ready>,
    /// Containers of the scaled workloads, times seconds.
    pub container_seconds: f64,
    /// Slots that nobody had, times seconds.
    pub unallocated_seconds: f64,
    /// Containers of the remainder at work, times seconds.
    pub spare_work: f64,
    /// Containers over the budget, times seconds.
    pub over_budget_seconds: f64,
    /// Containers that were started over the budget, those of the warm-up included.
    pub budget_violations: u64,
    /// Questions of workers for a job.
    pub worker_polls: u64,
    /// Questions of the scaler for a queue's length.
    pub scaler_polls: u64,
    /// Jobs that came, from the very first on.
    pub jobs_in: u64,
    /// Jobs done, from the very first on.
    pub jobs_done: u64,
    /// Seconds that workers had spent on jobs that they did not end: they handed them back, or
    /// died with them.
    pub work_thrown_away: f64,
    /// Times that a job was given to a worker after another one had had it.
    pub jobs_redelivered: u64,
    /// Workers that were told to stop while they had a job, whether they could end it or not.
    pub stopped_at_work: u64,
    seconds: f64,
}

impl Tally {
    pub(crate) fn new(scenario: &Scenario) -> Tally {
        Tally {
            counted_from: scenario.warm_up,
            capacity: scenario.capacity,
            rest: (0..scenario.workloads.len()).map(|i| scenario.takes_rest(i)).collect(),
            queues: vec![QueueTally::default(); scenario.queues.len()],
            ..Tally::default()
        }
    }

    fn counts(&self) -> bool {
        self.now >= self.counted_from
    }

    /// Some time with things as they are.
    pub(crate) fn pass(&mut self, time: Time, ready: &[u64], pools: &[ContainerCounts]) {
        let seconds = time.as_secs_f64();
        for (queue, length) in self.queues.iter_mut().zip(ready) {
            queue.lengths.add(*length, time);
        }
        self.all.add(ready.iter().sum(), time);
        let placed: u32 = pools.iter().map(ContainerCounts::placed).sum();
        for (pool, rest) in pools.iter().zip(&self.rest) {
            if *rest {
                self.spare_work += f64::from(pool.ready()) * seconds;
            } else {
                self.container_seconds += f64::from(pool.placed()) * seconds;
            }
        }
        let over = placed.saturating_sub(self.capacity);
        self.unallocated_seconds += f64::from(self.capacity.saturating_sub(placed)) * seconds;
        self.over_budget_seconds += f64::from(over) * seconds;
        self.seconds += seconds;
    }

    pub(crate) fn published(&mut self, ids: &[MessageId], queue: usize) {
        self.jobs_in += ids.len() as u64;
        let job = Job { queue, published: self.now, taken: None, given: false };
        self.jobs.extend(ids.iter().map(|id| (*id, job)));
    }

    /// A job has found its worker; the last one counts, if there are several.
    pub(crate) fn taken(&mut self, id: MessageId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        self.jobs_redelivered += u64::from(job.given);
        (job.taken, job.given) = (Some(self.now), true);
    }

    /// A job has lost its worker, which had spent so much time on it.
    pub(crate) fn thrown_away(&mut self, id: MessageId, spent: Time) {
        self.work_thrown_away += spent.as_secs_f64();
        self.jobs.entry(id).and_modify(|job| job.taken = None);
    }

    pub(crate) fn acked(&mut self, id: MessageId) {
        self.jobs_done += 1;
        if let Some(job) = self.jobs.remove(&id) {
            self.waited(job);
        }
    }

    fn waited(&mut self, job: Job) {
        if job.published >= self.counted_from {
            let wait = job.taken.unwrap_or(self.now).saturating_sub(job.published);
            self.queues[job.queue].waits.push(wait);
        }
    }

    /// What still waits has waited for so long at least; whoever never serves it gains nothing.
    pub(crate) fn end(&mut self) {
        let left: Vec<Job> = std::mem::take(&mut self.jobs).into_values().collect();
        left.into_iter().for_each(|job| self.waited(job));
        self.queues.iter_mut().for_each(|queue| queue.waits.sort_unstable());
    }

    pub(crate) fn ready(&mut self, workload: usize, count: u32) {
        self.ready.push(Ready { at: self.now, workload, count });
    }

    pub(crate) fn written(&mut self, workload: usize, from: u32, to: u32) {
        self.writes.push(Write { at: self.now, workload, from, to });
    }

    pub(crate) fn placed(&mut self, over: bool) {
        self.budget_violations += u64::from(over);
    }

    pub(crate) fn worker_polled(&mut self) {
        self.worker_polls += u64::from(self.counts());
    }

    pub(crate) fn scaler_polled(&mut self) {
        self.scaler_polls += u64::from(self.counts());
    }

    /// How many changes were written after the warm-up.
    pub fn counted_writes(&self) -> u64 {
        self.writes.iter().filter(|write| write.at >= self.counted_from).count() as u64
    }

    /// How many containers of a workload were to leave because its count was lowered, from the
    /// very first on.
    pub fn containers_cut(&self, workload: usize) -> u32 {
        let own = self.writes.iter().filter(|it| it.workload == workload);
        own.map(|it| it.from.saturating_sub(it.to)).sum()
    }

    /// How often a scaled workload turned from more to fewer, or back, after the warm-up.
    pub fn reversals(&self) -> u64 {
        let scaled = (0..self.rest.len()).filter(|i| !self.rest[*i]);
        scaled.map(|i| self.reversals_of(i)).sum()
    }

    fn reversals_of(&self, workload: usize) -> u64 {
        let own = |it: &&Write| it.workload == workload && it.at >= self.counted_from;
        let ups: Vec<bool> = self.writes.iter().filter(own).map(|it| it.to > it.from).collect();
        ups.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64
    }

    /// Slots that nobody had, on average.
    pub fn unallocated(&self) -> f64 {
        if self.seconds > 0.0 { self.unallocated_seconds / self.seconds } else { 0.0 }
    }

    /// How long all queues together were, at a share of the time.
    pub fn length(&self, share: f64) -> u64 {
        self.all.at(share)
    }

    /// How long a job waited, at a share of all jobs.
    pub fn wait(&self, share: f64) -> Time {
        let mut all: Vec<Time> = self.queues.iter().flat_map(|q| &q.waits).copied().collect();
        all.sort_unstable();
        nearest_rank(&all, share).unwrap_or_default()
    }
}

impl QueueTally {
    /// How long the queue was, at a share of the time.
    pub fn length(&self, share: f64) -> u64 {
        self.lengths.at(share)
    }

    /// How long its jobs waited, at a share of them.
    pub fn wait(&self, share: f64) -> Time {
        nearest_rank(&self.waits, share).unwrap_or_default()
    }
}

impl Lengths {
    fn add(&mut self, length: u64, time: Time) {
        *self.0.entry(length).or_default() += time;
    }

    /// The smallest length that held, or was undercut, for a share of the time.
    fn at(&self, share: f64) -> u64 {
        let all: Time = self.0.values().sum();
        let mut left = all.mul_f64(share);
        for (length, time) in &self.0 {
            if *time >= left {
                return *length;
            }
            left -= *time;
        }
        self.0.keys().next_back().copied().unwrap_or(0)
    }
}

/// The smallest of sorted figures that at least a share are no larger than.
pub(crate) fn nearest_rank<T: Copy>(sorted: &[T], share: f64) -> Option<T> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}
