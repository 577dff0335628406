//! The flags of the subcommands.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use client::Url;
use service::ServiceArgs;
use stage::record::site::SPEEDS;
use web::page::chart::theme::Theme;
use web::page::framing::Origin;

use super::run::{CoreArgs, default_engine_url};

#[derive(Debug, Args)]
pub struct ScaleArgs {
    /// deployment/NAME, or deployment NAME
    #[arg(required = true, num_args = 1..=2, value_name = "DEPLOYMENT")]
    pub(crate) target: Vec<String>,

    /// The number of replicas
    #[arg(long, value_name = "N")]
    pub(crate) replicas: u32,

    /// The running engine
    #[arg(long, env = "MICROSCALING_ENGINE_URL", value_name = "URL",
          default_value_t = default_engine_url(), value_parser = url_text)]
    pub(crate) engine_url: String,
}

/// Checks that a text is an `http://` URL, and returns it unchanged.
pub(crate) fn url_text(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http" && url.has_host());
    url.map(|url| url.to_string())
        .ok_or_else(|| format!("not an http:// address; try {}", default_engine_url()))
}

#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// The manifest; - for standard input
    #[arg(short = 'f', long = "filename", value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) core: CoreArgs,
}

#[derive(Debug, Args)]
pub struct PlayArgs {
    /// A scenario to play instead of the load; prints the caption of each step; see scenarios/
    #[arg(value_name = "FILE", conflicts_with = "time")]
    pub(crate) file: Option<PathBuf>,

    /// End each step when Enter is pressed, not by the clock
    #[arg(long, requires = "file")]
    pub(crate) step: bool,

    /// How long the load lasts, without the time to drain the queue; at least 4s
    #[arg(long = "for", value_name = "TIME", default_value = "60s", value_parser = parse_time)]
    pub(crate) time: Duration,

    /// The manifest of the new box
    #[arg(long, env = "MICROSCALING_MANIFEST", value_name = "FILE", default_value = "demo.yaml")]
    pub(crate) manifest: PathBuf,

    /// The address of the new box's page [default: port 8080, or the next free one]
    #[arg(long, env = "MICROSCALING_LISTEN", value_name = "IP:PORT")]
    pub(crate) listen: Option<SocketAddr>,

    /// A running engine to use instead of a new box
    #[arg(long, env = "MICROSCALING_ENGINE_URL", value_name = "URL", value_parser = url_text)]
    pub(crate) engine_url: Option<String>,

    /// A file with the queue's token, if the queue requires one
    #[arg(long, env = "MICROSCALING_QUEUE_TOKEN_FILE", value_name = "FILE")]
    pub(crate) queue_token_file: Option<PathBuf>,

    /// Write the report of the run to this new file, one page that needs no other file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

fn parse_time(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if time < Duration::from_secs(4) { Err("it must be at least 4s".to_owned()) } else { Ok(time) }
}

#[derive(Debug, Args)]
pub struct TopArgs {
    /// The running engine
    #[arg(long, env = "MICROSCALING_ENGINE_URL", value_name = "URL",
          default_value_t = default_engine_url(), value_parser = url_text)]
    pub(crate) engine_url: String,
}

#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// The scenario; docs/src/reference/scenarios.md explains the format
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// A rule for all workloads with a queue, instead of their own; repeat it to compare rules
    #[arg(long = "rule", value_name = "NAME")]
    pub(crate) rules: Vec<String>,

    /// The seed of the random numbers [default: the scenario's own]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// Write the curves to this file: a line for each half second of each contender
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    /// Only these contenders, by their names in the table: ours,HPA,KEDA tuned
    #[arg(long, value_name = "NAMES")]
    pub(crate) only: Option<String>,

    /// Write a drawing to this file: the load, and each contender's queue and containers over time
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    /// Write another drawing to this file: how long jobs wait against how much the background
    /// works, for all contenders and for fixed fleets of all sizes
    #[arg(long, value_name = "FILE")]
    pub(crate) fleets: Option<PathBuf>,

    /// The colours of the drawings: light, dark, or auto, which follows the viewer's settings
    #[arg(long, value_name = "THEME", default_value = "auto")]
    pub(crate) theme: Theme,

    /// Print the table as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The recording, made with --record
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The speed of the replay, 0.1 to 100 times the original
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = parse_speed)]
    pub(crate) speed: f64,

    /// Begin again 3 s after the end; without this flag the last moment stays
    #[arg(long = "loop")]
    pub(crate) goes_round: bool,

    /// Pages of this origin may show the stage view in a frame, as slides do: http://HOST:8080/?stage
    /// is then read-only; a scheme, a host and perhaps a port; may be repeated
    #[arg(long, env = "MICROSCALING_EMBED", value_name = "ORIGIN", value_delimiter = ',',
          value_parser = str::parse::<Origin>)]
    pub(crate) embed: Vec<Origin>,

    /// Write the report of the run to a new file, and do not show the page
    /// [default: the recording's name with .html]
    #[arg(long, value_name = "REPORT", num_args = 0..=1,
          conflicts_with_all = ["speed", "goes_round"])]
    pub(crate) report: Option<Option<PathBuf>>,

    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| SPEEDS.contains(speed));
    speed.ok_or_else(|| "it must be a number from 0.1 to 100".to_owned())
}
