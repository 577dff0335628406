//! The flags that all programs share.

use std::net::SocketAddr;
use std::time::Duration;

use crate::logs::LogFormat;

/// Flags of every program; not called `Args`, because clap rejects two structs of that name.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "In every program")]
pub struct ServiceArgs {
    /// Address for HTTP (at least metrics and health). Port 0 takes any free one.
    /// Left out: 127.0.0.1 and the program's own port: engine 8080 or the next free one,
    /// queue 4151, producer 9101, consumer 9102, remainder 9103.
    #[arg(long, env = "MICROSCALING_LISTEN", value_name = "IP:PORT", verbatim_doc_comment)]
    pub listen: Option<SocketAddr>,

    /// The format of log lines on standard error
    #[arg(long, env = "MICROSCALING_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,

    /// How long to finish work after SIGTERM before giving up (a second signal exits at once)
    #[arg(long, env = "MICROSCALING_SHUTDOWN_GRACE", value_name = "TIME", default_value = "10s",
          value_parser = humantime::parse_duration)]
    pub shutdown_grace: Duration,
}
