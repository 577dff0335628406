//! What is promised of the core, measured over seeds: the same in the tests and in the report.
//!
//! # Layout
//! - `stage`: the workloads and loads that it is measured on
//! - `load`: how it follows a load, and how still it is in noise
//! - `trouble`: what it does when something fails
//! - `long_jobs`: what becomes of work in progress
//! - [`rivals`]: each scenario against everyone else who could scale

mod load;
mod long_jobs;
pub mod rivals;
mod stage;
mod trouble;

use std::fmt::Write;
use std::ops::RangeInclusive;

use crate::Scenario;

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

/// All promises, measured; `shipped` are the scenarios that the budget is checked on.
///
/// # Errors
/// When a scenario cannot be played.
pub fn measure(shipped: &[Scenario]) -> Result<Vec<Promise>, String> {
    let parts = [
        load::step("step 10 to 24/s, like a clock", true)?,
        load::step("step 10 to 24/s, Poisson", false)?,
        load::steady()?,
        load::waves()?,
        load::demo()?,
        trouble::dead_metric()?,
        trouble::unschedulable()?,
        trouble::minimums_over_the_capacity()?,
        long_jobs::shipped(shipped)?,
        long_jobs::at_once()?,
        trouble::budget(shipped)?,
    ];
    Ok(parts.into_iter().flatten().collect())
}

/// A table in Markdown.
pub fn table(promises: &[Promise]) -> String {
    let mut text = "| Load | Measured | p50 | p95 | Promised |\n|---|---|---|---|---|\n".to_owned();
    for it in promises {
        let promised = it.at_most.map_or("-".to_owned(), |most| format!("at most {most}"));
        let (p50, p95) = (figure(it.at(0.5)), figure(it.at(0.95)));
        let _ = writeln!(text, "| {} | {} | {p50} | {p95} | {promised} |", it.on, it.what);
    }
    text
}

/// Whole numbers as such, others with as many places as the curves are fine.
fn figure(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// One row of figures for each of several measures, by seed.
fn by_seed<const N: usize>(
    measure: impl Fn(u64) -> Result<[f64; N], String>,
) -> Result<[Vec<f64>; N], String> {
    let mut all = [const { Vec::new() }; N];
    for seed in SEEDS {
        let figures = measure(seed)?;
        all.iter_mut().zip(figures).for_each(|(row, figure)| row.push(figure));
    }
    Ok(all)
}
