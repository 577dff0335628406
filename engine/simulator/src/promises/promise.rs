//! One promise, and how it is measured.

use std::ops::RangeInclusive;

use crate::tally::nearest_rank;
use crate::{Kind, Outcome, Scenario, Time, run};

/// Each promise is measured with these seeds.
pub const SEEDS: RangeInclusive<u64> = 1..=20;

/// Promised of what is never to be.
pub(super) const NONE: Option<f64> = Some(0.0);

/// One promise with what was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// On which load.
    pub on: &'static str,
    /// What is measured, with its unit.
    pub what: &'static str,
    /// What 95 of 100 seeds are to stay within; `None` for what is only told.
    pub at_most: Option<f64>,
    /// What was measured, by seed.
    pub figures: Vec<f64>,
}

impl Promise {
    /// The figure that such a share of the seeds stays within (nearest rank).
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.figures.clone();
        sorted.sort_by(f64::total_cmp);
        nearest_rank(&sorted, share).unwrap_or(f64::INFINITY)
    }

    /// Whether it is kept.
    pub fn holds(&self) -> bool {
        self.at_most.is_none_or(|most| self.at(0.95) <= most)
    }
}

/// Measures some figures of one load with each seed: what they are, and what is promised of them.
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

/// A scenario as our core does it.
pub(super) fn ours(scenario: &Scenario, seed: u64) -> Result<Outcome, String> {
    run(scenario, &Kind::Ours, seed)
}

/// Seconds; never is forever.
pub(super) fn after(time: Option<Time>) -> f64 {
    time.map_or(f64::INFINITY, |time| time.as_secs_f64())
}
