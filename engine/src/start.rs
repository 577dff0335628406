//! Puts the engine together.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use control::Autoscaler;
use reqwest::Url;
use service::{Shell, Shutdown};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::api::{self, App};
use crate::args::{Args, Command, DEFAULT_PORT, RunArgs};
use crate::board::Fixed;
use crate::cli::{completions, play, scale, validate};
use crate::control_loop::{ControlLoop, Handle, opening_load};
use crate::manifest::Manifest;
use crate::metrics::Metrics;
use crate::page;
use crate::schedulers::Scheduler;
use crate::schedulers::process::localize::localize;
use crate::schedulers::process::{Pool, recipes};
use crate::sources::{Clock, Sources};

/// The load comes after this time, also when nobody opens the page.
const OPENING: Duration = Duration::from_secs(10);
/// How many ports after the default one are tried.
const PORTS: u16 = 20;

/// Does what the command line says.
///
/// # Errors
/// Whatever stops it, in a line.
pub async fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Some(Command::Scale(args)) => scale::run(&args).await,
        Some(Command::Validate(args)) => validate::run(&args),
        Some(Command::Play(args)) => play::run(&args).await,
        Some(Command::Completions { shell }) => {
            completions::run(shell);
            Ok(())
        }
        None => engine(args.run).await,
    }
}

async fn engine(args: RunArgs) -> anyhow::Result<()> {
    let (manifest, config) = validate::read(&args.manifest, &args.core)?;
    let recipes = recipes(&manifest, &programs()?)?;
    let listener = listen(args.service.listen).await?;
    let shell = Shell::with_listener("engine", listener, &args.service)?;
    announce(&args, &manifest, &config);
    let core = Autoscaler::new(config).map_err(|_| anyhow::anyhow!("the manifest is refused"))?;
    let pool = Pool::start(recipes, args.start_delay).await?;
    let queue_url = queue_url(&args, &manifest, &pool)?;
    if !shell.has_parent() {
        println!("{}", invitation(shell.address()?));
    }
    let parts = Parts { args, core, scheduler: Scheduler::Process(pool), queue_url };
    parts.run(shell).await
}

/// What the engine is put together from.
struct Parts {
    args: RunArgs,
    core: Autoscaler,
    scheduler: Scheduler,
    queue_url: Url,
}

impl Parts {
    async fn run(self, shell: Shell) -> anyhow::Result<()> {
        let clock = Clock::start();
        let config = self.core.config();
        let queues: BTreeSet<String> = config
            .workloads
            .iter()
            .filter_map(|w| w.rule.target().map(|target| target.queue.clone()))
            .collect();
        let sources = Sources::start(&queues, &self.queue_url, config.tick, clock)?;
        let metrics = Metrics::register(&shell.registry)?;
        let fixed =
            Fixed { scheduler: self.args.scheduler.name(), start_delay: self.args.start_delay };
        let (control_loop, handle) =
            ControlLoop::new(self.core, self.scheduler, sources, clock, fixed, metrics);
        let opened = Arc::new(Notify::new());
        if let Some(load) = self.args.opening_load {
            tokio::spawn(opening_load(handle.clone(), load, opened.clone(), OPENING));
        }
        let queue_url = self.queue_url.to_string();
        let app = app(handle, queue_url, opened, shell.shutdown());
        shell
            .serve(async |listener, endpoints, shutdown| {
                let server = serve(listener, endpoints, app, shutdown.clone());
                let (served, ()) = tokio::join!(server, control_loop.run(shutdown));
                served
            })
            .await
    }
}

fn app(handle: Handle, queue_url: String, opened: Arc<Notify>, shutdown: Shutdown) -> App {
    let rendered = page::Rendered::default();
    App { handle, run: rand::random(), shutdown, opened, queue_url, rendered }
}

/// Answers until it is time to leave.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    endpoints: axum::Router,
    app: App,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let router = api::router(app).merge(endpoints);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move { shutdown.wait().await })
        .await
        .context("the page can no longer be served")
}

/// Where the programs of the kit are: beside the engine.
fn programs() -> anyhow::Result<PathBuf> {
    let engine = std::env::current_exe().context("the engine's own place is unknown")?;
    engine.parent().map(PathBuf::from).context("the engine has no folder")
}

/// The address that was asked for, else the default port or the next free one.
async fn listen(asked: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    if let Some(address) = asked {
        return service::shell::bind(address).await;
    }
    for port in DEFAULT_PORT..DEFAULT_PORT + PORTS {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            if port != DEFAULT_PORT {
                eprintln!("port {DEFAULT_PORT} is taken; the page is at port {port}");
            }
            return Ok(listener);
        }
    }
    let last = DEFAULT_PORT + PORTS - 1;
    anyhow::bail!("ports {DEFAULT_PORT} to {last} are all taken; give one with --listen")
}

/// The queue server: by flag, else as the engine's own Deployment says, in local words.
fn queue_url(args: &RunArgs, manifest: &Manifest, pool: &Pool) -> anyhow::Result<Url> {
    if let Some(url) = &args.queue_url {
        return Ok(url.clone());
    }
    let container = manifest.engine().and_then(|engine| engine.containers.first());
    let value = container.and_then(|c| c.variable("MICROSCALING_QUEUE_URL"));
    let value = value
        .context("the manifest's engine has no MICROSCALING_QUEUE_URL; give --queue-url instead")?;
    let local = localize(value, &pool.addresses());
    client::args::parse_url(&local).map_err(|why| anyhow::anyhow!("the queue's {local:?}: {why}"))
}

/// The lines that a presenter needs next.
fn invitation(page: SocketAddr) -> String {
    let engine = std::env::args().next().unwrap_or_else(|| "engine".to_owned());
    let elsewhere = page != SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
    let url = if elsewhere { format!(" --engine-url http://{page}") } else { String::new() };
    let scale = format!("{engine} scale deployment/producer{url}");
    format!(
        "\n  Open            http://{page}\n  for more load   {scale} --replicas=3\n  \
         for none        {scale} --replicas=0\n  to end          Ctrl-C\n"
    )
}

/// Says what of the manifest and the flags is not honoured.
fn announce(args: &RunArgs, manifest: &Manifest, config: &control::Config) {
    let mut for_clusters: Vec<_> = manifest.unused.for_clusters.iter().cloned().collect();
    for_clusters.extend(manifest.cluster_only.iter().cloned());
    if !for_clusters.is_empty() {
        tracing::info!("for clusters only, not used here: {}", for_clusters.join(", "));
    }
    for warning in &manifest.unused.warnings {
        tracing::warn!("{warning} without a cluster");
    }
    if config.capacity != args.core.capacity {
        tracing::info!("capacity {} as the manifest's engine says", config.capacity);
    }
}
