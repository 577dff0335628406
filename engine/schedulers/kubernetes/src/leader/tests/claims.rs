//! The guarantees of the elector, one test each.

use std::time::Duration;

use crate::leader::elector::{Elector, LEASE, RENEW_DEADLINE};
use crate::leader::terms::{Answer, Claim, LeaderState, Observed, Record, Step};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A Lease renewed at `renewed` by its holder's clock. If `holder` is empty, it has no holder.
fn lease(holder: &str, renewed: &str, version: u32) -> Observed {
    let holder = Some(holder.to_owned()).filter(|holder| !holder.is_empty());
    let record = Record { holder, renewed: renewed.to_owned(), transitions: 3 };
    Observed { record, version: version.to_string(), held: false }
}

fn me() -> Elector {
    Elector::new("me".to_owned())
}

fn claim(step: Step) -> Claim {
    match step {
        Step::Write(claim) => claim,
        other => panic!("a write was expected, not {other:?}"),
    }
}

/// Lets the elector read at `now` and get `lease` as the answer at once.
fn reads(elector: &mut Elector, now: Duration, lease: Observed) {
    assert_eq!(elector.next(now), Step::Read);
    elector.heard(now, Answer::Lease(lease));
}

/// Lets the elector write at `now`. The write succeeds at once.
fn writes(elector: &mut Elector, now: Duration) -> Claim {
    let claim = claim(elector.next(now));
    let holder = claim.holder.clone().unwrap_or_default();
    let version = claim.version.parse::<u32>().unwrap() + 1;
    elector.heard(now, Answer::Lease(lease(&holder, &format!("{now:?}"), version)));
    claim
}

/// An elector that has led since `now`.
fn leader(now: Duration) -> Elector {
    let mut elector = me();
    reads(&mut elector, now, lease("", "", 1));
    writes(&mut elector, now);
    assert!(elector.may_write(now));
    elector
}

#[test]
fn a_new_candidate_may_not_write() {
    let elector = me();
    assert!(!elector.may_write(s(0)));
    assert_eq!(elector.leader_state(s(0)), LeaderState::Unknown);
}

#[test]
fn a_lease_without_a_holder_is_taken_at_once() {
    let mut elector = me();
    reads(&mut elector, s(0), lease("", "", 1));
    assert_eq!(elector.leader_state(s(0)), LeaderState::Standby { leader: None });
    let claim = writes(&mut elector, s(0));
    let (holder, version) = (Some("me".to_owned()), "1".to_owned());
    assert_eq!(claim, Claim { holder, transitions: 4, is_new: true, version });
    assert_eq!(elector.leader_state(s(0)), LeaderState::Leader);
    assert_eq!(elector.since(s(0)), Some(s(0)));
}

#[test]
fn a_leader_renews_each_second_and_stays_the_same_leader() {
    let mut elector = leader(s(0));
    for second in 1..30 {
        assert_eq!(elector.next(s(second) - ms(1)), Step::Wait(s(second)));
        let claim = writes(&mut elector, s(second));
        assert!(!claim.is_new && claim.transitions == 3);
        assert_eq!(elector.since(s(second)), Some(s(0)));
    }
}

#[test]
fn a_lease_that_its_holder_renews_is_never_taken() {
    let mut elector = me();
    for second in 0..60 {
        reads(&mut elector, s(second), lease("other", &second.to_string(), 1));
        let leader = Some("other".to_owned());
        assert_eq!(elector.leader_state(s(second)), LeaderState::Standby { leader });
        assert_eq!(elector.next(s(second)), Step::Wait(s(second + 1)));
    }
}

#[test]
fn a_lease_is_taken_after_it_was_seen_unchanged_for_its_duration_whatever_its_time_says() {
    let mut elector = me();
    for second in 0..6 {
        reads(&mut elector, s(second), lease("other", "1970-01-01T00:00:00Z", 1));
    }
    assert_eq!(elector.next(LEASE - ms(1)), Step::Wait(LEASE));
    assert!(writes(&mut elector, LEASE).is_new);
    assert!(elector.may_write(LEASE));
}

#[test]
fn the_time_that_a_lease_is_unchanged_counts_from_the_answer_not_from_the_request() {
    let mut elector = me();
    assert_eq!(elector.next(s(0)), Step::Read);
    elector.heard(ms(900), Answer::Lease(lease("other", "x", 1)));
    for second in 1..6 {
        reads(&mut elector, s(second), lease("other", "x", 1));
    }
    assert_eq!(elector.next(s(6)), Step::Read);
    elector.heard(s(6), Answer::Lease(lease("other", "x", 1)));
    assert_eq!(elector.next(s(6)), Step::Wait(LEASE + ms(900)));
}

#[test]
fn an_annotation_does_not_count_as_a_renewal_but_the_hold_is_seen() {
    let mut elector = me();
    for second in 0..6 {
        let version = u32::try_from(second).unwrap();
        let lease = Observed { held: second == 5, ..lease("other", "x", version) };
        reads(&mut elector, s(second), lease);
        assert_eq!(elector.held(), second == 5);
    }
    assert_eq!(writes(&mut elector, LEASE).version, "5");
}

#[test]
fn a_leader_may_write_until_the_deadline_after_sending_its_last_renewal() {
    let mut elector = leader(s(0));
    let renewal = claim(elector.next(s(1)));
    // The answer comes late, but the deadline counts from the sending of the renewal.
    let version = renewal.version.parse::<u32>().unwrap() + 1;
    elector.heard(s(1) + ms(900), Answer::Lease(lease("me", "1", version)));
    let end = s(1) + RENEW_DEADLINE;
    assert!(elector.may_write(end - ms(1)));
    assert!(!elector.may_write(end));
    assert_eq!(elector.leader_state(end), LeaderState::Unknown);
    assert_eq!(elector.since(end), None);
}

#[test]
fn a_leader_that_is_cut_off_stops_before_another_one_starts() {
    let (mut cut_off, mut other) = (leader(s(0)), Elector::new("other".to_owned()));
    reads(&mut other, ms(1), lease("me", "0", 2));
    let mut stopped = None;
    for now in (1..20_000).map(ms) {
        if !matches!(cut_off.next(now), Step::Wait(_)) {
            cut_off.heard(now, Answer::Failed);
        }
        match other.next(now) {
            Step::Read => other.heard(now, Answer::Lease(lease("me", "0", 2))),
            Step::Write(_) => other.heard(now, Answer::Lease(lease("other", "1", 3))),
            _ => {}
        }
        stopped = stopped.or((!cut_off.may_write(now)).then_some(now));
        if other.may_write(now) {
            assert_eq!((stopped, now), (Some(RENEW_DEADLINE), LEASE + ms(1)));
            return;
        }
    }
    panic!("no other candidate took over");
}

#[test]
fn a_leader_does_not_wait_for_an_answer_beyond_its_deadline() {
    let mut elector = leader(s(0));
    assert_eq!(elector.patience(s(1)), s(1));
    assert_eq!(elector.patience(s(3) + ms(800)), ms(200));
    elector.next(s(5));
    assert_eq!(elector.patience(s(5)), s(1));
}

#[test]
fn a_conflict_means_to_read_again_soon() {
    let mut elector = leader(s(0));
    claim(elector.next(s(1)));
    elector.heard(s(1), Answer::Conflict);
    assert!(elector.may_write(s(1)));
    assert_eq!(elector.next(s(1)), Step::Wait(s(1) + ms(100)));
    reads(&mut elector, s(1) + ms(100), lease("me", "0", 9));
    assert_eq!(writes(&mut elector, s(1) + ms(100)).version, "9");
    assert_eq!(elector.since(s(2)), Some(s(0)));
}

#[test]
fn a_write_of_unknown_outcome_is_read_before_the_next_one() {
    let mut elector = leader(s(0));
    claim(elector.next(s(1)));
    elector.heard(s(1), Answer::Failed);
    assert_eq!(elector.next(s(1)), Step::Wait(s(2)));
    reads(&mut elector, s(2), lease("me", "1", 3));
    // The read shows our renewal, but the renewal may have been sent long ago.
    assert!(!elector.may_write(s(4)));
}

#[test]
fn a_leader_whose_lease_was_taken_by_hand_stops_as_soon_as_it_sees_that() {
    let mut elector = leader(s(0));
    claim(elector.next(s(1)));
    elector.heard(s(1), Answer::Conflict);
    reads(&mut elector, s(1) + ms(100), lease("other", "1", 3));
    assert!(!elector.may_write(s(1) + ms(100)));
}

#[test]
fn after_a_break_the_leadership_counts_from_its_new_start() {
    let mut elector = leader(s(0));
    reads_after_a_break(&mut elector, s(10));
    assert_eq!(elector.since(s(10)), Some(s(10)));
}

fn reads_after_a_break(elector: &mut Elector, now: Duration) {
    claim(elector.next(s(1)));
    elector.heard(s(1), Answer::Failed);
    reads(elector, now, lease("me", "1", 3));
    writes(elector, now);
}

#[test]
fn a_lease_that_cannot_be_read_makes_the_leader_state_unknown() {
    let mut elector = me();
    reads(&mut elector, s(0), lease("other", "x", 1));
    elector.next(s(1));
    elector.heard(s(1), Answer::Failed);
    assert_ne!(elector.leader_state(LEASE - ms(1)), LeaderState::Unknown);
    assert_eq!(elector.leader_state(LEASE), LeaderState::Unknown);
    // However much time has passed, the Lease is read before it is taken.
    assert_eq!(elector.next(s(60)), Step::Read);
}

#[test]
fn a_candidate_that_restarts_under_its_old_name_takes_its_lease_at_once() {
    let mut elector = me();
    reads(&mut elector, s(0), lease("me", "x", 1));
    assert_eq!(elector.leader_state(s(0)), LeaderState::Unknown);
    let claim = writes(&mut elector, s(0));
    assert!(!claim.is_new && elector.may_write(s(0)));
}

#[test]
fn a_leader_that_leaves_stops_and_gives_the_lease_back() {
    let mut elector = leader(s(0));
    elector.leave(ms(500));
    assert!(!elector.may_write(ms(500)));
    let claim = writes(&mut elector, ms(500));
    assert_eq!((claim.holder, claim.transitions), (None, 3));
    assert_eq!(elector.next(ms(500)), Step::Left);
}

#[test]
fn a_standby_that_leaves_does_not_write_the_lease() {
    let mut elector = me();
    reads(&mut elector, s(0), lease("other", "x", 1));
    elector.leave(ms(500));
    assert_eq!(elector.next(ms(500)), Step::Left);
}

#[test]
fn a_lease_that_has_changed_is_read_again_before_it_is_given_back() {
    let mut elector = leader(s(0));
    elector.leave(ms(500));
    claim(elector.next(ms(500)));
    elector.heard(ms(510), Answer::Conflict);
    reads(&mut elector, ms(610), lease("me", "0", 7));
    assert_eq!(writes(&mut elector, ms(610)).version, "7");
    assert_eq!(elector.next(ms(610)), Step::Left);
}

#[test]
fn a_leader_that_leaves_during_a_renewal_awaits_it_and_then_gives_the_lease_back() {
    let mut elector = leader(s(0));
    claim(elector.next(s(1)));
    elector.leave(s(1) + ms(10));
    elector.heard(s(1) + ms(20), Answer::Lease(lease("me", "1", 3)));
    assert!(!elector.may_write(s(1) + ms(20)));
    assert_eq!(writes(&mut elector, s(1) + ms(20)).holder, None);
}

#[test]
fn leaving_takes_a_second_at_most() {
    let mut elector = leader(s(0));
    elector.leave(ms(500));
    claim(elector.next(ms(500)));
    elector.heard(ms(1400), Answer::Failed);
    assert_eq!(elector.next(ms(1400)), Step::Wait(ms(1500)));
    assert_eq!(elector.next(ms(1500)), Step::Left);
}

#[test]
fn a_lease_seen_outside_of_a_step_counts_as_no_renewal() {
    let mut elector = leader(s(0));
    assert!(matches!(elector.next(s(1)), Step::Write(_)));
    elector.heard(s(1), Answer::Failed);
    // Our renewal at 1 s failed. A later write by another client keeps the renewal time of 0 s.
    elector.looked(s(2), Observed { held: true, ..lease("me", "0s", 9) });
    assert!(elector.held());
    assert!(elector.may_write(s(4) - ms(1)) && !elector.may_write(s(4)));
    assert_eq!(claim(elector.next(s(2))).version, "9");
}
