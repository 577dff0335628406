//! One workload's containers, and how far each of them is.

use broker::{Receipt, WaiterId};

use crate::Time;
use crate::random::Random;
use crate::seen::ContainerCounts;

/// One workload's containers.
#[derive(Debug)]
pub(super) struct Pool {
    /// How many it was told to have.
    pub(super) desired: u32,
    pub(super) containers: Vec<Container>,
    pub(super) random: Random,
    pub(super) uids: Random,
}

/// One container.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) number: u64,
    pub(super) phase: Phase,
    /// Told to stop; one at work finishes its job first where its grace is long enough for that.
    pub(super) stopping: bool,
    /// It gets no job.
    pub(super) retired: bool,
    /// How long it will take to start, so that its place in a row changes nothing.
    pub(super) start: Time,
    /// Since when it is ready, or else since when it is there.
    pub(super) since: Time,
    /// Says nothing about it, and decides between equals.
    pub(super) uid: u64,
}

/// How far a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has no machine.
    Pending { since: Time, long: bool },
    /// It has a machine and is not at work yet.
    Starting,
    /// It waits for a job, where its workload has a queue.
    Idle(Option<WaiterId>),
    /// It has a job.
    Working(Task),
    /// It cleans up.
    Leaving,
}

/// A job under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) receipt: Receipt,
    /// When it began.
    pub(super) since: Time,
    /// When it will be done.
    pub(super) until: Time,
}

impl Pool {
    pub(super) fn seen(&self) -> ContainerCounts {
        let mut seen = ContainerCounts { desired: self.desired, ..ContainerCounts::default() };
        for container in &self.containers {
            let count = match container.phase {
                _ if container.stopping => &mut seen.terminating,
                Phase::Pending { long, .. } => {
                    seen.unschedulable += u32::from(long);
                    &mut seen.pending
                }
                Phase::Starting => &mut seen.starting,
                Phase::Idle(_) => &mut seen.idle,
                Phase::Working(_) => &mut seen.busy,
                Phase::Leaving => &mut seen.terminating,
            };
            *count += 1;
        }
        seen
    }

    /// Those that were not told to stop.
    pub(super) fn staying(&self) -> u32 {
        self.containers.iter().filter(|it| !it.stopping).count() as u32
    }

    pub(super) fn get(&mut self, number: u64) -> Option<&mut Container> {
        self.containers.iter_mut().find(|it| it.number == number)
    }
}

/// What a ReplicaSet sees of a container that can work.
pub(super) const READY: u32 = 2;

impl Phase {
    /// How far it is, up to a job of its own.
    pub(super) fn progress(&self) -> u32 {
        match self {
            Phase::Pending { .. } => 0,
            Phase::Starting => 1,
            Phase::Idle(_) | Phase::Leaving => READY,
            Phase::Working(_) => READY + 1,
        }
    }
}
