//! How long batches took.

use std::time::{Duration, Instant};

use crate::logs::Run;

const BATCHES: u64 = 1000;

pub(crate) fn play(run: Run) -> Vec<Duration> {
    // Beside this program, because a temporary directory may be in memory.
    let program = std::env::current_exe().unwrap();
    let directory = tempfile::tempdir_in(program.parent().unwrap()).unwrap();
    let mut times = Vec::new();
    run(directory.path(), &mut |batch| {
        for number in 0..BATCHES {
            let began = Instant::now();
            batch(number);
            times.push(began.elapsed());
        }
    });
    times
}

/// A line of the table: the median of three rounds, and their spread.
pub(crate) fn line(name: &str, rounds: &mut [Vec<Duration>]) -> String {
    rounds.sort_by_key(|times| times.iter().sum::<Duration>());
    let [best, middle, worst] = [0, rounds.len() / 2, rounds.len() - 1].map(|n| rate(&rounds[n]));
    let mut times = rounds[rounds.len() / 2].clone();
    times.sort_unstable();
    let [p50, p99] = [50, 99].map(|share| times[times.len() * share / 100].as_micros());
    let spread = (best - worst) / middle * 100.0;
    format!("| {name} | {middle:.0} | {spread:.0} % | {p50} us | {p99} us |")
}

fn rate(times: &[Duration]) -> f64 {
    times.len() as f64 / times.iter().sum::<Duration>().as_secs_f64()
}
