//! How the engine is run.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};
use client::Url;
use model::Budget;
use model::annotations::CAPACITIES;
use service::token::NoToken;
use service::{ServiceArgs, TokenFile, UsageError};

/// The port of the page, or the first one tried.
pub const DEFAULT_PORT: u16 = 8080;

/// How to run the engine.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "The engine")]
pub struct RunArgs {
    /// Where the containers run
    #[arg(long, env = "MICROSCALING_SCHEDULER", value_enum, default_value_t)]
    pub scheduler: SchedulerKind,

    /// The manifest whose Deployments become local processes
    #[arg(long, env = "MICROSCALING_MANIFEST", value_name = "FILE", default_value = "demo.yaml")]
    pub manifest: PathBuf,

    /// The budget and the rhythm
    #[command(flatten)]
    pub core: CoreArgs,

    /// The queue server; left out, the manifest's own
    #[arg(long, env = "MICROSCALING_QUEUE_URL", value_name = "URL",
          value_parser = client::args::parse_url)]
    pub queue_url: Option<Url>,

    /// A file with the queue's token, where it wants one (its --token-file); read again when it
    /// changes
    #[arg(long, env = "MICROSCALING_QUEUE_TOKEN_FILE", value_name = "FILE")]
    pub queue_token_file: Option<PathBuf>,

    /// The queue that the background's tiles go to: the engine takes them from there and paints
    /// them
    #[arg(long, env = "MICROSCALING_TILES_QUEUE", value_name = "NAME", default_value = "tiles",
          value_parser = client::args::parse_name)]
    pub tiles_queue: String,

    /// How long a local process is made to take before it starts, as a container would
    #[arg(long, env = "MICROSCALING_START_DELAY", value_name = "TIME", default_value = "0s",
          value_parser = humantime::parse_duration)]
    pub start_delay: Duration,

    /// Load to begin with, as DEPLOYMENT=REPLICAS, once the page is first opened, or after 10 s
    #[arg(long, env = "MICROSCALING_OPENING_LOAD", value_name = "NAME=N",
          value_parser = parse_load)]
    pub opening_load: Option<(String, u32)>,

    /// A scenario whose steps are played by the clock, once the box is ready; scenarios/README.md
    /// shows how one is written
    #[arg(long, env = "MICROSCALING_SCENARIO", value_name = "FILE")]
    pub scenario: Option<PathBuf>,

    /// Play step by step, each one from one key (PageDown) to the next, and nothing before the
    /// first; without --scenario, the opening of a talk in three steps
    #[arg(long, env = "MICROSCALING_STAGE")]
    pub stage: bool,

    /// Take changes from the default gateway as from this machine: in a container whose port is
    /// published, that is where its host comes in
    #[arg(long, env = "MICROSCALING_TRUST_GATEWAY")]
    pub trust_gateway: bool,

    /// A further name that the page answers to, as an Ingress calls it; may be given several times
    #[arg(long = "host", env = "MICROSCALING_HOSTS", value_name = "NAME", value_delimiter = ',',
          value_parser = parse_host)]
    pub hosts: Vec<String>,

    /// A file with a token; who shows it may change things from other machines, too
    #[arg(long, env = "MICROSCALING_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// On leaving, set what is scaled back to its minimums; else all keep the counts they have
    #[arg(long, env = "MICROSCALING_RESET_ON_EXIT")]
    pub reset_on_exit: bool,

    /// Where phones in the room get a page of their own, with one button that adds a job; nothing
    /// else can be reached there. With 0.0.0.0, at this machine's address in their network
    #[arg(long, env = "MICROSCALING_AUDIENCE", value_name = "IP:PORT")]
    pub audience: Option<SocketAddr>,

    /// Record all that the page shows, a line of JSON for each change, in a new file; see engine
    /// replay
    #[arg(long, env = "MICROSCALING_RECORD", value_name = "FILE")]
    pub record: Option<PathBuf>,

    /// What every program has
    #[command(flatten)]
    pub service: ServiceArgs,
}

impl RunArgs {
    /// The queue's token, if it wants one.
    ///
    /// # Errors
    /// When there is none in the file that should have it.
    pub fn queue_token(&self) -> Result<Option<TokenFile>, NoToken> {
        self.queue_token_file.as_deref().map(TokenFile::open).transpose()
    }
}

/// What the decision core is told by flags.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct CoreArgs {
    /// How many containers all scaled workloads may have together; the annotation
    /// microscaling.com/capacity of the engine's own Deployment counts more than a number here.
    /// Left out: 10, or without a cluster what the manifest's engine is told
    ///
    /// With auto, as many as the nodes of the cluster can hold beside everybody else's pods,
    /// whatever the annotation says; that needs a right over the whole cluster, and the
    /// annotation's number counts while it is missing.
    #[arg(long, env = "MICROSCALING_CAPACITY", value_name = "N|auto",
          value_parser = parse_capacity)]
    pub capacity: Option<Capacity>,

    /// The time between decisions, 100ms to 60s. Left out: 500ms, or without a cluster what the
    /// manifest's engine is told
    #[arg(long, env = "MICROSCALING_TICK", value_name = "TIME", value_parser = parse_tick)]
    pub tick: Option<Duration>,
}

impl CoreArgs {
    /// How many containers there are to share.
    pub fn capacity(&self) -> Capacity {
        self.capacity.unwrap_or_default()
    }

    /// The budget and the rhythm, by default where nothing is said or known yet.
    pub fn budget(&self) -> Budget {
        let default = Budget::default();
        let capacity = match self.capacity() {
            Capacity::Fixed(number) => number,
            Capacity::Auto => default.capacity,
        };
        Budget { capacity, tick: self.tick.unwrap_or(default.tick) }
    }

    /// The same, with what others say where nothing is said here.
    #[must_use]
    pub fn or(&self, others: &CoreArgs) -> CoreArgs {
        CoreArgs { capacity: self.capacity.or(others.capacity), tick: self.tick.or(others.tick) }
    }
}

/// How many containers there are to share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// So many.
    Fixed(u32),
    /// As many as the cluster has room for.
    Auto,
}

impl Capacity {
    /// Refuses what only a cluster can tell.
    ///
    /// # Errors
    /// A usage error, where it is `auto`.
    pub fn without_cluster(self) -> Result<(), UsageError> {
        match self {
            Capacity::Fixed(_) => Ok(()),
            Capacity::Auto => Err(UsageError(
                "--capacity auto asks a cluster's nodes; without --scheduler kubernetes give a \
                 number"
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
    /// The scheduler's name, as flag and API spell it.
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

/// The address of a running engine on this machine.
pub fn default_engine_url() -> String {
    format!("http://{}:{DEFAULT_PORT}", Ipv4Addr::LOCALHOST)
}
