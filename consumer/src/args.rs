//! The consumer's flags.

use std::time::Duration;

use client::QueueArgs;
use humantime::parse_duration;
use service::ServiceArgs;

/// The longest lease that the queue allows.
const LONGEST_LEASE: Duration = Duration::from_secs(12 * 60 * 60);
/// A shorter lease would expire while a call is on its way.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);
/// Receiving without a wait would keep a core busy.
const SHORTEST_POLL: Duration = Duration::from_millis(100);
/// The longest wait of a receive that the queue allows.
const LONGEST_POLL: Duration = Duration::from_secs(20);

/// Receives jobs from a queue, one at a time, and works on each for a while.
///
/// The work is a timed wait: it stands for a job that waits for a disk or a network. To get
/// more done, start more consumers.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "consumer", version)]
pub struct Args {
    /// How long each job takes
    #[arg(long, env = "MICROSCALING_WORK_TIME", value_name = "TIME", default_value = "200ms",
          value_parser = parse_work_time)]
    pub work_time: Duration,

    /// After this time without an extension the queue gives the job to another consumer, 100ms to
    /// 12h; during longer work the lease is extended
    #[arg(long, env = "MICROSCALING_LEASE", value_name = "TIME", default_value = "3s",
          value_parser = parse_lease)]
    pub lease: Duration,

    /// How long one receive may wait for a job, 100ms to 20s
    #[arg(long, env = "MICROSCALING_POLL_WAIT", value_name = "TIME", default_value = "20s",
          value_parser = parse_poll_wait)]
    pub poll_wait: Duration,

    /// The queue that the jobs are received from.
    #[command(flatten)]
    pub queue: QueueArgs,

    /// The flags that every program has.
    #[command(flatten)]
    pub service: ServiceArgs,
}

fn parse_work_time(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| format!("{error}; try 200ms"))
}

fn parse_lease(text: &str) -> Result<Duration, String> {
    let lease = parse_duration(text).map_err(|error| format!("{error}; try 3s"))?;
    if (SHORTEST_LEASE..=LONGEST_LEASE).contains(&lease) {
        Ok(lease)
    } else {
        Err("a lease is 100ms to 12h; try 3s".to_owned())
    }
}

fn parse_poll_wait(text: &str) -> Result<Duration, String> {
    let wait = parse_duration(text).map_err(|error| format!("{error}; try 20s"))?;
    let range = SHORTEST_POLL..=LONGEST_POLL;
    if range.contains(&wait) { Ok(wait) } else { Err("a wait is 100ms to 20s; try 20s".to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_flags_are_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_bad_value_is_refused_with_an_example_of_a_good_one() {
        let bad = [
            ("work-time", "fast"),
            ("lease", "99ms"),
            ("lease", "13h"),
            ("poll-wait", "21s"),
            ("poll-wait", "0s"),
        ];
        for (flag, value) in bad {
            let refused = Args::try_parse_from(["consumer", &format!("--{flag}={value}")]);
            let error = refused.unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains("; try "), "{error}");
        }
    }
}
