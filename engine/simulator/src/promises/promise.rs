//! A promise and its measurement.

use std::ops::RangeInclusive;

use crate::tally::nearest_rank;
use crate::{Kind, Outcome, Scenario, Time, run};

/// Each promise is measured with these seeds.
pub const SEEDS: RangeInclusive<u64> = 1..=20;

/// The bound for figures that must be 0.
pub(super) const NONE: Option<f64> = Some(0.0);

/// One promise with its measurements.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// The load on which it is measured.
    pub on: &'static str,
    /// The measured quantity, with its unit.
    pub what: &'static str,
    /// The bound that 95 % of the seeds must keep; `None` if the figure is only reported.
    pub at_most: Option<f64>,
    /// The measured values, one for each seed.
    pub figures: Vec<f64>,
}

impl Promise {
    /// The value that at least this share of the figures do not exceed (nearest rank).
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.figures.clone();
        sorted.sort_by(f64::total_cmp);
        nearest_rank(&sorted, share).unwrap_or(f64::INFINITY)
    }

    /// Whether the promise is kept.
    pub fn holds(&self) -> bool {
        self.at_most.is_none_or(|most| self.at(0.95) <= most)
    }
}

/// Measures the figures of one load with each seed; `whats` has the figures' names and bounds.
pub(super) fn by_seed<const N: usize>(
    on: &'static str,
    whats: [(&'static str, Option<f64>); N],
    measure: impl Fn(u64) -> Result<[f64; N], String>,
) -> Result<Vec<Promise>, String> {
    let mut all = whats.map(|(what, at_most)| Promise { on, what, at_most, figures: Vec::new() });
    for seed in SEEDS {
        all.iter_mut().zip(measure(seed)?).for_each(|(it, figure)| it.figures.push(figure));
    }
    Ok(all.into())
}

/// Runs a scenario with our core.
pub(super) fn ours(scenario: &Scenario, seed: u64) -> Result<Outcome, String> {
    run(scenario, &Kind::Ours, seed)
}

/// The time in seconds; infinity for `None`, which means never.
pub(super) fn after(time: Option<Time>) -> f64 {
    time.map_or(f64::INFINITY, |time| time.as_secs_f64())
}
