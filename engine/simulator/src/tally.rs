//! The figures that are counted while a scenario runs. Counting starts after the warm-up, except
//! for jobs and their events, which are counted from the beginning.

use std::collections::BTreeMap;

use broker::MessageId;

use crate::Time;
use crate::scenario::Scenario;
use crate::seen::ContainerCounts;

/// A written change of a workload's count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Write {
    pub at: Time,
    /// The workload's index.
    pub workload: usize,
    pub from: u32,
    pub to: u32,
}

/// The number of ready containers after a container became ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Ready {
    pub at: Time,
    /// The workload's index.
    pub workload: usize,
    pub count: u32,
}

/// One queue's figures.
#[derive(Debug, Clone, Default)]
pub struct QueueTally {
    lengths: Lengths,
    /// How long each job waited for its worker.
    waits: Vec<Time>,
}

/// How long a queue had each length.
#[derive(Debug, Clone, Default)]
struct Lengths(BTreeMap<u64, Time>);

#[derive(Debug, Clone, Copy)]
struct Job {
    queue: usize,
    published: Time,
    /// When its present worker got it; `None` while no worker has it.
    taken: Option<Time>,
    /// Whether any worker has ever had the job.
    given: bool,
}

/// The longest wait of the jobs that workers got within one [`PERIOD`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Longest {
    /// When the period began.
    from: Time,
    wait: Time,
}

/// How long a period of [`Longest`] is: that between two points of the curves.
const PERIOD: Time = Time::from_millis(500);

/// All figures of a run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub(crate) now: Time,
    counted_from: Time,
    capacity: u32,
    /// For each workload, whether it is the background.
    rest: Vec<bool>,
    /// The figures by queue, in the order of the scenario's queues.
    pub queues: Vec<QueueTally>,
    all: Lengths,
    /// The longest waits, in order of time; periods in which no worker got a job are left out.
    longest: Vec<Longest>,
    jobs: BTreeMap<MessageId, Job>,
    /// All written changes, including those of the warm-up.
    pub writes: Vec<Write>,
    /// Each time that a container became ready.
    pub ready: Vec<Ready>,
    /// Container-seconds of the workloads with a queue.
    pub container_seconds: f64,
    /// Slot-seconds without a container: each free slot counts for as long as it is free.
    pub unallocated_seconds: f64,
    /// Container-seconds of the background's ready containers.
    pub spare_work: f64,
    /// Container-seconds of containers over the capacity.
    pub over_budget_seconds: f64,
    /// Containers started over the capacity, including those of the warm-up.
    pub budget_violations: u64,
    /// Receive calls of workers.
    pub worker_polls: u64,
    /// Reads of a queue by the contender.
    pub scaler_polls: u64,
    /// Jobs that arrived, including those of the warm-up.
    pub jobs_in: u64,
    /// Jobs done, including those of the warm-up.
    pub jobs_done: u64,
    /// Seconds that workers spent on jobs that they did not finish: they released the job, or died.
    pub work_thrown_away: f64,
    /// How often a job was given to a worker after another worker had already had it.
    pub jobs_redelivered: u64,
    /// Workers that were stopped while they had a job, whether they could finish it or not.
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

    /// Counts a time span in which the queues and the containers did not change.
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

    /// Counts that a worker has got a job. A job's wait ends when the last of its workers gets it.
    pub(crate) fn taken(&mut self, id: MessageId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        self.jobs_redelivered += u64::from(job.given);
        (job.taken, job.given) = (Some(self.now), true);
        let wait = self.now.saturating_sub(job.published);
        let from = self.now - Time::from_nanos((self.now.as_nanos() % PERIOD.as_nanos()) as u64);
        match self.longest.last_mut().filter(|last| last.from == from) {
            Some(last) => last.wait = last.wait.max(wait),
            None => self.longest.push(Longest { from, wait }),
        }
    }

    /// The longest wait of all jobs that workers got since `from`, which is rounded up to a whole
    /// half second; `None` if they got none.
    pub(crate) fn longest_wait(&self, from: Time) -> Option<Time> {
        self.longest.iter().filter(|it| it.from >= from).map(|it| it.wait).max()
    }

    /// Forgets what a live world does not show: the longest waits before `from`, and the lists that
    /// only grow.
    pub(crate) fn forget(&mut self, from: Time) {
        self.longest.retain(|it| it.from >= from);
        self.queues.iter_mut().for_each(|queue| queue.waits.clear());
        self.writes.clear();
        self.ready.clear();
    }

    /// Counts that a job has lost its worker, after the worker has spent the time `spent` on it.
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

    /// Counts unserved jobs with their wait so far, so that a contender gains nothing by never
    /// serving them.
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

    /// The number of changes written after the warm-up.
    pub fn counted_writes(&self) -> u64 {
        self.writes.iter().filter(|write| write.at >= self.counted_from).count() as u64
    }

    /// How many containers of a workload were removed by lower counts, warm-up included.
    pub fn containers_cut(&self, workload: usize) -> u32 {
        let own = self.writes.iter().filter(|it| it.workload == workload);
        own.map(|it| it.from.saturating_sub(it.to)).sum()
    }

    /// How often a scaled workload changed from raises to cuts or back, after the warm-up.
    pub fn reversals(&self) -> u64 {
        let scaled = (0..self.rest.len()).filter(|i| !self.rest[*i]);
        scaled.map(|i| self.reversals_of(i)).sum()
    }

    fn reversals_of(&self, workload: usize) -> u64 {
        let own = |it: &&Write| it.workload == workload && it.at >= self.counted_from;
        let ups: Vec<bool> = self.writes.iter().filter(own).map(|it| it.to > it.from).collect();
        ups.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64
    }

    /// The mean number of free slots.
    pub fn unallocated(&self) -> f64 {
        if self.seconds > 0.0 { self.unallocated_seconds / self.seconds } else { 0.0 }
    }

    /// The length that all queues together did not exceed for this share of the time.
    pub fn length(&self, share: f64) -> u64 {
        self.all.at(share)
    }

    /// The waiting time that this share of all jobs did not exceed.
    pub fn wait(&self, share: f64) -> Time {
        let mut all: Vec<Time> = self.queues.iter().flat_map(|q| &q.waits).copied().collect();
        all.sort_unstable();
        nearest_rank(&all, share).unwrap_or_default()
    }
}

impl QueueTally {
    /// The length that the queue did not exceed for this share of the time.
    pub fn length(&self, share: f64) -> u64 {
        self.lengths.at(share)
    }

    /// The waiting time that this share of the queue's jobs did not exceed.
    pub fn wait(&self, share: f64) -> Time {
        nearest_rank(&self.waits, share).unwrap_or_default()
    }
}

impl Lengths {
    fn add(&mut self, length: u64, time: Time) {
        *self.0.entry(length).or_default() += time;
    }

    /// The smallest length that was not exceeded for this share of the time.
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

/// The smallest of the sorted values that at least this share of them does not exceed, if any.
pub(crate) fn nearest_rank<T: Copy>(sorted: &[T], share: f64) -> Option<T> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}
