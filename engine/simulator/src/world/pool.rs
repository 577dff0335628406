//! One workload's containers and their phases.

use broker::{Receipt, WaiterId};

use crate::Time;
use crate::random::Random;
use crate::seen::ContainerCounts;

/// The containers of one workload.
#[derive(Debug)]
pub(super) struct Pool {
    /// The desired count last written.
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
    /// Its jobs under way; some workloads' containers do several at once.
    pub(super) tasks: Vec<Task>,
    /// Its receive call, if one waits at the queue.
    pub(super) waiter: Option<WaiterId>,
    /// Whether it is stopping. A busy one finishes its jobs first if its grace is long enough.
    pub(super) stopping: bool,
    /// Whether it asks for no more jobs.
    pub(super) retired: bool,
    /// The start-up time, drawn in advance so that the order of starts does not matter.
    pub(super) start: Time,
    /// When it became ready; before that, when it was made.
    pub(super) since: Time,
    /// A random number that decides which of two equal containers leaves first.
    pub(super) uid: u64,
}

/// The phase of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has no machine; `long` says whether it has waited for 10 s.
    Pending { since: Time, long: bool },
    /// It has a machine and is not at work yet.
    Starting,
    /// It is ready, with or without a job.
    Ready,
    /// It cleans up before it is gone.
    Leaving,
}

/// A job under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) receipt: Receipt,
    pub(super) since: Time,
    /// When the job will be done.
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
                Phase::Ready if container.is_busy() => &mut seen.busy,
                Phase::Ready => &mut seen.idle,
                Phase::Leaving => &mut seen.terminating,
            };
            *count += 1;
        }
        seen
    }

    /// The number of containers that are not stopping.
    pub(super) fn staying(&self) -> u32 {
        self.containers.iter().filter(|it| !it.stopping).count() as u32
    }

    pub(super) fn get(&mut self, number: u64) -> Option<&mut Container> {
        self.containers.iter_mut().find(|it| it.number == number)
    }
}

/// The progress of a ready container. A ReplicaSet does not tell busy from idle containers.
pub(super) const READY: u32 = 2;

impl Container {
    /// Whether it is ready and has a job.
    pub(super) fn is_busy(&self) -> bool {
        self.phase == Phase::Ready && !self.tasks.is_empty()
    }

    /// Its progress, from 0 without a machine to the highest number with a job.
    pub(super) fn progress(&self) -> u32 {
        match self.phase {
            Phase::Pending { .. } => 0,
            Phase::Starting => 1,
            Phase::Ready if self.is_busy() => READY + 1,
            Phase::Ready | Phase::Leaving => READY,
        }
    }
}
