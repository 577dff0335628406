//! The page from a tape. Nothing can be changed on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use control::{Autoscaler, Config, Observation};
use futures::StreamExt;
use service::Shutdown;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use super::tape::Tape;
use crate::api::error::ApiError;
use crate::api::events::{After, event, heard, until_the_end};
use crate::api::guard::{Doorkeeper, guard};
use crate::api::{self, App};
use crate::authority::Stand;
use crate::board::{Board, Extras, Fixed, Round, Snapshot};
use crate::control_loop::Handle;
use crate::feed::Piece;

/// A tape that is being played. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Player {
    tape: Arc<Tape>,
    /// How many events were played.
    played: watch::Receiver<u64>,
    shutdown: Shutdown,
}

/// Plays a tape at so many times its speed, from its beginning on.
pub fn play(tape: Tape, speed: f64, shutdown: Shutdown) -> Player {
    let (told, played) = watch::channel(0);
    let tape = Arc::new(tape);
    let player = Player { tape: tape.clone(), played, shutdown };
    tokio::spawn(async move {
        let began = Instant::now();
        for number in 0.. {
            sleep_until(began + tape.due(number).div_f64(speed)).await;
            if told.send(number + 1).is_err() {
                return;
            }
        }
    });
    player
}

/// The same pages as an engine's, with the tape's stream.
///
/// # Errors
/// Never, as things are: a board without workloads can always be made.
pub fn router(player: Player, doorkeeper: Arc<Doorkeeper>) -> anyhow::Result<Router> {
    let app = App {
        handle: Handle::idle(empty_moment()?),
        shutdown: player.shutdown.clone(),
        opened: Arc::new(Notify::new()),
        queue_url: String::new(),
        doorkeeper: doorkeeper.clone(),
    };
    let stream = Router::new().route("/page/stream", get(stream)).with_state(player);
    let all = stream.fallback_service(api::router(app));
    Ok(all.layer(from_fn(only_look)).layer(from_fn_with_state(doorkeeper, guard)))
}

/// What would change something is refused; what would tell of a running engine is not there.
async fn only_look(request: Request, next: Next) -> Response {
    let looks = request.method() == Method::GET || request.method() == Method::HEAD;
    if !looks {
        return ApiError::conflict("this is a recording").into_response();
    }
    if request.uri().path().starts_with("/api/") {
        let text = "this is a recording; it has pages and their stream alone";
        return ApiError::not_found(text).into_response();
    }
    next.run(request).await
}

async fn stream(
    State(player): State<Player>,
    Query(after): Query<After>,
    headers: HeaderMap,
) -> Response {
    let played = *player.played.borrow();
    let next = player.tape.next_for(heard(after, &headers), played);
    let shutdown = player.shutdown.clone();
    let events = futures::stream::unfold((player, next), |(mut player, next)| async move {
        player.played.wait_for(|played| *played > next).await.ok()?;
        let piece: Piece = player.tape.event(next);
        Some((event(&piece), (player, next + 1)))
    });
    until_the_end(shutdown, events.boxed()).into_response()
}

/// A moment in which nothing is there.
pub(super) fn empty_moment() -> anyhow::Result<Snapshot> {
    let fixed =
        Fixed { scheduler: "process", namespace: None, context: None, start_delay: Duration::ZERO };
    let config = Config { capacity: 1, tick: Duration::from_millis(500), workloads: Vec::new() };
    let core = Autoscaler::new(config).map_err(|_| anyhow::anyhow!("capacity is 0"))?;
    Ok(Board::new(fixed, 1).after(Round {
        now: Duration::ZERO,
        tick: 0,
        is_tick: false,
        core: &core,
        observation: &Observation::default(),
        deployments: BTreeMap::new(),
        decisions: &[],
        start_ups: &BTreeMap::new(),
        standing: String::new(),
        stand: Stand::LooksOn("this is a recording".to_owned()),
        troubles: &BTreeMap::new(),
        extras: Extras::default(),
    }))
}
