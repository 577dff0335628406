//! What the subcommands are told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use client::Url;
use service::ServiceArgs;

use super::run::{CoreArgs, default_engine_url};

/// What to scale, and to how many.
#[derive(Debug, Args)]
pub struct ScaleArgs {
    /// deployment/NAME, or deployment NAME
    #[arg(required = true, num_args = 1..=2, value_name = "DEPLOYMENT")]
    pub(crate) target: Vec<String>,

    /// How many replicas it shall have
    #[arg(long, value_name = "N")]
    pub(crate) replicas: u32,

    /// The running engine
    #[arg(long, env = "MICROSCALING_ENGINE_URL", value_name = "URL",
          default_value_t = default_engine_url(), value_parser = url_text)]
    pub(crate) engine_url: String,
}

/// Checks that a text is an `http://` address.
pub(crate) fn url_text(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http" && url.has_host());
    url.map(|url| url.to_string())
        .ok_or_else(|| format!("not an http:// address; try {}", default_engine_url()))
}

/// What to look at.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// The manifest; - for standard input
    #[arg(short = 'f', long = "filename", value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The budget to check against
    #[command(flatten)]
    pub(crate) core: CoreArgs,
}

/// How long to play, and where; at the end, what came of it is printed.
#[derive(Debug, Args)]
pub struct PlayArgs {
    /// A scenario whose steps are played, with their captions, instead of a load; scenarios/ has
    /// some
    #[arg(value_name = "FILE", conflicts_with = "time")]
    pub(crate) file: Option<PathBuf>,

    /// Play step by step: each one lasts until Enter
    #[arg(long, requires = "file")]
    pub(crate) step: bool,

    /// How long the load is played, draining not counted; at least 4s
    #[arg(long = "for", value_name = "TIME", default_value = "60s", value_parser = parse_time)]
    pub(crate) time: Duration,

    /// The manifest of the box that is started for it
    #[arg(long, env = "MICROSCALING_MANIFEST", value_name = "FILE", default_value = "demo.yaml")]
    pub(crate) manifest: PathBuf,

    /// Where the page of that box is; left out, port 8080 or the next free one
    #[arg(long, env = "MICROSCALING_LISTEN", value_name = "IP:PORT")]
    pub(crate) listen: Option<SocketAddr>,

    /// A running engine to play with, instead of a box of its own
    #[arg(long, env = "MICROSCALING_ENGINE_URL", value_name = "URL", value_parser = url_text)]
    pub(crate) engine_url: Option<String>,

    /// A file with the queue's token, where it wants one
    #[arg(long, env = "MICROSCALING_QUEUE_TOKEN_FILE", value_name = "FILE")]
    pub(crate) queue_token_file: Option<PathBuf>,
}

fn parse_time(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if time < Duration::from_secs(4) { Err("it must be at least 4s".to_owned()) } else { Ok(time) }
}

/// Which engine to look at.
#[derive(Debug, Args)]
pub struct TopArgs {
    /// The running engine
    #[arg(long, env = "MICROSCALING_ENGINE_URL", value_name = "URL",
          default_value_t = default_engine_url(), value_parser = url_text)]
    pub(crate) engine_url: String,
}

/// What is played, and what is made of it.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// The scenario; scenarios/README.md shows how one is written
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// A rule for all workloads with a queue, instead of their own; give it again to compare
    #[arg(long = "rule", value_name = "NAME")]
    pub(crate) rules: Vec<String>,

    /// The seed of all that is random; left out, the scenario's own
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// Where the curves go: a line for each half second of each contender
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    /// Where a drawing goes: all contenders one above the other on one time axis
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    /// Where another drawing goes: how long jobs wait over how much spare work is done, for
    /// everyone and for fixed fleets of all sizes
    #[arg(long, value_name = "FILE")]
    pub(crate) fleets: Option<PathBuf>,

    /// Print the table as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is shown, and how.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The recording, as --record has made it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// How many times as fast as it was, 0.1 to 100
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = parse_speed)]
    pub(crate) speed: f64,

    /// Begin again three seconds after the end; else the end stays
    #[arg(long = "loop")]
    pub(crate) goes_round: bool,

    /// What every program has
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.1..=100.0).contains(speed));
    speed.ok_or_else(|| "it must be a number from 0.1 to 100".to_owned())
}
