//! Microscaling's engine of 2016, with its defects. A failed read counts as 0. A workload whose
//! running count differs from the requested one is not scaled. Terminating containers are not
//! counted. One workload that waits makes the others wait. Two independent loops run every 500 ms:
//! one counts running containers, the other reads, decides and writes.

use super::common::phase;
use crate::Time;
use crate::random::Random;
use crate::world::{Wake, World};

const LOOP: Time = Time::from_millis(500);
/// The shortest and the longest wait after a write that came too early. The wait doubles each time.
const BACKOFF: [Time; 2] = [Time::from_millis(250), Time::from_secs(5)];
/// With a queue shorter than this share of its target, there are too many containers.
const LOW: f64 = 0.7;
/// The PD controller's gains: containers per message over the target, and per message of growth.
const GAINS: [f64; 2] = [0.04, 1.25];

/// The rule by which the engine of 2016 computes its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One container more or fewer.
    SimpleQueue,
    /// A count from the queue's distance from its target, and from its growth.
    Queue,
}

impl Target {
    /// The rule's name; our core has a rule of the same name.
    pub fn name(self) -> &'static str {
        match self {
            Target::SimpleQueue => "simple-queue",
            Target::Queue => "queue",
        }
    }
}

pub(super) fn settings(target: Target) -> String {
    let rule = match target {
        Target::SimpleQueue => "one container more or fewer per loop",
        Target::Queue => "kP 0.04, kD 1.25",
    };
    format!("loop 500 ms, {rule}, max-delta is max - min unless given, backoff 250 ms to 5 s")
}

/// The engine of 2016.
#[derive(Debug)]
pub(crate) struct Original {
    target: Target,
    /// The workloads, the highest priority first.
    tasks: Vec<Task>,
    capacity: i64,
    backoff: Time,
    blocked_until: Time,
}

/// One workload. The fields are named as in the engine of 2016.
#[derive(Debug)]
struct Task {
    index: usize,
    queue: Option<String>,
    priority: u32,
    min: i64,
    max: i64,
    max_delta: i64,
    length: i64,
    running: i64,
    requested: i64,
    demand: i64,
    current: i64,
    ideal: i64,
    /// The queue's length one loop ago; `None` in the first loop.
    last: Option<i64>,
}

impl Original {
    pub(super) fn new(world: &mut World, random: &mut Random, target: Target) -> Original {
        let scenario = world.scenario().clone();
        let mut tasks: Vec<Task> =
            (0..scenario.workloads.len()).map(|i| Task::new(world, i)).collect();
        tasks.sort_by_key(|task| task.priority);
        world.wake_at(phase(random, LOOP), Wake::Read(0));
        world.wake_at(phase(random, LOOP), Wake::Decide(0));
        let capacity = scenario.capacity.into();
        Original { target, tasks, capacity, backoff: Time::ZERO, blocked_until: Time::ZERO }
    }

    pub(super) fn wake(&mut self, world: &mut World, wake: Wake) {
        match wake {
            Wake::Read(_) => {
                for task in &mut self.tasks {
                    task.running = world.replicas(task.index).ready.into();
                }
            }
            Wake::Decide(_) => self.round(world),
            Wake::Changed => return self.write(world),
        }
        world.wake_at(world.now() + LOOP, wake);
    }

    fn round(&mut self, world: &mut World) {
        for task in &mut self.tasks {
            task.read(world);
            task.ideal = task.running + task.delta(self.target);
        }
        let lowered = self.lower();
        let raised = self.raise();
        if lowered || raised {
            self.write(world);
        }
    }

    fn lower(&mut self) -> bool {
        let mut changed = false;
        for task in self.tasks.iter_mut().rev() {
            if task.requested == task.min || task.running != task.requested {
                continue;
            }
            let fewer = task.fewer();
            if fewer < 0 {
                task.demand = task.running + fewer;
                changed = true;
            }
        }
        changed
    }

    fn raise(&mut self) -> bool {
        let mut changed = false;
        for i in 0..self.tasks.len() {
            let task = &self.tasks[i];
            if task.running != task.requested {
                continue;
            }
            let mut more = task.more();
            if more <= 0 {
                continue;
            }
            // The engine of 2016 subtracts the requested counts and ignores terminating containers.
            let free = self.capacity - self.tasks.iter().map(|it| it.requested).sum::<i64>();
            if free < more {
                if self.tasks[i].queue.is_some() {
                    changed |= self.take_from_lower(i, more - free);
                }
                more = free;
            }
            if more > 0 {
                changed = true;
                let task = &mut self.tasks[i];
                let full = task.demand >= task.max;
                task.demand = if full { task.max } else { task.running + more };
            }
        }
        changed
    }

    /// Takes `missing` containers from lower priorities, the last first. Says whether it took any.
    fn take_from_lower(&mut self, above: usize, mut missing: i64) -> bool {
        let priority = self.tasks[above].priority;
        let mut changed = false;
        for task in self.tasks[above + 1..].iter_mut().rev() {
            let gives = (task.requested - task.min).max(0).min(missing);
            if task.priority > priority && gives > 0 {
                task.demand = task.running - gives;
                missing -= gives;
                changed = true;
            }
        }
        changed
    }

    /// Writes changed counts, lowered ones first. If one workload has not reached its count yet,
    /// all workloads after it wait too.
    fn write(&mut self, world: &mut World) {
        if world.now() < self.blocked_until {
            return;
        }
        let mut order: Vec<usize> = (0..self.tasks.len()).collect();
        order.retain(|i| self.tasks[*i].demand != self.tasks[*i].requested);
        order.sort_by_key(|i| self.tasks[*i].demand > self.tasks[*i].requested);
        for i in order {
            let task = &mut self.tasks[i];
            if i64::from(world.replicas(task.index).ready) != task.requested {
                self.backoff = (2 * self.backoff).clamp(BACKOFF[0], BACKOFF[1]);
                self.blocked_until = world.now() + self.backoff;
                world.wake_at(self.blocked_until, Wake::Changed);
                return;
            }
            self.backoff = Time::ZERO;
            // The apiserver would refuse a count below 0; it becomes 0, in this engine's favour.
            world.scale(task.index, u32::try_from(task.demand).unwrap_or(0));
            task.requested = task.demand;
        }
    }
}

impl Task {
    fn new(world: &World, index: usize) -> Task {
        let it = &world.scenario().workloads[index];
        let count = it.begins_with().into();
        let (min, max) = (it.min.into(), it.max.into());
        Task {
            index,
            queue: it.queue.clone(),
            priority: it.priority,
            min,
            max,
            max_delta: it.max_delta.map_or(max - min, i64::from),
            length: it.target.into(),
            running: count,
            requested: count,
            demand: count,
            current: 0,
            ideal: count,
            last: None,
        }
    }

    /// Reads the queue's length. A failed read gives 0: the engine of 2016 reports no error.
    fn read(&mut self, world: &mut World) {
        let Some(queue) = &self.queue else { return };
        self.current = world.read(queue).map_or(0, |sample| sample.ready as i64);
    }

    fn low(&self) -> i64 {
        (self.length as f64 * LOW) as i64
    }

    /// How many more containers the workload wants; negative for fewer.
    fn delta(&mut self, target: Target) -> i64 {
        if self.queue.is_none() {
            return self.max;
        }
        let last = self.last.replace(self.current);
        match target {
            Target::SimpleQueue if self.current > self.length => 1,
            Target::SimpleQueue if self.current < self.low() => -1,
            Target::SimpleQueue => 0,
            Target::Queue => {
                let error = (self.current - self.length) as f64;
                let growth = last.map_or(0.0, |last| (self.current - last) as f64);
                (GAINS[0] * error + GAINS[1] * growth + 0.5).floor() as i64
            }
        }
    }

    fn fewer(&self) -> i64 {
        let too_many = self.queue.is_some() && self.current <= self.low();
        let change = if too_many { (self.ideal - self.requested).min(0) } else { 0 };
        self.bounded(change).max(-self.max_delta)
    }

    fn more(&self) -> i64 {
        let enough = self.queue.is_some() && self.current <= self.length;
        let change = if enough { 0 } else { (self.ideal - self.requested).max(0) };
        self.bounded(change).min(self.max_delta)
    }

    fn bounded(&self, change: i64) -> i64 {
        (self.requested + change).max(self.min).min(self.max) - self.requested
    }
}
