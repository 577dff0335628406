use std::sync::Arc;

use super::*;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn container(name: &str, phase: Phase, restarts: u32) -> Option<Instance> {
    let workload = name.split('-').next().unwrap_or_default().to_owned();
    Some(Instance { name: name.to_owned(), workload, phase, restarts, ..Instance::default() })
}

/// A list of the queue "jobs" at `at` ms, with the times at which each worker's leases begin and
/// end.
fn list(at: u64, held: &[(&str, &[(u64, u64)])]) -> Lists {
    let lease = |(since, until): &(u64, u64)| model::Held { since: ms(*since), until: ms(*until) };
    let held = held.iter().map(|(name, all)| ((*name).to_owned(), all.iter().map(lease).collect()));
    let held: BTreeMap<String, Vec<_>> = held.collect();
    let busy = held.keys().cloned().collect();
    let leases = Leases { busy, held, listed_at: ms(at), ..Leases::default() };
    [("jobs".to_owned(), Arc::new(leases))].into()
}

/// What is shown in slot 1 at `now` ms, when that slot has this container: how the container died,
/// its jobs, and when the first lease ends.
fn see(
    deaths: &mut Deaths,
    now: u64,
    slot: Option<Instance>,
    lists: &Lists,
) -> Option<(&'static str, Option<u64>, Option<f64>)> {
    let mut shown = deaths.see(ms(now), &[None, slot], lists, Duration::ZERO);
    shown.remove(&1).map(|it| (it.how, it.jobs, it.until))
}

#[test]
fn the_job_of_a_killed_process_waits_until_its_lease_ends_while_the_next_one_works() {
    let mut deaths = Deaths::default();
    let before = list(9_900, &[("c-1", &[(9_800, 12_800)])]);
    assert_eq!(see(&mut deaths, 9_950, container("c-1", Phase::Ready, 0), &before), None);
    deaths.kill(ms(10_000), "c-1");
    let again = || container("c-1", Phase::Starting, 1);
    let cross = see(&mut deaths, 10_030, again(), &before);
    assert_eq!(cross, Some(("killed", None, None)), "nothing is known yet");
    // The new process has taken a job, too, under the same name.
    let both = list(10_500, &[("c-1", &[(9_800, 12_800), (10_100, 13_100)])]);
    let cross = see(&mut deaths, 10_550, again(), &both);
    assert_eq!(cross, Some(("killed", Some(1), Some(12.8))));
    let after = list(13_000, &[("c-1", &[(12_900, 15_900)])]);
    assert_eq!(see(&mut deaths, 13_050, again(), &after), None);
}

#[test]
fn one_without_a_job_is_shown_for_a_moment() {
    let mut deaths = Deaths::default();
    see(&mut deaths, 0, container("b-1", Phase::Ready, 0), &list(0, &[]));
    deaths.kill(ms(100), "b-1");
    see(&mut deaths, 120, container("b-1", Phase::Starting, 1), &list(0, &[]));
    let shown = |deaths: &mut Deaths, now| {
        see(deaths, now, container("b-1", Phase::Ready, 1), &list(now - 50, &[]))
    };
    assert_eq!(shown(&mut deaths, 1_600), Some(("killed", Some(0), None)));
    assert_eq!(shown(&mut deaths, 1_620), None);
}

#[test]
fn a_pod_that_goes_with_its_name_leaves_all_leases_of_that_name() {
    let mut deaths = Deaths::default();
    let held: &[(&str, &[(u64, u64)])] = &[("c-a", &[(900, 3_900), (1_200, 4_200)])];
    see(&mut deaths, 950, container("c-a", Phase::Ready, 0), &list(900, held));
    deaths.kill(ms(1_000), "c-a");
    assert_eq!(see(&mut deaths, 1_400, None, &list(900, held)), Some(("killed", None, None)));
    let next = || container("c-b", Phase::Starting, 0);
    let cross = see(&mut deaths, 1_550, next(), &list(1_500, held));
    assert_eq!(cross, Some(("killed", Some(2), Some(3.9))));
}

#[test]
fn one_that_stopped_as_asked_is_no_death_unless_its_job_is_left_behind() {
    for (held, expected) in [(1, Some(("lost", Some(1), Some(3.0)))), (0, None)] {
        let mut deaths = Deaths::default();
        let leases: &[(u64, u64)] = &[(0, 3_000)];
        let at_work = list(400, &[("c-1", leases)]);
        see(&mut deaths, 450, container("c-1", Phase::Terminating, 0), &at_work);
        assert_eq!(see(&mut deaths, 500, None, &at_work), None, "the list is older");
        let later = list(900, &[("c-1", leases)][..held]);
        assert_eq!(see(&mut deaths, 950, None, &later), expected);
    }
}

#[test]
fn a_crash_is_lost_and_not_killed_and_one_while_starting_is_no_death() {
    let mut deaths = Deaths::default();
    see(&mut deaths, 0, container("c-1", Phase::Ready, 0), &list(0, &[]));
    let cross = see(&mut deaths, 100, container("c-1", Phase::Starting, 1), &list(0, &[]));
    assert_eq!(cross, Some(("lost", None, None)));
    let mut deaths = Deaths::default();
    see(&mut deaths, 0, container("c-1", Phase::Starting, 1), &list(0, &[]));
    assert_eq!(see(&mut deaths, 100, container("c-1", Phase::Starting, 2), &list(0, &[])), None);
}

#[test]
fn without_lists_a_kill_is_shown_for_a_moment_and_its_jobs_are_unknown() {
    let mut deaths = Deaths::default();
    let untold: BTreeMap<_, _> = Lists::new();
    see(&mut deaths, 0, container("c-1", Phase::Ready, 0), &untold);
    deaths.kill(ms(0), "c-1");
    assert_eq!(see(&mut deaths, 100, None, &untold), Some(("killed", None, None)));
    assert_eq!(see(&mut deaths, 1_600, None, &untold), None);
}

#[test]
fn while_no_list_can_be_read_the_jobs_are_unknown_for_a_minute_at_most() {
    let mut deaths = Deaths::default();
    let old = list(0, &[]);
    see(&mut deaths, 50, container("c-1", Phase::Ready, 0), &old);
    deaths.kill(ms(60), "c-1");
    for now in [100, 10_000, 60_000] {
        assert_eq!(see(&mut deaths, now, None, &old), Some(("killed", None, None)), "{now}");
    }
    assert_eq!(see(&mut deaths, 60_100, None, &old), None);
}
