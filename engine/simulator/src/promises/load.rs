//! How the core follows a load, and how steady it is in noise.

use super::promise::{Promise, after, by_seed, ours};
use super::stage::{demo as the_demo, seconds, single};
use crate::Outcome;
use crate::arrivals::Arrivals;

/// When the step comes, in seconds. By then the service rate is known, and old needs are forgotten.
const STEP: f64 = 180.0;
/// The warm-up before steady arrivals and waves are measured, in seconds.
const LEAD: f64 = 60.0;
/// The queue is longest within this many seconds after a step; later peaks are noise.
const SOON: f64 = 30.0;

pub(super) fn step(on: &'static str, even: bool) -> Result<Vec<Promise>, String> {
    let arrivals = Arrivals::Step { from: 10.0, to: 24.0, at: seconds(STEP), even };
    let scenario = single(arrivals, STEP, STEP + 60.0);
    let most = if even { [1.0, 10.0, 20.0] } else { [2.5, 11.0, 21.0] };
    let whats = [
        ("first write, s", Some(most[0])),
        ("8 ready, s", Some(most[1])),
        ("queue back at 10, s", Some(most[2])),
        ("queue over 10 for the last time in a minute, s", None),
    ];
    by_seed(on, whats, |seed| {
        let outcome = ours(&scenario, seed)?;
        Ok([
            after(outcome.first_write(seconds(STEP))),
            after(outcome.ready(0, 8, seconds(STEP))),
            back_at(&outcome, 10),
            last_over(&outcome, 10),
        ])
    })
}

/// The points of the curve after the step: seconds since the step, and the number of waiting jobs.
fn curve(outcome: &Outcome) -> impl Iterator<Item = (f64, u64)> {
    let points = outcome.series.points.iter();
    points.map(|it| (it.at.as_secs_f64() - STEP, it.ready.iter().sum())).filter(|it| it.0 >= 0.0)
}

/// How many seconds after the step the queue has fallen from its greatest length to `length`.
fn back_at(outcome: &Outcome, length: u64) -> f64 {
    let soon = curve(outcome).take_while(|(at, _)| *at <= SOON);
    let longest = soon.max_by_key(|(_, waiting)| *waiting).map_or(0.0, |(at, _)| at);
    let short = |it: &(f64, u64)| it.0 >= longest && it.1 <= length;
    curve(outcome).find(short).map_or(f64::INFINITY, |(at, _)| at)
}

fn last_over(outcome: &Outcome, length: u64) -> f64 {
    curve(outcome).filter(|(_, waiting)| *waiting > length).map(|(at, _)| at).fold(0.0, f64::max)
}

pub(super) fn steady() -> Result<Vec<Promise>, String> {
    let scenario = single(Arrivals::Poisson { rate: 10.0 }, LEAD, LEAD + 300.0);
    let whats = [
        ("writes", Some(5.0)),
        ("reversals", Some(3.0)),
        ("unallocated slots, mean", Some(0.5)),
        ("idle consumers, mean", None),
    ];
    by_seed("steady 10/s, Poisson, 5 min", whats, |seed| {
        let tally = ours(&scenario, seed)?.tally;
        let own = tally.writes.iter().filter(|it| it.workload == 0 && it.at >= seconds(LEAD));
        let idle = tally.container_seconds / 300.0 - 10.0 * 0.3;
        Ok([own.count() as f64, tally.reversals() as f64, tally.unallocated(), idle])
    })
}

pub(super) fn waves() -> Result<Vec<Promise>, String> {
    let square =
        |period| Arrivals::Square { low: 5.0, high: 20.0, period: seconds(period), even: false };
    let sine = Arrivals::Sine { mean: 12.0, swing: 8.0, period: seconds(120.0), even: false };
    let waves = [
        ("square 5 and 20/s, period 120 s, Poisson", square(120.0), Some(60.0)),
        // Each rise comes after two quiet minutes with few consumers, and it takes 5 s to give a
        // slot to another workload. No rule that frees slots can keep the queue short here.
        ("square 5 and 20/s, period 240 s, Poisson", square(240.0), None),
        ("sine 12 +- 8/s, period 120 s, Poisson", sine, Some(20.0)),
    ];
    let measured = waves.map(|(on, arrivals, most)| wave(on, arrivals, most));
    Ok(measured.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

fn wave(
    on: &'static str,
    arrivals: Arrivals,
    at_most: Option<f64>,
) -> Result<Vec<Promise>, String> {
    const MINUTES: f64 = 10.0;
    let scenario = single(arrivals, LEAD, LEAD + MINUTES * 60.0);
    let whats = [("queue p99", at_most), ("reversals a minute", Some(1.0))];
    by_seed(on, whats, |seed| {
        let tally = ours(&scenario, seed)?.tally;
        Ok([tally.length(0.99) as f64, tally.reversals() as f64 / MINUTES])
    })
}

pub(super) fn demo() -> Result<Vec<Promise>, String> {
    let whats = [
        ("7 consumers ready, s", Some(5.0)),
        ("first consumer leaves, s", Some(10.0)),
        ("9 of the background ready, s", Some(20.0)),
    ];
    by_seed("demo: 1, 3, 0 producers", whats, |seed| {
        let outcome = ours(&the_demo(), seed)?;
        let (rise, end) = (seconds(30.0), seconds(60.0));
        let cuts = outcome.tally.writes.iter().filter(|it| it.workload == 0 && it.to < it.from);
        let first = cuts.map(|it| it.at).find(|at| *at >= end);
        Ok([
            after(outcome.ready(0, 7, rise)),
            after(first.map(|at| at - end)),
            after(outcome.ready(1, 9, end)),
        ])
    })
}
