//! The routes of a replay: the page, its stream, and the replay's own controls. Nothing of the
//! recorded run can be changed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use service::Shutdown;
use web::api::events::{After, event, heard};
use web::error::{self, ApiError};
use web::guard::{AccessGuard, guard};
use web::page::framing::Framing;
use web::{page, streams};

use super::marks::seconds;
use super::player::{Change, Player, Status};
use crate::audience::code;
use crate::report::made::ROUTE;
use crate::report::recorded::OfReplay;

/// The speeds of a replay, as multiples of the recorded speed.
pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=100.0;

const REPLAY: &str = "/api/v1/replay";
const MARKS: &str = "/api/v1/replay/marks";

/// What the routes share.
#[derive(Debug, Clone)]
struct App {
    player: Player,
    /// The URL of the audience's page in the recorded run; `None` if that run had no such page.
    audience: Option<Arc<str>>,
    shutdown: Shutdown,
}

/// The routes of an engine's page, with the recording as its stream.
pub fn router(
    player: Player,
    report: OfReplay,
    access_guard: Arc<AccessGuard>,
    framing: &Framing,
    shutdown: Shutdown,
) -> Router {
    let audience = player.recording().audience().map(Arc::from);
    Router::new()
        .route("/page/stream", get(stream))
        .route("/page/audience.svg", get(code))
        .route(REPLAY, get(status).put(change))
        .route(MARKS, get(marks))
        .with_state(App { player, audience, shutdown })
        .merge(page::router(&Arc::default(), framing))
        .merge(report.router())
        .fallback(error::no_such_path)
        .layer(from_fn(only_look))
        .layer(from_fn_with_state(access_guard, guard))
}

/// Refuses all changes but those of the replay, and all routes that need a running engine.
async fn only_look(request: Request, next: Next) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let looks = method == Method::GET || method == Method::HEAD;
    if path == REPLAY || (looks && path == MARKS) {
        return next.run(request).await;
    }
    if !looks {
        return ApiError::conflict("this is a recording").into_response();
    }
    if (path.starts_with("/api/") && path != ROUTE) || path == "/configure" {
        let text = "this is a recording; it has only a page, its stream and its report";
        return ApiError::not_found(text).into_response();
    }
    next.run(request).await
}

/// `GET /page/audience.svg`: the QR code of the recorded run's audience page; it may be closed.
async fn code(State(app): State<App>) -> Result<Response, ApiError> {
    code::answer(app.audience.as_deref(), "this recording has no page for the audience")
}

async fn stream(
    State(App { player, shutdown, .. }): State<App>,
    Query(after): Query<After>,
    headers: HeaderMap,
) -> Response {
    let pieces = player.stream(heard(after, &headers)).await;
    streams::answer(shutdown, pieces.map(|piece| event(&piece)))
}

type Answer = Result<Json<Status>, ApiError>;

/// `GET /api/v1/replay`: what the replay does, and where it is.
async fn status(State(app): State<App>) -> Answer {
    changed(&app, Change::default()).await
}

/// The body of `PUT /api/v1/replay`; what is left out stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    playing: Option<bool>,
    t: Option<f64>,
    speed: Option<f64>,
}

/// `PUT /api/v1/replay`: plays, pauses, goes to a time, or changes the speed, for all pages.
async fn change(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Answer {
    let wrong = |why: &dyn std::fmt::Display| {
        let example = r#"{"playing": true, "t": 42, "speed": 2}"#;
        ApiError::bad_request(format!(
            "the body must look like {example}, or have a part of it: {why}"
        ))
    };
    let body = body.map_err(|rejection| wrong(&rejection))?;
    // The body is parsed as a map first, because serde would accept a bare list for the struct.
    let map: serde_json::Map<_, _> = serde_json::from_slice(&body).map_err(|e| wrong(&e))?;
    let Asked { playing, t, speed } = serde_json::from_value(map.into()).map_err(|e| wrong(&e))?;
    if let Some(speed) = speed.filter(|speed| !SPEEDS.contains(speed)) {
        let text = format!("speed is {speed}; it must be from 0.1 to 100");
        return Err(ApiError::bad_request(text));
    }
    let length = seconds(app.player.recording().length());
    if let Some(t) = t.filter(|t| !(0.0..=length).contains(t)) {
        let text = format!("t is {t}; the recording lasts {length} s");
        return Err(ApiError::bad_request(text));
    }
    changed(&app, Change { playing, time: t.map(Duration::from_secs_f64), speed }).await
}

async fn changed(app: &App, change: Change) -> Answer {
    let leaving = || ApiError::conflict("the replay is shutting down");
    app.player.change(change).await.map(Json).ok_or_else(leaving)
}

/// `GET /api/v1/replay/marks`: what the bar marks.
async fn marks(State(app): State<App>) -> Json<Value> {
    Json(json!({ "marks": app.player.marks() }))
}
