//! How long a sync of the disk takes, without a queue.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use crate::servers;

const SYNCS: usize = 500;
/// About how many bytes a message takes in the log.
const RECORD: usize = 130;

/// The median time of a sync after the end of a file and within it, in words.
pub(crate) fn report() -> String {
    let [grows, stays] = [true, false].map(|grows| p50(grows).as_secs_f64() * 1e6);
    format!("fdatasync p50: {grows:.0} us where the file grows, {stays:.0} us where it does not")
}

fn p50(grows: bool) -> Duration {
    let data = servers::data();
    let path = data.join("syncs");
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).unwrap();
    if !grows {
        file.write_all(&vec![0; SYNCS * RECORD]).unwrap();
        file.sync_all().unwrap();
    }
    let sync = |n: usize| {
        let began = Instant::now();
        file.write_all_at(&[1; RECORD], (n * RECORD) as u64).unwrap();
        file.sync_data().unwrap();
        began.elapsed()
    };
    let mut times: Vec<Duration> = (0..SYNCS).map(sync).collect();
    times.sort_unstable();
    let _ = std::fs::remove_dir_all(data);
    times[SYNCS / 2]
}
