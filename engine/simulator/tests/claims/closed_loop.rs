//! The rules in the simulated demo: jobs of 200 ms, 1 s to start, capacity 10, target 20.

use proptest::prelude::*;

use crate::demo::{Demo, Times};

const DEMO: Times = Times { start: 1000, stop: 50, job: 202 };

/// Ticks in a number of seconds.
fn ticks(seconds: u64) -> usize {
    2 * seconds as usize
}

/// How often a series changes from rising to falling or back.
fn reversals(series: &[u32]) -> usize {
    let steps = series.windows(2).map(|w| i64::from(w[1]) - i64::from(w[0]));
    let moves: Vec<i64> = steps.filter(|d| *d != 0).map(i64::signum).collect();
    moves.windows(2).filter(|w| w[0] != w[1]).count()
}

#[test]
fn at_rest_the_background_has_all_but_the_minimum() {
    let model = Demo::play("queue", DEMO, &[(10, 0.0)]);
    assert_eq!((model.desired["consumer"], model.desired["remainder"]), (1, 9));
}

#[test]
fn one_producer_settles_under_the_target_with_few_reversals() {
    // With jobs of 200 ms two consumers are just as fast as one producer; a few milliseconds
    // decide whether they keep up.
    for job in [150, 190, 199, 200, 201, 202, 205, 210, 250, 290] {
        let model = Demo::play("queue", Times { job, ..DEMO }, &[(330, 10.0)]);
        let settled = ticks(30);
        let queue = &model.queue[settled..];
        let over = queue.iter().filter(|length| **length > 20).count();
        let turns = reversals(&model.consumers[settled..]);
        let most = queue.iter().max();
        println!("{job} ms: {over} of {} over, most {most:?}, {turns} turns", queue.len());
        assert!(over * 20 <= queue.len(), "{job} ms: {over} of {} over", queue.len());
        assert!(most <= Some(&25), "{job} ms: {most:?}");
        assert!(turns <= 4 * 5, "{job} ms: {turns} reversals in five minutes");
    }
}

#[test]
fn three_producers_have_seven_consumers_in_seconds_and_the_queue_recovers() {
    let model = Demo::play("queue", DEMO, &[(30, 10.0), (60, 30.0)]);
    let start = ticks(30);
    let seven = model.consumers[start..].iter().position(|n| *n >= 7).unwrap();
    println!("seven after {seven} ticks; {:?}", &model.consumers[start..]);
    println!("queue {:?}", &model.queue[start..]);
    assert!(seven <= ticks(5), "seven consumers after {seven} ticks");
    let late = &model.queue[start + ticks(30)..];
    assert!(late.iter().all(|length| *length <= 20), "{late:?}");
}

#[test]
fn when_the_load_ends_the_background_has_its_slots_back() {
    let model = Demo::play("queue", DEMO, &[(30, 10.0), (20, 30.0), (30, 0.0)]);
    let end = ticks(50);
    let back = model.consumers[end..].iter().position(|n| *n == 1).unwrap();
    println!("back after {back} ticks {:?}", &model.consumers[end..]);
    assert!(back <= ticks(16), "one consumer again only after {back} ticks");
    assert_eq!(model.desired["remainder"], 9);
}

#[test]
fn overload_leaves_the_background_its_minimum() {
    let model = Demo::play("queue", DEMO, &[(30, 50.0)]);
    assert_eq!((model.desired["consumer"], model.desired["remainder"]), (9, 1));
    assert!(model.why.text.ends_with("one slot is reserved for the background"));
}

#[test]
fn the_simple_rule_follows_the_load_too() {
    let model = Demo::play("simple-queue", DEMO, &[(60, 30.0), (60, 0.0)]);
    let most = model.consumers[..ticks(60)].iter().max();
    assert!(most >= Some(&7), "{most:?}");
    assert_eq!(model.desired["consumer"], 1);
}

#[test]
fn live_containers_never_exceed_the_capacity() {
    for (start, stop) in [(0, 0), (1, 3000), (1000, 50), (5000, 1700), (300, 30_000)] {
        let times = Times { start, stop, job: 202 };
        let loads = [10.0, 30.0, 0.0, 60.0, 5.0, 0.0, 30.0].map(|rate| (20, rate));
        let model = Demo::play("queue", times, &loads);
        assert!(model.most_live <= 10, "{} live with stop {stop} ms", model.most_live);
    }
}

proptest! {
    #[test]
    fn the_budget_holds_for_any_load_and_any_times(
        start in 0..4000u64, stop in 0..4000u64, job in 1..900u64,
        loads in prop::collection::vec((1..6u64, 0..80u32), 1..6),
    ) {
        let loads: Vec<(u64, f64)> =
            loads.into_iter().map(|(seconds, rate)| (seconds, rate.into())).collect();
        for rule in ["queue", "rate"] {
            let model = Demo::play(rule, Times { start, stop, job }, &loads);
            prop_assert!(model.most_live <= 10, "{} live", model.most_live);
        }
    }
}
