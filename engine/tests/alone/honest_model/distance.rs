//! The distance of the box's curve from those of the simulator.

use std::time::Duration;

use simulator::Outcome;

use super::measured::mean;
use super::record::{Sample, Samples};

/// The consumers that three producers need, as `engine play` counts them.
const ENOUGH: usize = 7;
/// The background's containers without load.
const BACK: usize = 9;

/// The queue's length over the time of the load, a point every half second.
pub struct Curves {
    real: Vec<f64>,
    /// One for each seed.
    modelled: Vec<Vec<f64>>,
}

impl Curves {
    pub fn new(seen: &Samples, played: &[Outcome]) -> Curves {
        let of_load = |at: &f64| (seen.one..seen.none).contains(at);
        let times = played[0].series.points.iter().map(|point| point.at.as_secs_f64());
        let real = times.filter(of_load).map(|at| seen.at(at).waiting as f64).collect();
        let curve = |outcome: &Outcome| {
            let points = outcome.series.points.iter();
            let points = points.filter(|point| of_load(&point.at.as_secs_f64()));
            points.map(|point| point.ready[0] as f64).collect()
        };
        Curves { real, modelled: played.iter().map(curve).collect() }
    }

    /// The real value and the sorted values of the seeds at each point.
    fn seeds(&self) -> impl Iterator<Item = (f64, Vec<f64>)> {
        self.real.iter().enumerate().map(|(i, real)| {
            let mut all: Vec<f64> = self.modelled.iter().map(|curve| curve[i]).collect();
            all.sort_by(f64::total_cmp);
            (*real, all)
        })
    }

    /// The jobs by which the real curve is above or below all seeds, on average.
    pub fn outside(&self) -> f64 {
        let beyond =
            |(real, all): (f64, Vec<f64>)| (all[0] - real).max(real - all[all.len() - 1]).max(0.0);
        mean(&self.seeds().map(beyond).collect::<Vec<_>>())
    }

    /// The jobs between the real curve and the median of the seeds, on average.
    pub fn apart(&self) -> f64 {
        let apart = |(real, all): (f64, Vec<f64>)| (real - median(all)).abs();
        mean(&self.seeds().map(apart).collect::<Vec<_>>())
    }

    /// The largest queue of the box, and the median of the seeds' largest.
    pub fn largest(&self) -> (f64, f64) {
        let largest = |curve: &Vec<f64>| curve.iter().copied().fold(0.0, f64::max);
        (largest(&self.real), median(self.modelled.iter().map(largest).collect()))
    }
}

/// How long it took to have enough consumers for three producers, in the box and by the median of
/// the seeds.
pub fn enough(seen: &Samples, played: &[Outcome]) -> (f64, f64) {
    moments(seen, played, (0, "consumer"), ENOUGH, seen.three)
}

/// How long after the load's end the background had all its containers again.
pub fn back(seen: &Samples, played: &[Outcome]) -> (f64, f64) {
    moments(seen, played, (1, "remainder"), BACK, seen.none)
}

fn moments(
    seen: &Samples,
    played: &[Outcome],
    (index, name): (usize, &str),
    count: usize,
    from: f64,
) -> (f64, f64) {
    let there = |look: &&Sample| look.at >= from && look.count(name, "ready") >= count;
    let real = seen.looks.iter().find(there);
    let real = real.unwrap_or_else(|| panic!("never {count} of {name}")).at - from;
    let since = Duration::from_secs_f64(from);
    let modelled = |outcome: &Outcome| {
        let ready = outcome.ready(index, count as u32, since);
        ready.map_or(f64::INFINITY, |it| it.as_secs_f64())
    };
    (real, median(played.iter().map(modelled).collect()))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
