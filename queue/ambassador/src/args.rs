//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use broker::{QueueName, Settings};
use service::ServiceArgs;
use service::TokenFile;
use service::token::NoToken;

use crate::upstream::Address;
use crate::upstream::address::Credentials;

/// The kit's queue API in front of another queue
///
/// Producers, consumers and the engine call it as they call the program queue. The messages of the
/// queues that --upstream-queue names are kept by UPSTREAM; all other queues are in its memory.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "ambassador", version)]
pub struct Args {
    /// Where the messages are: nats://[USER:PASSWORD@]HOST:PORT (NATS JetStream),
    /// nsq://[:SECRET@]HOST[:PORT][?http=PORT] (NSQ), sqs:REGION (SQS of AWS),
    /// sqs://[KEY:SECRET@]HOST:PORT (a server with the API of SQS), or http://HOST:PORT (the kit's
    /// own queue)
    #[arg(env = "MICROSCALING_UPSTREAM", value_name = "UPSTREAM")]
    pub upstream: Address,

    /// A queue whose messages are upstream; repeat it for several
    #[arg(
        long,
        env = "MICROSCALING_UPSTREAM_QUEUE",
        value_name = "NAME",
        default_value = "jobs",
        value_delimiter = ','
    )]
    pub upstream_queue: Vec<QueueName>,

    /// A file with the token that the kit's own queue wants of the ambassador
    #[arg(long, env = "MICROSCALING_UPSTREAM_TOKEN_FILE", value_name = "FILE")]
    pub upstream_token_file: Option<PathBuf>,

    /// The lease of a delivery, unless its receiver asks for another, until a PUT on the queue
    #[arg(long, value_name = "TIME", default_value = "30s",
          value_parser = humantime::parse_duration)]
    pub lease: Duration,

    /// After this number of failed deliveries a message is dead, until a PUT on the queue
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    pub max_attempts: u32,

    /// Where dead messages go, until a PUT on the queue: another --upstream-queue, or a queue in
    /// memory. Left out: they are dropped and counted
    #[arg(long, value_name = "NAME")]
    pub dead_letter_queue: Option<QueueName>,

    /// A file with a token that every call must show as Authorization: Bearer TOKEN, except for
    /// /metrics, /livez and /readyz; re-read when it changes. Left out: anyone may call
    #[arg(long, env = "MICROSCALING_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Flags of every program.
    #[command(flatten)]
    pub service: ServiceArgs,
}

impl Args {
    /// Opens the token file, and logs whether calls need a token. Returns `None` without a file.
    ///
    /// # Errors
    /// When the file has no token.
    pub fn token(&self) -> Result<Option<TokenFile>, NoToken> {
        let token = self.token_file.as_deref().map(TokenFile::open).transpose()?;
        match &token {
            Some(token) => tracing::info!("calls need the token in {}", token.path().display()),
            None => tracing::info!("anyone on the network may call; --token-file limits that"),
        }
        Ok(token)
    }

    /// The settings that upstream queues begin with.
    pub fn settings(&self) -> Settings {
        Settings {
            lease: self.lease,
            max_attempts: self.max_attempts,
            dead_letter_queue: self.dead_letter_queue.clone(),
            ..Settings::default()
        }
    }

    /// What is needed to open the upstream.
    pub fn credentials(&self) -> Credentials {
        Credentials { token_file: self.upstream_token_file.clone() }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn without_a_name_the_queue_jobs_is_upstream() {
        let args = Args::parse_from(["ambassador", "http://queue:4151"]);
        assert_eq!(args.upstream_queue, ["jobs".parse().unwrap()]);
        let args = ["ambassador", "http://q", "--upstream-queue", "a", "--upstream-queue", "b"];
        assert_eq!(Args::parse_from(args).upstream_queue.len(), 2);
    }
}
