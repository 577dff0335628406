//! The command line.

use std::path::PathBuf;

use service::token::NoToken;
use service::{ServiceArgs, TokenFile};

/// An HTTP work queue: many named queues, leases, at-least-once delivery
///
/// Publish with POST /v1/queues/NAME/messages. Receive with POST
/// /v1/queues/NAME/messages/receive, and ack with POST /v1/queues/NAME/messages/ack before the
/// lease ends; otherwise another worker gets the message.
/// With --data-dir, published messages survive this process; without it they are kept in memory
/// only.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "queue", version)]
pub struct Args {
    /// The directory where messages are kept; no other process may use it. Left out: messages are
    /// kept in memory, and are gone when the process ends
    #[arg(long, env = "MICROSCALING_DATA_DIR", value_name = "DIRECTORY")]
    pub data_dir: Option<PathBuf>,
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
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_help_begins_with_what_the_program_is() {
        let help = Args::command().render_help().to_string();
        assert!(help.starts_with("An HTTP work queue: many named queues, leases, at-least-once"));
    }
}
