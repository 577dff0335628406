//! Runs an engine with its page, its API and the audience's page, and records the run.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use runtime::control_loop::{Components, ControlLoop, Handle};
use service::{Shell, Shutdown, TokenFile, UsageError};
use simulator::Scenario;
use sources::Kit;
use stage::Stage;
use stage::audience::AudienceServer;
use stage::comparison::Comparison;
use stage::opening::opening_load;
use stage::picture::receiver::TileReceiver;
use stage::presenter::task::play_when_ready;
use stage::presenter::{Presenter, file};
use stage::record::recorder::Recorder;
use stage::report::kept::Keeper;
use tokio::sync::Notify;
use web::gateway::default_gateway;
use web::page::framing::Framing;
use web::{AccessGuard, App};

use crate::args::RunArgs;

/// The opening load is set after this time, even if nobody has opened the page by then.
const OPENING: Duration = Duration::from_secs(10);

pub(super) struct ServeOptions {
    args: RunArgs,
    /// The queue server. The API names its URL, and the background's tiles are received from it.
    kit: Kit,
    /// The scenario to play at the start, and whether its steps wait for a key.
    opening: Option<(Scenario, bool)>,
    /// The token for changes from other machines; `None` refuses such changes.
    token: Option<TokenFile>,
    recorder: Option<Recorder>,
    /// The text of the manifest; `None` on a cluster.
    manifest: Option<Arc<str>>,
}

impl ServeOptions {
    /// # Errors
    /// When the token file has no token, the scenario is invalid, or the recording cannot begin.
    pub(super) fn of(
        args: RunArgs,
        kit: Kit,
        manifest: Option<String>,
    ) -> anyhow::Result<ServeOptions> {
        Ok(ServeOptions {
            kit,
            opening: opening(&args)?,
            token: args.token_file.as_deref().map(TokenFile::open).transpose()?,
            recorder: args.record.as_deref().map(Recorder::create).transpose()?,
            manifest: manifest.map(Arc::from),
            args,
        })
    }

    /// Starts the scenario or the opening load; returns the routes of the stage.
    fn stage(&mut self, stage: &Stage, handle: &Handle, opened: Arc<Notify>) -> Router {
        let presenter = Presenter::start(handle.clone(), stage.shown.clone());
        // A scenario sets the load itself, so the opening load is ignored.
        match (self.opening.take(), self.args.opening_load.take()) {
            (Some((scenario, by_hand)), _) => {
                let play = play_when_ready(presenter.clone(), handle.clone(), scenario, by_hand);
                tokio::spawn(play);
            }
            (None, Some(load)) => {
                let shown = stage.shown.clone();
                tokio::spawn(opening_load(handle.clone(), load, opened, OPENING, shown));
            }
            (None, None) => {}
        }
        let comparison = Comparison::start(handle.clone());
        let keeper = Keeper::start(handle.feed.clone(), comparison.clone());
        stage.router(presenter, comparison, keeper)
    }

    fn app(self, handle: Handle, opened: Arc<Notify>, shutdown: Shutdown) -> App {
        App {
            handle,
            shutdown,
            opened,
            queue_url: self.kit.server().to_string(),
            manifest: self.manifest,
            access_guard: Arc::new(AccessGuard {
                trusted: self.args.trust_gateway.then(default_gateway).flatten(),
                hosts: self.args.hosts,
                token: self.token,
            }),
            framing: Framing::by(&self.args.embed),
        }
    }
}

/// The scenario to play at the start, and whether its steps wait for a key.
fn opening(args: &RunArgs) -> Result<Option<(Scenario, bool)>, UsageError> {
    let scenario = match &args.scenario {
        Some(file) => file::read(file)?,
        None if args.stage => file::opening()?,
        None => return Ok(None),
    };
    Ok(Some((scenario, args.stage)))
}

/// Runs the control loop, serves the pages and the API, and records the run, until shutdown.
pub(super) async fn serve(
    shell: Shell,
    components: Components,
    mut options: ServeOptions,
) -> anyhow::Result<()> {
    let room = match options.args.audience {
        Some(address) => Some(AudienceServer::open(address).await?),
        None => None,
    };
    let stage = Stage::new(room.as_ref().map(|room| room.url.as_str()));
    let clock = components.clock;
    let tiles = options.kit.client(&options.args.tiles_queue)?;
    let receiver = TileReceiver::new(tiles, shell.name(), stage.picture.clone(), clock);
    tokio::spawn(receiver.run(components.authority.may_write(), shell.shutdown()));
    let (control_loop, handle) = ControlLoop::new(components, stage.contributions());
    tokio::spawn(stage.picture.clone().count_time(handle.snapshots.clone(), clock));
    let recorder = options.recorder.take();
    let recording =
        recorder.map(|recorder| tokio::spawn(recorder.run(handle.feed.clone(), shell.shutdown())));
    let (to_room, leave) = (handle.clone(), shell.shutdown());
    let room = async {
        if let Some(room) = room {
            room.serve(to_room, clock, leave).await;
        }
    };
    let opened = Arc::new(Notify::new());
    let further = options.stage(&stage, &handle, opened.clone());
    let app = options.app(handle, opened, shell.shutdown());
    shell
        .serve(async |server, endpoints, shutdown| {
            let router = web::site::router(app, further).merge(endpoints);
            let serving = server.serve(router, shutdown.wait());
            tokio::join!(serving, room, control_loop.run(shutdown.clone()));
            if let Some(recording) = recording {
                recording.await?;
            }
            Ok(())
        })
        .await
}
