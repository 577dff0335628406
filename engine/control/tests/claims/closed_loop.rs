//! The rules against the modelled demo: 200 ms jobs, 1 s to start, capacity 10, target 20.

use crate::model::{Model, TICK_MS, Times, demo, reversals, target};
use control::Rule;

const DEMO: Times = Times { start: 1000, stop: 50, job: 202 };

fn queue_demo() -> Model {
    Model::new(demo(Rule::Queue(target())), DEMO)
}

/// Ticks in a number of seconds.
fn ticks(seconds: u64) -> usize {
    (seconds * 1000 / TICK_MS) as usize
}

#[test]
fn at_rest_the_background_has_all_but_the_minimum() {
    let mut model = queue_demo();
    model.run(10, 0.0);
    assert_eq!((model.desired["consumer"], model.desired["remainder"]), (1, 9));
}

#[test]
fn one_producer_settles_under_the_target_with_few_reversals() {
    // Two consumers do a job of 200 ms just as fast as one producer makes them; a few
    // milliseconds decide whether they keep up.
    for job in [150, 190, 199, 200, 201, 202, 205, 210, 250, 290] {
        let mut model = Model::new(demo(Rule::Queue(target())), Times { job, ..DEMO });
        model.run(30, 10.0);
        let settled = model.queue.len();
        model.run(300, 10.0);
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
    let mut model = queue_demo();
    model.run(30, 10.0);
    let start = model.consumers.len();
    model.run(60, 30.0);
    let seven = model.consumers[start..].iter().position(|n| *n >= 7).unwrap();
    println!("seven after {seven} ticks; {:?}", &model.consumers[start..]);
    println!("queue {:?}", &model.queue[start..]);
    assert!(seven <= ticks(5), "seven consumers after {seven} ticks");
    let late = &model.queue[start + ticks(30)..];
    assert!(late.iter().all(|length| *length <= 20), "{late:?}");
}

#[test]
fn when_the_load_ends_the_background_has_its_slots_back() {
    let mut model = queue_demo();
    model.run(30, 10.0);
    model.run(20, 30.0);
    let end = model.consumers.len();
    model.run(30, 0.0);
    let back = model.consumers[end..].iter().position(|n| *n == 1).unwrap();
    println!("back after {back} ticks {:?}", &model.consumers[end..]);
    assert!(back <= ticks(16), "one consumer again only after {back} ticks");
    assert_eq!(model.desired["remainder"], 9);
}

#[test]
fn overload_ends_at_the_last_slot_that_is_the_background_s_minimum() {
    let mut model = queue_demo();
    model.run(30, 50.0);
    assert_eq!((model.desired["consumer"], model.desired["remainder"]), (9, 1));
    let why = model.autoscaler.why("consumer").unwrap();
    assert!(why.text.ends_with("the last slot is the background's minimum"));
}

#[test]
fn the_simple_rule_follows_the_load_too() {
    let mut model = Model::new(demo(Rule::SimpleQueue(target())), DEMO);
    model.run(60, 30.0);
    let most = model.consumers.iter().max();
    assert!(most >= Some(&7), "{most:?}");
    model.run(60, 0.0);
    assert_eq!(model.desired["consumer"], 1);
}

#[test]
fn live_containers_never_exceed_the_capacity() {
    for (start, stop) in [(0, 0), (1, 3000), (1000, 50), (5000, 1700), (300, 30_000)] {
        let times = Times { start, stop, job: 202 };
        let mut model = Model::new(demo(Rule::Queue(target())), times);
        for rate in [10.0, 30.0, 0.0, 60.0, 5.0, 0.0, 30.0] {
            model.run(20, rate);
        }
        assert!(model.most_live <= 10, "{} live with stop {stop} ms", model.most_live);
    }
}
