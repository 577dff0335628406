//! The command line.

use std::path::PathBuf;

use service::token::NoToken;
use service::{ServiceArgs, TokenFile};

/// An HTTP work queue: many named queues, leases, at-least-once delivery
///
/// Publish with POST /v1/queues/NAME/messages, take work with POST
/// /v1/queues/NAME/messages/receive, and say that it is done with POST
/// /v1/queues/NAME/messages/ack before its lease ends; otherwise someone else gets it.
/// With --data-dir what was acknowledged survives this process; without it messages are kept in
/// memory only.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "queue", version)]
pub struct Args {
    /// Where messages are kept, in a directory that no other process uses; left out: in memory
    /// only, and gone when the process ends
    #[arg(long, env = "MICROSCALING_DATA_DIR", value_name = "DIRECTORY")]
    pub data_dir: Option<PathBuf>,
    /// A file with a token that every call must show as Authorization: Bearer TOKEN, but for
    /// /metrics, /livez and /readyz; read again when it changes. Left out: anyone may call
    #[arg(long, env = "MICROSCALING_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// What every program takes.
    #[command(flatten)]
    pub service: ServiceArgs,
}

impl Args {
    /// The token that calls must show, if any; says who may call.
    ///
    /// # Errors
    /// When there is no token in the file.
    pub fn token(&self) -> Result<Option<TokenFile>, NoToken> {
        let token = self.token_file.as_deref().map(TokenFile::open).transpose()?;
        match &token {
            Some(token) => tracing::info!("calls need the token in {}", token.path().display()),
            None => tracing::info!("anyone on the network may use it: there is no --token-file"),
        }
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_help_begins_with_what_the_program_is() {
        let help = Args::command().render_help().to_string();
        assert!(help.starts_with("An HTTP work queue: many named queues, leases, at-least-once"));
    }
}
