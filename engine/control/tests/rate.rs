//! The rule `rate` against modelled traffic: the promises of its speed and of its calm.

mod model;
mod traffic;

use std::time::Duration;

use control::{Config, RateSettings, Rule};
use model::{demo, reversals, target};
use traffic::measures::quantile;
use traffic::{Gaps, Load, Times, World};

/// 300 ms jobs, three seconds to start and two to stop.
const TIMES: Times = Times { start: 3.0, stop: 2.0, job: 0.3 };
/// By then the service rate is learned and the first needs are forgotten.
const WARM_UP: f64 = 300.0;
/// Before waves and steady arrivals are measured.
const LEAD: f64 = 60.0;

fn rate() -> Config {
    demo(Rule::Rate(RateSettings::new(target())))
}

/// One figure for each of the seeds, of worlds that `run` has run.
fn seeds<const N: usize>(run: impl Fn(u64) -> [f64; N]) -> [Vec<f64>; N] {
    let mut all = [const { Vec::new() }; N];
    for seed in 1..=20 {
        for (figures, figure) in all.iter_mut().zip(run(seed)) {
            figures.push(figure);
        }
    }
    all
}

/// Prints a figure with its bound, and holds it.
fn holds(what: &str, figures: Vec<f64>, bound: f64) {
    let (middle, p95) = (quantile(figures.clone(), 0.5), quantile(figures, 0.95));
    println!("{what}: p50 {middle:.2}, p95 {p95:.2}, at most {bound}");
    assert!(p95 <= bound, "{what}: {p95:.2}, more than {bound}");
}

fn mean(figures: &[f64]) -> f64 {
    figures.iter().sum::<f64>() / figures.len() as f64
}

fn step(gaps: Gaps) -> [Vec<f64>; 3] {
    seeds(|seed| {
        let mut world = World::new(rate(), [4, 6], TIMES, gaps, seed);
        world.run(WARM_UP + 60.0, Load::Step(10.0, 24.0, WARM_UP));
        let measures = &world.measures;
        assert_eq!(measures.violations, 0);
        [
            measures.first_write(WARM_UP),
            measures.consumers_ready(WARM_UP, 8),
            measures.queue_back_at(WARM_UP, 10),
        ]
    })
}

#[test]
fn a_step_of_even_arrivals_is_answered_within_a_second() {
    let [write, ready, queue] = step(Gaps::Even);
    holds("even step, first write, s", write, 1.0);
    holds("even step, 8 ready, s", ready, 10.0);
    holds("even step, queue at 10 again, s", queue, 20.0);
}

#[test]
fn a_step_of_poisson_arrivals_is_answered_in_seconds() {
    let [write, ready, queue] = step(Gaps::Poisson);
    holds("Poisson step, first write, s", write, 2.5);
    holds("Poisson step, 8 ready, s", ready, 11.0);
    holds("Poisson step, queue at 10 again, s", queue, 21.0);
}

#[test]
fn steady_poisson_arrivals_leave_the_counts_alone() {
    let [writes, turns, unallocated, idle] = seeds(|seed| {
        let mut world = World::new(rate(), [4, 6], TIMES, Gaps::Poisson, seed);
        world.run(LEAD + 300.0, Load::Constant(10.0));
        let measures = &world.measures;
        assert_eq!(measures.violations, 0);
        let told = measures.told(LEAD);
        [
            told.len() as f64 - 1.0,
            reversals(&told) as f64,
            measures.mean(LEAD, |look| look.unallocated),
            measures.mean(LEAD, |look| look.idle),
        ]
    });
    println!("steady, idle consumers: {:.2} on average", mean(&idle));
    println!("steady, unallocated slots: {:.2} on average", mean(&unallocated));
    holds("steady, writes", writes, 5.0);
    holds("steady, reversals", turns, 3.0);
    assert!(mean(&unallocated) <= 0.5);
}

fn wave(load: Load) -> [Vec<f64>; 2] {
    const MINUTES: f64 = 10.0;
    seeds(|seed| {
        let mut world = World::new(rate(), [4, 6], TIMES, Gaps::Poisson, seed);
        world.run(LEAD + MINUTES * 60.0, load);
        let measures = &world.measures;
        assert_eq!(measures.violations, 0);
        let turns = reversals(&measures.told(LEAD)) as f64;
        [measures.queue_p99(LEAD), turns / MINUTES]
    })
}

#[test]
fn a_square_wave_is_followed_with_a_bounded_queue_and_few_reversals() {
    let [queue, turns] = wave(Load::Square(5.0, 20.0, 60.0));
    holds("square of 120 s, queue p99", queue, 60.0);
    holds("square of 120 s, reversals a minute", turns, 1.0);
    // Here every rise meets the fewest consumers, and a slot takes five seconds to change hands.
    let [queue, turns] = wave(Load::Square(5.0, 20.0, 120.0));
    holds("square of 240 s, queue p99", queue, 70.0);
    holds("square of 240 s, reversals a minute", turns, 1.0);
}

#[test]
fn a_sine_is_followed_with_a_short_queue_and_few_reversals() {
    let [queue, turns] = wave(Load::Sine(12.0, 8.0, 120.0));
    holds("sine, queue p99", queue, 20.0);
    holds("sine, reversals a minute", turns, 1.0);
}

#[test]
fn the_demo_s_load_is_seen_in_seconds_and_its_end_too() {
    let (window, average) = (Duration::from_secs(6), Duration::from_secs(5));
    let settings = RateSettings { window, average, ..RateSettings::new(target()) };
    let times = Times { start: 1.0, stop: 0.2, job: 0.2 };
    let [ready, leaves, back] = seeds(|seed| {
        let config = demo(Rule::Rate(settings.clone()));
        let mut world = World::new(config, [1, 9], times, Gaps::Uneven, seed);
        for producers in [1.0, 3.0, 0.0] {
            world.run(30.0, Load::Constant(10.0 * producers));
        }
        let measures = &world.measures;
        assert_eq!(measures.violations, 0);
        [
            measures.consumers_ready(30.0, 7),
            measures.first_leaves(60.0),
            measures.background_ready(60.0, 9),
        ]
    });
    holds("demo, 7 ready, s", ready, 5.0);
    holds("demo, the first leaves, s", leaves, 10.0);
    holds("demo, background of 9, s", back, 20.0);
}
