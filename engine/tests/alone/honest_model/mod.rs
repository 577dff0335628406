//! The simulator is honest: it plays the load of a box of real processes, and the two curves of the
//! queue's length are compared.
//!
//! The simulator gets the recorded arrivals and the measured times of this machine to start a
//! container, to stop it and for a job. So this tests the model and not the machine.
//!
//! # Layout
//! - `record`: plays the load in a box and records it
//! - `measured`: the times that this machine needs
//! - `model`: the same load in the simulator
//! - `distance`: the distance of the curves

mod distance;
mod measured;
mod model;
mod record;

use simulator::{Kind, Outcome, Scenario};

use crate::TURN;
use distance::{Curves, back, enough};
use measured::{deviation, mean};
use model::{all_start_in, consumer_s_job, scenario, shipped};
use record::Samples;
use support::LOOK;

// The bounds are about three times the values that 19 of 20 loads stayed under.

/// Jobs by which the box's queue may be outside of the range of the seeds, on average.
const OUTSIDE: f64 = 2.0;
/// Jobs between the box's queue and the median of the seeds, on average. This is wide because the
/// seeds, too, are up to 6 jobs away from it: tiny differences decide about one more consumer.
const APART: f64 = 8.0;
/// Jobs between the two largest queues.
const LARGEST: f64 = 12.0;
/// Seconds between the two times at which there are enough consumers.
const ENOUGH: f64 = 2.5;
/// Seconds between the two times at which the background is back.
const BACK: f64 = 2.0;
/// Seconds that a job may keep a consumer longer than in the scenario, for the calls around it.
const CALLS: f64 = 0.03;

/// Seconds by which looks may be late, on average. On a machine that is later than this, jobs of
/// 200 ms are late as well, and the result says nothing about the model.
const LATE: f64 = 0.02;
/// The number of loads that are played until the machine has time for one.
const PLAYS: u32 = 3;

/// A load for which the machine had time. Only a slow machine is a reason to play another load; the
/// distance of the model never is.
async fn recording() -> Samples {
    for _ in 0..PLAYS {
        let seen = record::play().await;
        let late = seen.gap() - LOOK.as_secs_f64();
        println!("  {} jobs; looks came {late:.3} s late", seen.last().published);
        if late <= LATE {
            return seen;
        }
    }
    panic!("this machine is too busy: in all {PLAYS} loads looks were more than {LATE} s late");
}

fn tell(seen: &Samples) {
    for name in ["consumer", "remainder"] {
        let (starts, stop) = (seen.starts(name), seen.stop(name));
        let (time, spread) = (mean(&starts), deviation(&starts));
        println!("  {name}: starts {time:.3} s, deviation {spread:.3}; stops {stop:.3} s");
    }
    println!("  a job keeps a consumer for {:.4} s", seen.job());
}

/// Asserts that all jobs are played, that there was a queue and then none, and that a job takes as
/// long as in the scenario.
fn the_load_is_the_scenario_s(seen: &Samples, played: &[Outcome]) {
    let (consumer, last) = (&shipped().workloads[0], seen.last());
    assert!(played.iter().all(|it| it.tally.jobs_in == last.published), "{}", last.published);
    let target = u64::from(consumer.target);
    assert!(seen.looks.iter().any(|look| look.waiting > target) && last.waiting == 0);
    let calls = seen.job() - consumer.job.time.as_secs_f64();
    assert!(calls.abs() <= CALLS, "jobs took {calls:.3} s longer than the scenario says");
}

fn hold((real, modelled): (f64, f64), what: &str, bound: f64) {
    println!("  {what}: box {real:.1}, simulator {modelled:.1}");
    assert!((real - modelled).abs() <= bound, "{what}: more than {bound} apart");
}

fn the_curves_agree(seen: &Samples, played: &[Outcome]) {
    let curves = Curves::new(seen, played);
    let (outside, apart) = (curves.outside(), curves.apart());
    println!("  outside of the seeds {outside:.2} jobs, from their median {apart:.2}, on average");
    hold(curves.largest(), "largest queue", LARGEST);
    hold(enough(seen, played), "seconds until 7 consumers", ENOUGH);
    hold(back(seen, played), "seconds until the background is back", BACK);
    assert!(outside <= OUTSIDE && apart <= APART, "{outside} {apart}");
}

/// Asserts that wrong models exceed the bounds, so that the bounds mean something.
fn a_wrong_model_is_outside(seen: &Samples, right: &Scenario) {
    let fixed = right.fixed.iter().cloned().map(Kind::Fixed);
    let mut wrong: Vec<(&str, Scenario, Kind)> =
        fixed.map(|fleet| ("a fixed fleet", right.clone(), fleet)).collect();
    wrong.push(("jobs of 300 ms", consumer_s_job(right.clone(), 0.3), Kind::Ours));
    wrong.push(("starts of 3 s", all_start_in(right.clone(), 3.0), Kind::Ours));
    for (what, scenario, kind) in wrong {
        let outside = Curves::new(seen, &model::play(&scenario, &kind)).outside();
        println!("  {what}, {}: outside {outside:.2} jobs", kind.name(&scenario));
        assert!(outside > OUTSIDE, "{what}: {outside}");
    }
}

#[tokio::test]
async fn the_box_s_queue_is_within_two_jobs_of_the_simulator_s_seeds() {
    let _turn = TURN.lock().await;
    let seen = recording().await;
    tell(&seen);
    let right = scenario(&seen);
    let played = model::play(&right, &Kind::Ours);
    the_load_is_the_scenario_s(&seen, &played);
    the_curves_agree(&seen, &played);
    a_wrong_model_is_outside(&seen, &right);
}
