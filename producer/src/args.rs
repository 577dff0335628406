//! The producer's flags.

use client::QueueArgs;
use service::ServiceArgs;

/// The largest message that a queue takes unless it is set up otherwise: 1 MiB.
const MOST_BYTES: usize = 1 << 20;

/// Puts jobs on a queue at a steady rate.
///
/// The rate holds on average however fast the jobs are taken off again. While the queue is away
/// or full the jobs that fall due are skipped, so that no burst follows.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "producer", version)]
pub struct Args {
    /// Jobs a second, more than 0 and at most 10000, one after the other
    #[arg(long, env = "MICROSCALING_RATE", value_name = "NUMBER", default_value = "10",
          value_parser = parse_rate)]
    pub rate: f64,

    /// How uneven the gaps between jobs are: 0 like a clock, 1 from nothing to twice the mean
    #[arg(long, env = "MICROSCALING_JITTER", value_name = "SHARE", default_value = "0.1",
          value_parser = parse_jitter)]
    pub jitter: f64,

    /// Makes the gaps the same in every run. Left out: other gaps every time
    #[arg(long, env = "MICROSCALING_SEED", value_name = "NUMBER")]
    pub seed: Option<u64>,

    /// The size of each job in bytes, 1 to 1048576, all of it readable text
    #[arg(long, env = "MICROSCALING_PAYLOAD_BYTES", value_name = "BYTES", default_value = "100",
          value_parser = parse_payload_bytes)]
    pub payload_bytes: usize,

    /// Leaves after so many jobs. Left out: goes on until it is told to leave
    #[arg(long, env = "MICROSCALING_COUNT", value_name = "JOBS", value_parser = parse_count)]
    pub count: Option<u64>,

    /// Where the jobs go.
    #[command(flatten)]
    pub queue: QueueArgs,

    /// What every program takes.
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
        _ => Err("a count is 1 or more; try 100, or leave it out to go on for ever".to_owned()),
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
    fn a_bad_value_is_refused_with_the_mend() {
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
