//! Many messages through the queue's program with a data directory: how much memory and disk it
//! takes, and that it frees both. `scripts/soak` runs the long forms.

mod load;
mod restart;
mod through;

use std::path::Path;

/// A number from the environment, or the default.
fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

/// The segments of a log, and their bytes.
fn disk(folder: &Path) -> (usize, u64) {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let logs = files.filter(|file| file.path().extension().is_some_and(|it| it == "log"));
    // A file may be deleted meanwhile.
    let lens: Vec<u64> = logs.filter_map(|file| Some(file.metadata().ok()?.len())).collect();
    (lens.len(), lens.iter().sum())
}

/// KiB as MiB, rounded to one decimal.
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
