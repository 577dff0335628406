//! Puts the engine together.
//!
//! # Layout
//! - [`in_box`]: with a manifest whose Deployments become local processes
//! - [`in_cluster`]: with a namespace of a cluster

pub mod in_box;
pub mod in_cluster;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use service::token::NoToken;
use service::{Shell, TokenFile};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::api::gateway::default_gateway;
use crate::api::guard::Doorkeeper;
use crate::api::{self, App};
use crate::args::{Args, Command, DEFAULT_PORT, RunArgs, SchedulerKind};
use crate::cli::{completions, play, scale, simulate, validate};
use crate::control_loop::{ControlLoop, Parts, opening_load};
use crate::page;

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
        Some(Command::Simulate(args)) => simulate::run(&args),
        Some(Command::Completions { shell }) => {
            completions::run(shell);
            Ok(())
        }
        None => engine(args.run).await,
    }
}

async fn engine(args: RunArgs) -> anyhow::Result<()> {
    match args.scheduler {
        SchedulerKind::Process => in_box::start(args).await,
        SchedulerKind::Kubernetes => in_cluster::start(args).await,
    }
}

/// How an engine faces those who look at it.
struct Facing {
    /// The queue server, for those who want to look further.
    queue_url: Url,
    /// Load to begin with.
    opening_load: Option<(String, u32)>,
    /// Whether the default gateway counts as this machine.
    trust_gateway: bool,
    /// Further names that it answers to.
    hosts: Vec<String>,
    /// With which changes are taken from other machines.
    token: Option<TokenFile>,
}

impl Facing {
    /// As the flags say.
    ///
    /// # Errors
    /// When there is no token in the file that should have it.
    fn of(args: &RunArgs, queue_url: Url) -> Result<Facing, NoToken> {
        Ok(Facing {
            queue_url,
            opening_load: args.opening_load.clone(),
            trust_gateway: args.trust_gateway,
            hosts: args.hosts.clone(),
            token: args.token_file.as_deref().map(TokenFile::open).transpose()?,
        })
    }
}

/// Runs an engine that is put together.
async fn run_parts(shell: Shell, parts: Parts, facing: Facing) -> anyhow::Result<()> {
    let (control_loop, handle) = ControlLoop::new(parts);
    let opened = Arc::new(Notify::new());
    if let Some(load) = facing.opening_load {
        tokio::spawn(opening_load(handle.clone(), load, opened.clone(), OPENING));
    }
    let app = App {
        handle,
        shutdown: shell.shutdown(),
        opened,
        queue_url: facing.queue_url.to_string(),
        doorkeeper: Arc::new(Doorkeeper {
            trusted: facing.trust_gateway.then(default_gateway).flatten(),
            hosts: facing.hosts,
            token: facing.token,
        }),
        rendered: page::Rendered::default(),
    };
    shell
        .serve(async |server, endpoints, shutdown| {
            let router = api::router(app).merge(endpoints);
            let serving = server.serve(router, shutdown.wait());
            tokio::join!(serving, control_loop.run(shutdown.clone()));
            Ok(())
        })
        .await
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
