//! The promises about the core, each measured with several random seeds, for tests and the report.
//!
//! # Layout
//! - `promise`: a promise and its measurement
//! - `stage`: the workloads and loads of the measurements
//! - `load`: how the core follows a load, and how steady it is in noise
//! - `trouble`: what the core does when something fails
//! - `long_jobs`: what happens to work in progress when workers are removed
//! - [`comparison`]: the comparison with the other contenders, scenario by scenario

pub mod comparison;
mod load;
mod long_jobs;
mod promise;
mod stage;
mod trouble;

pub use promise::{Promise, SEEDS};

use std::fmt::Write;

use crate::Scenario;

/// Measures all promises. `shipped` are the scenarios of this repository.
///
/// # Errors
/// If a scenario cannot be played.
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

/// The promises with their measurements, as a table in Markdown.
pub fn table(promises: &[Promise]) -> String {
    let mut text = "| Load | Measured | p50 | p95 | Promised |\n|---|---|---|---|---|\n".to_owned();
    for it in promises {
        let promised = it.at_most.map_or("-".to_owned(), |most| format!("at most {most}"));
        let (p50, p95) = (figure(it.at(0.5)), figure(it.at(0.95)));
        let _ = writeln!(text, "| {} | {} | {p50} | {p95} | {promised} |", it.on, it.what);
    }
    text
}

/// Prints whole numbers without decimal places, and other numbers with two.
fn figure(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
