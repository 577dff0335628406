//! The flags of a running engine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};
use client::Url;
use model::Budget;
use model::annotations::CAPACITIES;
use service::token::NoToken;
use service::{ServiceArgs, TokenFile, UsageError};
use web::page::framing::Origin;

/// The page's port; if it is taken, the next ones are tried.
pub const DEFAULT_PORT: u16 = 8080;

#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "The engine")]
pub struct RunArgs {
    /// Where the containers run
    #[arg(long, env = "MICROSCALING_SCHEDULER", value_enum, default_value_t)]
    pub scheduler: SchedulerKind,

    /// The manifest whose Deployments run as local processes
    #[arg(long, env = "MICROSCALING_MANIFEST", value_name = "FILE", default_value = "demo.yaml")]
    pub manifest: PathBuf,

    #[command(flatten)]
    pub core: CoreArgs,

    /// The queue server [default: the one in the manifest]
    #[arg(long, env = "MICROSCALING_QUEUE_URL", value_name = "URL",
          value_parser = client::args::parse_url)]
    pub queue_url: Option<Url>,

    /// A file with the queue's token, if the queue requires one (its --token-file); a changed file
    /// is read again
    #[arg(long, env = "MICROSCALING_QUEUE_TOKEN_FILE", value_name = "FILE")]
    pub queue_token_file: Option<PathBuf>,

    /// The Prometheus server for workloads whose annotation microscaling.com/source is prometheus;
    /// a path after the host is kept
    #[arg(long, env = "MICROSCALING_PROMETHEUS", value_name = "URL", value_parser = parse_server)]
    pub prometheus: Option<Url>,

    /// The queue to which the background sends its tiles; the engine receives and paints them
    #[arg(long, env = "MICROSCALING_TILES_QUEUE", value_name = "NAME", default_value = "tiles",
          value_parser = client::args::parse_name)]
    pub tiles_queue: String,

    /// How long each local process waits before it starts, to imitate the start of a container
    #[arg(long, env = "MICROSCALING_START_DELAY", value_name = "TIME", default_value = "0s",
          value_parser = humantime::parse_duration)]
    pub start_delay: Duration,

    /// The opening load, as DEPLOYMENT=REPLICAS; set when the page is first opened, or after 10 s
    #[arg(long, env = "MICROSCALING_OPENING_LOAD", value_name = "NAME=N",
          value_parser = parse_load)]
    pub opening_load: Option<(String, u32)>,

    /// A scenario to play once the box is ready, each step for its own time;
    /// docs/src/reference/scenarios.md explains the format
    #[arg(long, env = "MICROSCALING_SCENARIO", value_name = "FILE")]
    pub scenario: Option<PathBuf>,

    /// Begin each step of the scenario, also the first one, only when PageDown is pressed; without
    /// --scenario, play the opening of a talk in three steps
    #[arg(long, env = "MICROSCALING_STAGE")]
    pub stage: bool,

    /// Accept changes from the default gateway as if they were local: in a container with a
    /// published port, requests of its host arrive from there
    #[arg(long, env = "MICROSCALING_TRUST_GATEWAY")]
    pub trust_gateway: bool,

    /// Another host name under which the page is reached, as set in an Ingress; may be repeated
    #[arg(long = "host", env = "MICROSCALING_HOSTS", value_name = "NAME", value_delimiter = ',',
          value_parser = parse_host)]
    pub hosts: Vec<String>,

    /// Pages of this origin may show the stage view in a frame, as slides do: http://HOST:8080/?stage
    /// is then read-only; a scheme, a host and perhaps a port; may be repeated
    #[arg(long, env = "MICROSCALING_EMBED", value_name = "ORIGIN", value_delimiter = ',',
          value_parser = str::parse::<Origin>)]
    pub embed: Vec<Origin>,

    /// A file with a token; with this token, changes from other machines are accepted, too
    #[arg(long, env = "MICROSCALING_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// On exit, scale every workload to its minimum; without this flag all counts stay
    #[arg(long, env = "MICROSCALING_RESET_ON_EXIT")]
    pub reset_on_exit: bool,

    /// Serve a page for the phones of the audience at this address, with one button that adds a
    /// job; nothing else is reachable there. With 0.0.0.0, its URL has this machine's address
    #[arg(long, env = "MICROSCALING_AUDIENCE", value_name = "IP:PORT")]
    pub audience: Option<SocketAddr>,

    /// Record everything the page shows in a new file, one line of JSON for each change; engine
    /// replay shows it again
    #[arg(long, env = "MICROSCALING_RECORD", value_name = "FILE")]
    pub record: Option<PathBuf>,

    #[command(flatten)]
    pub service: ServiceArgs,
}

impl RunArgs {
    /// The queue's token; `None` without `--queue-token-file`.
    ///
    /// # Errors
    /// When the file cannot be read or has no token.
    pub fn queue_token(&self) -> Result<Option<TokenFile>, NoToken> {
        self.queue_token_file.as_deref().map(TokenFile::open).transpose()
    }
}

/// The flags for the capacity and the tick.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct CoreArgs {
    /// How many containers all scaled workloads may have together; the annotation
    /// microscaling.com/capacity of the engine's own Deployment overrides a number given here
    /// [default: 10, or without a cluster the value in the engine's Deployment in the manifest]
    ///
    /// With auto, the nodes of the cluster set the capacity: as many containers as they can hold
    /// beside all other pods. This overrides the annotation and needs a cluster-wide permission;
    /// without that permission the annotation's number is used.
    #[arg(long, env = "MICROSCALING_CAPACITY", value_name = "N|auto",
          value_parser = parse_capacity)]
    pub capacity: Option<Capacity>,

    /// The time between decisions, 100ms to 60s [default: 500ms, or without a cluster the value in
    /// the engine's Deployment in the manifest]
    #[arg(long, env = "MICROSCALING_TICK", value_name = "TIME", value_parser = parse_tick)]
    pub tick: Option<Duration>,
}

impl CoreArgs {
    pub fn capacity(&self) -> Capacity {
        self.capacity.unwrap_or_default()
    }

    /// The capacity and the tick, with defaults for flags that are not set and for a capacity of
    /// `auto`, whose number is not known yet.
    pub fn budget(&self) -> Budget {
        let default = Budget::default();
        let capacity = match self.capacity() {
            Capacity::Fixed(number) => number,
            Capacity::Auto => default.capacity,
        };
        Budget { capacity, tick: self.tick.unwrap_or(default.tick) }
    }

    /// These flags; those that are not set are taken from `others`.
    #[must_use]
    pub fn or(&self, others: &CoreArgs) -> CoreArgs {
        CoreArgs { capacity: self.capacity.or(others.capacity), tick: self.tick.or(others.tick) }
    }
}

/// The capacity that the flag sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    Fixed(u32),
    /// The capacity is the number of containers that the nodes of the cluster have room for.
    Auto,
}

impl Capacity {
    /// Refuses `auto`, which only a cluster can resolve.
    ///
    /// # Errors
    /// Returns a usage error for `auto`.
    pub fn without_cluster(self) -> Result<(), UsageError> {
        match self {
            Capacity::Fixed(_) => Ok(()),
            Capacity::Auto => Err(UsageError(
                "--capacity auto needs the nodes of a cluster; without --scheduler kubernetes give \
                 a number"
                    .to_owned(),
            )),
        }
    }
}

impl Default for Capacity {
    fn default() -> Capacity {
        Capacity::Fixed(Budget::default().capacity)
    }
}

/// Where the containers run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SchedulerKind {
    /// as processes on this machine; no cluster is needed
    #[default]
    Process,
    /// as pods of the namespace that the engine runs in, or that KUBECONFIG points at
    Kubernetes,
}

impl SchedulerKind {
    /// The scheduler's name in the flag and in the API.
    pub fn name(self) -> &'static str {
        match self {
            SchedulerKind::Process => "process",
            SchedulerKind::Kubernetes => "kubernetes",
        }
    }
}

fn parse_tick(text: &str) -> Result<Duration, String> {
    let tick = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let range = Duration::from_millis(100)..=Duration::from_secs(60);
    if range.contains(&tick) { Ok(tick) } else { Err("it must be from 100ms to 60s".to_owned()) }
}

fn parse_capacity(text: &str) -> Result<Capacity, String> {
    if text == "auto" {
        return Ok(Capacity::Auto);
    }
    let number = text.parse().ok().filter(|number| CAPACITIES.contains(number));
    number.map(Capacity::Fixed).ok_or_else(|| "it must be from 1 to 1000, or auto".to_owned())
}

fn parse_server(text: &str) -> Result<Url, String> {
    let like = "it must be like http://127.0.0.1:9090";
    let url = Url::parse(text).map_err(|error| format!("{error}; {like}"))?;
    match (url.scheme(), url.host()) {
        ("http", Some(_)) => Ok(url),
        ("https", _) => Err(format!("https needs TLS, which the engine has not; {like}")),
        _ => Err(like.to_owned()),
    }
}

fn parse_host(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    if !text.is_empty() && text.chars().all(fits) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("it must be a name like demo.example.org, without a port".to_owned())
}

fn parse_load(text: &str) -> Result<(String, u32), String> {
    let parts = text.split_once('=').and_then(|(name, n)| Some((name.to_owned(), n.parse().ok()?)));
    parts.ok_or_else(|| "it must be like producer=1".to_owned())
}

/// The URL of an engine that runs on this machine, at the default port.
pub fn default_engine_url() -> String {
    format!("http://{}:{DEFAULT_PORT}", Ipv4Addr::LOCALHOST)
}
