//! The flags all programs share, in the same words everywhere.

use std::net::SocketAddr;
use std::time::Duration;

use crate::logs::LogFormat;

/// Flags of every program. Named so that no two flattened structs are both called `Args`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "In every program")]
pub struct ServiceArgs {
    /// Address for HTTP (metrics and health at least). Port 0 takes any free one.
    /// Left out: 127.0.0.1 and the program's own port: engine 8080 or the next free one,
    /// queue 4151, producer 9101, consumer 9102, remainder 9103.
    #[arg(long, env = "MICROSCALING_LISTEN", value_name = "IP:PORT", verbatim_doc_comment)]
    pub listen: Option<SocketAddr>,

    /// How log lines look on standard error
    #[arg(long, env = "MICROSCALING_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,

    /// How long to finish work after SIGTERM before giving up (a second signal exits at once)
    #[arg(long, env = "MICROSCALING_SHUTDOWN_GRACE", value_name = "TIME", default_value = "10s",
          value_parser = humantime::parse_duration)]
    pub shutdown_grace: Duration,
}
