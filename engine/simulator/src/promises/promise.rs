//! One promise, and how it is measured.

use std::ops::RangeInclusive;

/// Each promise is measured with these seeds.
pub const SEEDS: RangeInclusive<u64> = 1..=20;

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
        let rank = (sorted.len() as f64 * share).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::INFINITY)
    }

    /// Whether it is kept.
    pub fn holds(&self) -> bool {
        self.at_most.is_none_or(|most| self.at(0.95) <= most)
    }
}

/// One row of figures for each of several measures, by seed.
pub(super) fn by_seed<const N: usize>(
    measure: impl Fn(u64) -> Result<[f64; N], String>,
) -> Result<[Vec<f64>; N], String> {
    let mut all = [const { Vec::new() }; N];
    for seed in SEEDS {
        let figures = measure(seed)?;
        all.iter_mut().zip(figures).for_each(|(row, figure)| row.push(figure));
    }
    Ok(all)
}
