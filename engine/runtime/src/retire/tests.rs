use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use control::{QueueSample, Reading, Replicas, Work};
use model::scheduler::{Instance, Phase, Status};
use model::{LeaseHolders, Leases, QueueReading};

use super::{QueueView, Retiring};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn instance(name: &str, phase: Phase) -> Instance {
    Instance {
        name: name.to_owned(),
        workload: "w".to_owned(),
        phase,
        pid: None,
        address: None,
        restarts: 0,
        waits: false,
        is_unready: phase == Phase::Starting,
    }
}

/// Containers w-1, w-2 and so on, in these phases.
fn status(phases: &[Phase]) -> Status {
    let named = |(i, phase): (usize, &Phase)| instance(&format!("w-{}", i + 1), *phase);
    let count = |of: Phase| phases.iter().filter(|phase| **phase == of).count() as u32;
    let (ready, starting) = (count(Phase::Ready), count(Phase::Starting));
    let desired = ready + starting;
    let terminating = count(Phase::Terminating);
    let replicas = Replicas { desired, ready, starting, terminating, ..Replicas::default() };
    let instances = phases.iter().enumerate().map(named).collect();
    Status { replicas, instances, grace: Duration::from_secs(5), ..Status::default() }
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A queue reading taken at `at` ms, with these busy and idle workers and unnamed leases.
fn look(at: u64, busy: &[&str], idle: &[&str], nameless: u64) -> QueueReading {
    let leases = Leases { busy: names(busy), idle: names(idle), nameless, ..<_>::default() };
    let in_flight = busy.len() as u64 + nameless;
    QueueReading {
        reading: Reading { sample: QueueSample { in_flight, ..<_>::default() }, taken_at: ms(at) },
        leases: LeaseHolders::Listed(Arc::new(leases)),
        ..QueueReading::default()
    }
}

fn work(retiring: &mut Retiring, now: u64, look: &QueueReading, status: &Status) -> Work {
    retiring.work(ms(now), QueueView { name: "w", look, strangers: false }, status)
}

const FOUR: [Phase; 4] = [Phase::Ready; 4];

#[test]
fn only_one_that_is_retired_without_a_lease_may_be_stopped() {
    let (mut retiring, status) = (Retiring::new(true), status(&FOUR));
    let look = look(0, &["w-4"], &["w-1"], 0);
    assert_eq!(work(&mut retiring, 0, &look, &status), Work { busy: 1, stoppable: 0 });
    let chosen = retiring.choose(ms(0), "w", &look, &status, 2);
    assert_eq!(chosen, ["w-3", "w-2"], "no busy one");
    assert_eq!(retiring.choose(ms(1), "w", &look, &status, 2), Vec::<String>::new());
    retiring.answered("w", "w-3", ms(0), Some(0));
    assert_eq!(work(&mut retiring, 2, &look, &status).stoppable, 0, "one has not answered");
    retiring.answered("w", "w-2", ms(0), Some(1));
    let after = work(&mut retiring, 3, &look, &status);
    assert_eq!(after, Work { busy: 2, stoppable: 1 }, "one has taken a job");
    assert_eq!(retiring.choose(ms(4), "w", &look, &status, 2), ["w-1"]);
    assert_eq!(retiring.order(ms(4), "w", &look, &status), ["w-3", "w-1", "w-4", "w-2"]);
}

#[test]
fn an_unanswered_retirement_is_asked_again() {
    let (mut retiring, status) = (Retiring::new(true), status(&FOUR));
    let look = look(0, &[], &[], 0);
    work(&mut retiring, 0, &look, &status);
    assert_eq!(retiring.choose(ms(0), "w", &look, &status, 1), ["w-4"]);
    retiring.answered("w", "w-4", ms(0), None);
    let unknown = work(&mut retiring, 1, &look, &status);
    assert_eq!(unknown, Work { busy: 1, stoppable: 0 }, "it may be busy");
    assert_eq!(retiring.choose(ms(2), "w", &look, &status, 1), ["w-3"]);
    let later = self::look(500, &[], &[], 0);
    work(&mut retiring, 501, &later, &status);
    assert!(retiring.choose(ms(502), "w", &later, &status, 3).contains(&"w-4".to_owned()));
}

#[test]
fn a_retirement_ends_before_the_queue_forgets_it() {
    let (mut retiring, status) = (Retiring::new(true), status(&FOUR));
    let look = look(0, &[], &[], 0);
    work(&mut retiring, 0, &look, &status);
    retiring.choose(ms(0), "w", &look, &status, 1);
    retiring.answered("w", "w-4", ms(0), Some(0));
    let stoppable = |at, retiring: &mut Retiring| work(retiring, at, &look, &status).stoppable;
    assert_eq!([7999, 8000].map(|at| stoppable(at, &mut retiring)), [1, 0]);
}

#[test]
fn terminating_ones_are_not_busy_and_a_nameless_lease_may_be_of_any() {
    let mut retiring = Retiring::new(true);
    let leaving = status(&[Phase::Ready, Phase::Ready, Phase::Terminating]);
    let named = look(0, &["w-1", "w-3"], &[], 0);
    assert_eq!(work(&mut retiring, 0, &named, &leaving).busy, 1);
    work(&mut retiring, 0, &look(0, &["w-1"], &[], 0), &leaving);
    let nameless = look(0, &[], &[], 1);
    let all = work(&mut retiring, 0, &nameless, &leaving);
    assert_eq!(all, Work { busy: 2, stoppable: 0 });
    assert_eq!(retiring.choose(ms(0), "w", &nameless, &leaving, 1), Vec::<String>::new());
}

#[test]
fn where_a_replica_set_chooses_only_unready_retired_pods_count() {
    let (mut retiring, mut status) = (Retiring::new(false), status(&FOUR));
    let look = look(0, &["w-1"], &[], 0);
    work(&mut retiring, 0, &look, &status);
    assert_eq!(retiring.choose(ms(0), "w", &look, &status, 2), ["w-4", "w-3"]);
    retiring.answered("w", "w-4", ms(0), Some(0));
    retiring.answered("w", "w-3", ms(0), Some(0));
    assert_eq!(work(&mut retiring, 10, &look, &status).stoppable, 0, "all are ready");
    let unready = |status: &mut Status, at: usize| {
        (status.instances[at].phase, status.instances[at].is_unready) = (Phase::Starting, true);
        (status.replicas.starting, status.replicas.ready) =
            (status.replicas.starting + 1, status.replicas.ready - 1);
    };
    unready(&mut status, 3);
    assert_eq!(work(&mut retiring, 500, &look, &status).stoppable, 0, "they leave together");
    unready(&mut status, 2);
    let mut all = [("w".to_owned(), status.clone())].into();
    retiring.mark(ms(600), &mut all);
    assert_eq!((all["w"].replicas.ready, all["w"].replicas.starting), (4, 0));
    assert_eq!(all["w"].instances[3].phase, Phase::Retiring);
    assert_eq!(work(&mut retiring, 600, &look, &all["w"]).stoppable, 2);
    unready(&mut status, 0);
    assert_eq!(work(&mut retiring, 700, &look, &status).stoppable, 0, "a busy one would go first");
}

#[test]
fn pods_that_stay_ready_are_stopped_when_all_are_idle_and_the_remedy_is_said_once() {
    let (mut retiring, status) = (Retiring::new(false), status(&FOUR));
    let busy = look(0, &["w-1"], &[], 0);
    work(&mut retiring, 0, &busy, &status);
    retiring.choose(ms(0), "w", &busy, &status, 1);
    retiring.answered("w", "w-4", ms(0), Some(0));
    assert_eq!(work(&mut retiring, 4999, &busy, &status).stoppable, 0);
    assert_eq!(retiring.remedy("w"), None);
    assert_eq!(work(&mut retiring, 5000, &busy, &status), Work { busy: 1, stoppable: 0 });
    let said = retiring.remedy("w").unwrap();
    assert!(said.contains("readinessProbe") && said.contains("terminationGracePeriodSeconds"));
    assert_eq!(retiring.remedy("w"), None);
    assert_eq!(retiring.choose(ms(5001), "w", &busy, &status, 3), Vec::<String>::new());
    let idle = look(0, &[], &["w-1"], 0);
    assert_eq!(work(&mut retiring, 5100, &idle, &status), Work { busy: 0, stoppable: 4 });
}

#[test]
fn without_names_a_cut_is_safe_where_jobs_end_well_within_the_grace() {
    for (p90, stoppable) in [(Some(ms(2500)), 4), (Some(ms(2501)), 0), (None, 0)] {
        for known in [true, false] {
            let (mut retiring, status) = (Retiring::new(false), status(&FOUR));
            let mut look = QueueReading { ack_p90: p90, ..look(0, &["else-1", "else-2"], &[], 0) };
            if !known {
                look.leases = LeaseHolders::Untold;
            }
            let seen = QueueView { name: "w", look: &look, strangers: true };
            let work = retiring.work(ms(0), seen, &status);
            assert_eq!(work, Work { busy: 2, stoppable }, "{p90:?} {known}");
            assert_eq!(retiring.remedy("w").is_some(), stoppable == 0);
        }
    }
}

#[test]
fn pods_that_a_replica_set_has_yet_to_stop_count_once() {
    let (mut retiring, mut status) = (Retiring::new(false), status(&FOUR));
    let look = look(0, &[], &[], 0);
    work(&mut retiring, 0, &look, &status);
    assert_eq!(retiring.choose(ms(0), "w", &look, &status, 2), ["w-4", "w-3"]);
    for (at, name) in [(3, "w-4"), (2, "w-3")] {
        retiring.answered("w", name, ms(0), Some(0));
        (status.instances[at].phase, status.instances[at].is_unready) = (Phase::Starting, true);
    }
    (status.replicas.starting, status.replicas.ready) = (2, 2);
    assert_eq!(work(&mut retiring, 600, &look, &status).stoppable, 2);
    status.replicas.desired = 2;
    assert_eq!(work(&mut retiring, 610, &look, &status).stoppable, 0, "they are about to go");
    assert_eq!(retiring.choose(ms(620), "w", &look, &status, 1), ["w-2"]);
}

#[test]
fn pods_that_never_become_ready_are_all_retired_for_they_leave_first() {
    let phases = [Phase::Ready, Phase::Ready, Phase::Starting, Phase::Starting];
    let (mut retiring, status) = (Retiring::new(false), status(&phases));
    let look = look(0, &["w-1"], &[], 0);
    work(&mut retiring, 0, &look, &status);
    assert_eq!(retiring.choose(ms(0), "w", &look, &status, 1), ["w-4", "w-3"]);
    retiring.answered("w", "w-4", ms(0), Some(0));
    retiring.answered("w", "w-3", ms(0), Some(0));
    assert_eq!(work(&mut retiring, 10, &look, &status).stoppable, 2);
}

#[test]
fn a_retired_one_that_has_a_lease_after_all_is_not_stopped() {
    let (mut retiring, status) = (Retiring::new(true), status(&FOUR));
    let before = look(0, &["w-1"], &[], 0);
    work(&mut retiring, 0, &before, &status);
    retiring.choose(ms(1), "w", &before, &status, 1);
    retiring.answered("w", "w-4", ms(1), Some(0));
    assert_eq!(work(&mut retiring, 2, &before, &status).stoppable, 1);
    let after = look(500, &["w-4"], &[], 0);
    assert_eq!(work(&mut retiring, 501, &after, &status), Work { busy: 1, stoppable: 0 });
}

#[test]
fn nameless_workers_are_judged_by_time() {
    let (mut retiring, status) = (Retiring::new(true), status(&FOUR));
    let look = QueueReading { ack_p90: Some(ms(50)), ..look(0, &[], &[], 2) };
    assert_eq!(work(&mut retiring, 0, &look, &status), Work { busy: 2, stoppable: 4 });
}

#[test]
fn a_list_that_could_not_be_read_stops_nobody() {
    let (mut retiring, status) = (Retiring::new(true), status(&FOUR));
    let unread = |at| QueueReading { leases: LeaseHolders::Unread, ..look(at, &["w-1"], &[], 0) };
    for at in 0..9 {
        // Several rounds may use the same reading.
        for _ in 0..3 {
            let work = work(&mut retiring, at, &unread(at), &status);
            assert_eq!(work, Work { busy: 1, stoppable: 0 });
        }
        assert_eq!(retiring.remedy("w"), None);
    }
    work(&mut retiring, 9, &unread(9), &status);
    assert!(retiring.remedy("w").is_some(), "in the end it is logged");
}
