//! The producer's flags.

use client::QueueArgs;
use service::ServiceArgs;

/// The default size limit of a queue for one message: 1 MiB.
const MOST_BYTES: usize = 1 << 20;

/// Puts jobs on a queue at a steady rate.
///
/// The average rate does not depend on how fast consumers take the jobs. While the queue is
/// unreachable or full, jobs that fall due are skipped, so that no burst follows.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "producer", version)]
pub struct Args {
    /// Jobs a second, more than 0 and at most 10000; published one at a time
    #[arg(long, env = "MICROSCALING_RATE", value_name = "NUMBER", default_value = "10",
          value_parser = parse_rate)]
    pub rate: f64,

    /// How uneven the gaps between jobs are: 0 for all equal, 1 for 0 to twice the mean
    #[arg(long, env = "MICROSCALING_JITTER", value_name = "SHARE", default_value = "0.1",
          value_parser = parse_jitter)]
    pub jitter: f64,

    /// Makes the gaps the same in every run; without it they differ from run to run
    #[arg(long, env = "MICROSCALING_SEED", value_name = "NUMBER")]
    pub seed: Option<u64>,

    /// The size of each job in bytes, 1 to 1048576; the content is readable text
    #[arg(long, env = "MICROSCALING_PAYLOAD_BYTES", value_name = "BYTES", default_value = "100",
          value_parser = parse_payload_bytes)]
    pub payload_bytes: usize,

    /// Exits after this many jobs; without it the producer runs until it is stopped
    #[arg(long, env = "MICROSCALING_COUNT", value_name = "JOBS", value_parser = parse_count)]
    pub count: Option<u64>,

    /// The queue that the jobs are published to.
    #[command(flatten)]
    pub queue: QueueArgs,

    /// The flags that every program has.
    #[command(flatten)]
    pub service: ServiceArgs,
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && rate <= 10_000.0 => Ok(rate),
        _ => Err("a rate is a number above 0 and up to 10000; try 10".to_owned()),
    }
}

fn parse_jitter(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(jitter) if (0.0..=1.0).contains(&jitter) => Ok(jitter),
        _ => Err("jitter is a number from 0 to 1; try 0.1".to_owned()),
    }
}

fn parse_payload_bytes(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(bytes) if (1..=MOST_BYTES).contains(&bytes) => Ok(bytes),
        _ => Err(format!("a job has 1 to {MOST_BYTES} bytes; try 100")),
    }
}

fn parse_count(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("a count is 1 or more; try 100, or no --count to run until stopped".to_owned()),
    }
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
        let numbers = [("rate", "0"), ("rate", "NaN"), ("rate", "10001"), ("jitter", "1.1")];
        let sizes = [("payload-bytes", "0"), ("payload-bytes", "1048577"), ("count", "0")];
        for (flag, value) in numbers.into_iter().chain(sizes) {
            let refused = Args::try_parse_from(["producer", &format!("--{flag}={value}")]);
            let error = refused.unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains("; try "), "{error}");
        }
    }
}
