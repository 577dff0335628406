//! Which containers leave when a workload's count is lowered.

use super::pool::{Container, READY};
use crate::Time;

/// The order in which a workload's containers leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victims {
    /// The order of a ReplicaSet (`ActivePodsWithRanks` in Kubernetes): first containers without a
    /// machine, then starting ones, then ready ones. Among equals, the youngest leaves first, by
    /// the whole logarithm to base 2 of the age in nanoseconds; if that is the same, the UID
    /// decides, which is random. A ReplicaSet does not know which containers have a job.
    ReplicaSet,
    /// The order of our engine: first containers without a machine, then starting ones, then idle
    /// ones, then busy ones. Among equals, the youngest leaves first.
    IdleFirst,
}

/// The container with the smallest rank leaves first.
pub(super) type Rank = (u32, u64, u64);

impl Victims {
    pub(super) fn rank(self, it: &Container, now: Time) -> Rank {
        match self {
            Victims::ReplicaSet => (it.progress().min(READY), logarithm(it, now), it.uid),
            Victims::IdleFirst => (it.progress(), u64::MAX - it.number, 0),
        }
    }
}

fn logarithm(it: &Container, now: Time) -> u64 {
    let age = now.saturating_sub(it.since).as_nanos();
    age.checked_ilog2().map_or(0, |whole| u64::from(whole) + 1)
}

#[cfg(test)]
mod tests {
    use broker::{MessageId, Receipt};

    use super::super::pool::{Phase, Task};
    use super::*;

    const NOW: Time = Time::from_secs(100);

    fn container(number: u64, (phase, tasks): (Phase, Vec<Task>), age: u64) -> Container {
        let (since, uid, waiter) = (NOW - Time::from_secs(age), number, None);
        let (stopping, retired, start) = (false, false, Time::ZERO);
        Container { number, phase, tasks, waiter, stopping, retired, start, since, uid }
    }

    fn order(victims: Victims, mut all: Vec<Container>) -> Vec<u64> {
        all.sort_by_key(|it| victims.rank(it, NOW));
        all.into_iter().map(|it| it.number).collect()
    }

    fn at_work() -> (Phase, Vec<Task>) {
        let receipt = Receipt { message: MessageId(1), delivery: 1, run: 1 };
        (Phase::Ready, vec![Task { receipt, since: NOW, until: NOW }])
    }

    fn without_job(phase: Phase) -> (Phase, Vec<Task>) {
        (phase, Vec::new())
    }

    fn mixed() -> Vec<Container> {
        let pending = Phase::Pending { since: NOW, long: false };
        vec![
            container(1, without_job(Phase::Ready), 90),
            container(2, at_work(), 10),
            container(3, without_job(Phase::Starting), 20),
            container(4, without_job(pending), 30),
            container(5, at_work(), 80),
            container(6, without_job(Phase::Ready), 70),
        ]
    }

    #[test]
    fn a_replica_set_does_not_know_which_containers_are_busy() {
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
        assert_eq!(of([68, 50, 35]), [1, 2, 3], "the same logarithm: by UID");
        assert_eq!(of([69, 50, 34]), [3, 2, 1], "three logarithms: the youngest first");
        assert_eq!(of([0, 1, 0]), [1, 3, 2]);
    }
}
