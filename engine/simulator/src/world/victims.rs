//! Who leaves when a workload is to have fewer containers.

use super::World;
use super::containers::{Container, Phase};
use super::event::Id;
use crate::Time;

/// In which order a workload's containers leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victims {
    /// As a ReplicaSet takes them (`ActivePodsWithRanks` in Kubernetes): those without a machine,
    /// then those that start, then those that are ready. Among these the youngest, by the whole
    /// logarithm to base 2 of their age in nanoseconds; where that is the same, by their UIDs,
    /// which are random. It does not know who has a job.
    ReplicaSet,
    /// As our engine takes them: those without a machine, then those that start, then those
    /// without a job, and those with one last; the youngest first among equals.
    IdleFirst,
}

/// Who leaves first has the smallest.
type Rank = (u32, u64, u64);

impl Victims {
    fn rank(self, it: &Container, now: Time) -> Rank {
        match self {
            Victims::ReplicaSet => (it.phase.progress().min(READY), logarithm(it, now), it.uid),
            Victims::IdleFirst => (it.phase.progress(), u64::MAX - it.number, 0),
        }
    }
}

/// What a ReplicaSet sees of a container that can work.
const READY: u32 = 2;

impl Phase {
    /// How far it is, up to a job of its own.
    fn progress(&self) -> u32 {
        match self {
            Phase::Pending { .. } => 0,
            Phase::Starting => 1,
            Phase::Idle(_) | Phase::Leaving => READY,
            Phase::Working(_) => READY + 1,
        }
    }
}

fn logarithm(it: &Container, now: Time) -> u64 {
    let age = now.saturating_sub(it.since).as_nanos();
    age.checked_ilog2().map_or(0, |whole| u64::from(whole) + 1)
}

impl World {
    /// Up to so many of a workload's containers get no job from now on, those that are to leave
    /// first and have none; how many.
    pub(crate) fn retire(&mut self, workload: usize, count: u32) -> u32 {
        let first = self.to_go(workload, count);
        let mut retired = 0;
        for id in first {
            let Some(container) = self.pools[workload].get(id.number) else { continue };
            let phase = container.phase;
            if matches!(phase, Phase::Working(_)) {
                continue;
            }
            container.retired = true;
            retired += 1;
            if let Phase::Idle(Some(waiter)) = phase {
                container.phase = Phase::Idle(None);
                self.forget(id, waiter);
            }
        }
        retired
    }

    /// Those that were retired and not told to stop after all work again.
    pub(crate) fn call_back(&mut self) {
        for workload in 0..self.pools.len() {
            let containers = &mut self.pools[workload].containers;
            let mut idle = Vec::new();
            for it in containers.iter_mut().filter(|it| it.retired && !it.stopping) {
                it.retired = false;
                let waits = it.phase == Phase::Idle(None);
                idle.extend(waits.then_some(Id { workload, number: it.number }));
            }
            idle.into_iter().for_each(|id| self.poll(id));
        }
    }

    /// So many of a workload's containers, those that are to leave first. Those with a job are the
    /// last among them, so that none of the others gets what they hand back.
    pub(super) fn to_go(&self, workload: usize, count: u32) -> Vec<Id> {
        let (victims, now) = (self.victims, self.now);
        let staying = self.pools[workload].containers.iter().filter(|it| !it.stopping);
        let mut all: Vec<&Container> = staying.collect();
        all.sort_by_key(|it| victims.rank(it, now));
        all.truncate(count as usize);
        all.sort_by_key(|it| matches!(it.phase, Phase::Working(_)));
        all.into_iter().map(|it| Id { workload, number: it.number }).collect()
    }
}

#[cfg(test)]
mod tests {
    use broker::{MessageId, Receipt};

    use super::super::containers::Task;
    use super::*;

    const NOW: Time = Time::from_secs(100);

    fn container(number: u64, phase: Phase, age: u64) -> Container {
        let (since, uid) = (NOW - Time::from_secs(age), number);
        Container { number, phase, stopping: false, retired: false, start: Time::ZERO, since, uid }
    }

    fn order(victims: Victims, mut all: Vec<Container>) -> Vec<u64> {
        all.sort_by_key(|it| victims.rank(it, NOW));
        all.into_iter().map(|it| it.number).collect()
    }

    fn at_work() -> Phase {
        let receipt = Receipt { message: MessageId(1), delivery: 1, run: 1 };
        Phase::Working(Task { receipt, since: NOW, until: NOW })
    }

    fn mixed() -> Vec<Container> {
        let pending = Phase::Pending { since: NOW, long: false };
        vec![
            container(1, Phase::Idle(None), 90),
            container(2, at_work(), 10),
            container(3, Phase::Starting, 20),
            container(4, pending, 30),
            container(5, at_work(), 80),
            container(6, Phase::Idle(None), 70),
        ]
    }

    #[test]
    fn a_replica_set_does_not_know_who_is_at_work() {
        assert_eq!(order(Victims::ReplicaSet, mixed()), [4, 3, 2, 1, 5, 6]);
    }

    #[test]
    fn ours_takes_those_without_a_job_before_those_with_one() {
        assert_eq!(order(Victims::IdleFirst, mixed()), [4, 3, 6, 1, 5, 2]);
    }

    #[test]
    fn a_replica_set_tells_ages_apart_only_by_their_whole_logarithms() {
        // 2^35 ns are 34.4 s, 2^36 are 68.7 s.
        let of = |ages: [u64; 3]| {
            let all = (1..).zip(ages).map(|(number, age)| container(number, at_work(), age));
            order(Victims::ReplicaSet, all.collect())
        };
        assert_eq!(of([68, 50, 35]), [1, 2, 3], "all the same: by their UIDs");
        assert_eq!(of([69, 50, 34]), [3, 2, 1], "three logarithms: the youngest first");
        assert_eq!(of([0, 1, 0]), [1, 3, 2]);
    }
}
