//! Puts the engine together.
//!
//! # Layout
//! - [`in_box`]: with a manifest whose Deployments become local processes
//! - [`in_cluster`]: with a namespace of a cluster
//! - [`own_words`]: what a manifest's own engine is told, for a box

pub mod in_box;
pub mod in_cluster;
pub mod own_words;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use service::output::{note, print};
use service::{Shell, TokenFile, UsageError};
use simulator::Scenario;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::api::gateway::default_gateway;
use crate::api::guard::Doorkeeper;
use crate::api::{self, App};
use crate::args::{Args, Command, DEFAULT_PORT, RunArgs, SchedulerKind};
use crate::audience::Room;
use crate::cli::{completions, play, replay, scale, simulate, top, validate};
use crate::control_loop::{ControlLoop, Handle, Parts, opening_load};
use crate::ghosts::Ghosts;
use crate::picture::taking::Taker;
use crate::presenter::task::play_when_ready;
use crate::presenter::{self, Presenter};
use crate::record::recording::Recording;

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
        Some(Command::Validate(args)) => Ok(print(&validate::run(&args)?).await?),
        Some(Command::Play(args)) => play::run(&args).await,
        Some(Command::Top(args)) => top::run(&args).await,
        Some(Command::Simulate(args)) => Ok(print(&simulate::run(&args)?).await?),
        Some(Command::Replay(args)) => replay::run(&args).await,
        Some(Command::Completions { shell }) => Ok(print(&completions::script(shell)).await?),
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
    /// Where the background's tiles go.
    tiles_queue: String,
    /// Load to begin with.
    opening_load: Option<(String, u32)>,
    /// A scenario to begin with, and whether its steps wait for a key.
    opening: Option<(Scenario, bool)>,
    /// Whether the default gateway counts as this machine.
    trust_gateway: bool,
    /// Further names that it answers to.
    hosts: Vec<String>,
    /// With which changes are taken from other machines.
    token: Option<TokenFile>,
    /// Where the people in the room have a page of their own.
    audience: Option<SocketAddr>,
    /// Where all that the page shows is written.
    recording: Option<Recording>,
    /// The manifest as it is written, where there is one.
    manifest: Option<Arc<str>>,
}

impl Facing {
    /// As the flags say.
    ///
    /// # Errors
    /// When there is no token in the file that should have it, no scenario, or nothing can be
    /// recorded.
    fn of(args: &RunArgs, queue_url: Url) -> anyhow::Result<Facing> {
        Ok(Facing {
            queue_url,
            tiles_queue: args.tiles_queue.clone(),
            opening_load: args.opening_load.clone(),
            opening: opening(args)?,
            trust_gateway: args.trust_gateway,
            hosts: args.hosts.clone(),
            token: args.token_file.as_deref().map(TokenFile::open).transpose()?,
            audience: args.audience,
            recording: args.record.as_deref().map(Recording::create).transpose()?,
            manifest: None,
        })
    }
}

impl Facing {
    /// What all handlers share; begins with what is to be played.
    fn app(self, handle: Handle, shell: &Shell) -> App {
        let opened = Arc::new(Notify::new());
        // A scenario makes its own load.
        if let Some(load) = self.opening_load.filter(|_| self.opening.is_none()) {
            tokio::spawn(opening_load(handle.clone(), load, opened.clone(), OPENING));
        }
        let presenter = Presenter::start(handle.clone());
        if let Some((scenario, by_hand)) = self.opening {
            tokio::spawn(play_when_ready(presenter.clone(), handle.clone(), scenario, by_hand));
        }
        App {
            ghosts: Ghosts::start(handle.clone()),
            handle,
            presenter,
            shutdown: shell.shutdown(),
            opened,
            queue_url: self.queue_url.to_string(),
            manifest: self.manifest,
            doorkeeper: Arc::new(Doorkeeper {
                trusted: self.trust_gateway.then(default_gateway).flatten(),
                hosts: self.hosts,
                token: self.token,
            }),
        }
    }
}

/// What is played from the beginning on, by the flags.
fn opening(args: &RunArgs) -> Result<Option<(Scenario, bool)>, UsageError> {
    let scenario = match &args.scenario {
        Some(file) => presenter::file::read(file)?,
        None if args.stage => presenter::file::opening()?,
        None => return Ok(None),
    };
    Ok(Some((scenario, args.stage)))
}

/// Runs an engine that is put together.
async fn run_parts(shell: Shell, mut parts: Parts, mut facing: Facing) -> anyhow::Result<()> {
    let room = match facing.audience {
        Some(address) => Some(Room::open(address).await?),
        None => None,
    };
    parts.audience = room.as_ref().map(|room| room.url.clone());
    let clock = parts.clock;
    take_tiles(&shell, &parts, &facing.tiles_queue)?;
    let (control_loop, handle) = ControlLoop::new(parts);
    let recording = facing.recording.take();
    let recording = recording
        .map(|recording| tokio::spawn(recording.run(handle.feed.clone(), shell.shutdown())));
    let (to_room, leave) = (handle.clone(), shell.shutdown());
    let room = async {
        if let Some(room) = room {
            room.serve(to_room, clock, leave).await;
        }
    };
    let app = facing.app(handle, &shell);
    shell
        .serve(async |server, endpoints, shutdown| {
            let router = api::router(app).merge(endpoints);
            let serving = server.serve(router, shutdown.wait());
            tokio::join!(serving, room, control_loop.run(shutdown.clone()));
            if let Some(recording) = recording {
                recording.await?;
            }
            Ok(())
        })
        .await
}

/// Begins to take the background's tiles from their queue, while this engine leads.
fn take_tiles(shell: &Shell, parts: &Parts, queue: &str) -> anyhow::Result<()> {
    let tiles = parts.sources.client(queue)?;
    let taker = Taker::new(tiles, shell.name(), parts.canvas.clone(), parts.clock);
    tokio::spawn(taker.run(parts.authority.may_write(), shell.shutdown()));
    Ok(())
}

/// The address that was asked for, else the default port or the next free one.
pub(crate) async fn listen(asked: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    if let Some(address) = asked {
        return service::shell::bind(address).await;
    }
    for port in DEFAULT_PORT..DEFAULT_PORT + PORTS {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            if port != DEFAULT_PORT {
                note(&format!("port {DEFAULT_PORT} is taken; the page is at port {port}"));
            }
            return Ok(listener);
        }
    }
    let last = DEFAULT_PORT + PORTS - 1;
    anyhow::bail!("ports {DEFAULT_PORT} to {last} are all taken; give one with --listen")
}
