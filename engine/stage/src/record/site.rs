//! The routes of a replay: the page and its stream. Nothing can be changed.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use runtime::feed::Piece;
use service::Shutdown;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use web::api::events::{After, event, heard};
use web::error::{self, ApiError};
use web::guard::{AccessGuard, guard};
use web::page::framing::Framing;
use web::{page, streams};

use super::recording::Recording;
use crate::audience::code;

/// A running replay. Clones share the same replay.
#[derive(Debug, Clone)]
pub struct Player {
    recording: Arc<Recording>,
    /// How many events were replayed so far, empty frames and repetitions included.
    played: watch::Receiver<u64>,
    /// The URL of the audience's page in the recorded run; `None` if that run had no such page.
    audience: Option<Arc<str>>,
    shutdown: Shutdown,
}

/// Starts to replay a recording at `speed` times the original speed.
pub fn play(recording: Recording, speed: f64, shutdown: Shutdown) -> Player {
    let (sender, played) = watch::channel(0);
    let recording = Arc::new(recording);
    let audience = recording.audience().map(Arc::from);
    let player = Player { recording: recording.clone(), played, audience, shutdown };
    tokio::spawn(async move {
        let began = Instant::now();
        for number in 0.. {
            sleep_until(began + recording.due(number).div_f64(speed)).await;
            if sender.send(number + 1).is_err() {
                return;
            }
        }
    });
    player
}

/// The routes of an engine's page, with the recording as its stream.
pub fn router(player: Player, access_guard: Arc<AccessGuard>, framing: &Framing) -> Router {
    Router::new()
        .route("/page/stream", get(stream))
        .route("/page/audience.svg", get(code))
        .with_state(player)
        .merge(page::router(&Arc::default(), framing))
        .fallback(error::no_such_path)
        .layer(from_fn(only_look))
        .layer(from_fn_with_state(access_guard, guard))
}

/// Refuses all changes, and all routes that need a running engine.
async fn only_look(request: Request, next: Next) -> Response {
    let looks = request.method() == Method::GET || request.method() == Method::HEAD;
    if !looks {
        return ApiError::conflict("this is a recording").into_response();
    }
    let path = request.uri().path();
    if path.starts_with("/api/") || path == "/configure" {
        let text = "this is a recording; it has only a page and its stream";
        return ApiError::not_found(text).into_response();
    }
    next.run(request).await
}

/// `GET /page/audience.svg`: the QR code of the recorded run's audience page; it may be closed.
async fn code(State(player): State<Player>) -> Result<Response, ApiError> {
    code::answer(player.audience.as_deref(), "this recording has no page for the audience")
}

async fn stream(
    State(player): State<Player>,
    Query(after): Query<After>,
    headers: HeaderMap,
) -> Response {
    let played = *player.played.borrow();
    let next = player.recording.next_for(heard(after, &headers), played);
    let shutdown = player.shutdown.clone();
    let events = futures::stream::unfold((player, next), |(mut player, next)| async move {
        player.played.wait_for(|played| *played > next).await.ok()?;
        let piece: Piece = player.recording.event(next);
        Some((event(&piece), (player, next + 1)))
    });
    streams::answer(shutdown, events)
}
