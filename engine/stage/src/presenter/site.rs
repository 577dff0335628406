//! The routes that play a scenario.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use web::ApiError;
use web::guard::MayChange;

use super::file::{InvalidScenario, parse};
use super::scene::Scene;
use super::stepper::Press;
use super::task::{Presenter, Refusal};

/// The routes.
pub fn router(presenter: Presenter) -> Router {
    Router::new()
        .route("/api/v1/scenario", put(play).delete(stop))
        .route("/api/v1/scenario/notes", get(notes))
        .route("/api/v1/scenario/next", post(next))
        .route("/api/v1/scenario/end", post(end))
        .route("/api/v1/scenario/previous", post(previous))
        .with_state(presenter)
}

/// The longest scenario, in bytes; a usual scenario is a page or two of text.
const LONGEST: usize = 64 * 1024;

/// The parameters of `PUT /api/v1/scenario`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct How {
    /// Whether each step lasts until `next` is requested.
    #[serde(default)]
    step: bool,
}

/// `PUT /api/v1/scenario` with a scenario's YAML: plays it from its first step, by the clock; with
/// `?step=true` each step lasts until `next` is requested. 400 if the scenario cannot be played.
async fn play(
    State(presenter): State<Presenter>,
    how: Result<Query<How>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let wrong = |why: &dyn std::fmt::Display| ApiError::bad_request(why.to_string());
    let Query(how) = how.map_err(|_| wrong(&"the query may be step=true or step=false"))?;
    let body = body.map_err(|rejection| wrong(&rejection))?;
    if body.len() > LONGEST {
        return Err(wrong(&format!("a scenario has at most {LONGEST} bytes")));
    }
    let text = std::str::from_utf8(&body).map_err(|_| wrong(&"the scenario is not UTF-8 text"))?;
    // Only the simulator replays traces; in a running engine, producers make the load.
    let no_file = |_: &str| {
        Err("a running engine cannot play a trace; use producers, or engine simulate".to_owned())
    };
    let scenario = parse(text, no_file)
        .map_err(|InvalidScenario { line, text, .. }| wrong(&format!("line {line}: {text}")))?;
    shown(presenter.play(scenario, how.step).await)
}

/// `DELETE /api/v1/scenario`: ends the scenario with its hold, pauses and outages, but keeps its
/// load.
async fn stop(State(presenter): State<Presenter>) -> Result<Json<Value>, ApiError> {
    shown(presenter.stop().await.map(|()| None))
}

/// `POST /api/v1/scenario/next`: begins the next step; does nothing in the last step.
async fn next(State(presenter): State<Presenter>) -> Result<Json<Value>, ApiError> {
    shown(presenter.press(Press::Next).await)
}

/// `POST /api/v1/scenario/end`: ends the scenario. If keys start it, a reset prepares it again.
async fn end(State(presenter): State<Presenter>) -> Result<Json<Value>, ApiError> {
    shown(presenter.press(Press::End).await)
}

/// `POST /api/v1/scenario/previous`: goes back to the step before and restores its situation.
async fn previous(State(presenter): State<Presenter>) -> Result<Json<Value>, ApiError> {
    shown(presenter.press(Press::Previous).await)
}

/// `GET /api/v1/scenario/notes`: what only the presenter sees, for those who may also change
/// things. `{"talk": {..}}`, null if no scenario is played.
async fn notes(_: MayChange, State(presenter): State<Presenter>) -> Result<Response, ApiError> {
    let talk = presenter.talk().await.map_err(refused)?;
    let headers =
        [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((headers, Json(json!({ "talk": talk }))).into_response())
}

/// The response with the present step: `{"scenario": {..}}`, null if no scenario is played.
fn shown(done: Result<Option<Scene>, Refusal>) -> Result<Json<Value>, ApiError> {
    done.map(|scene| Json(json!({ "scenario": scene }))).map_err(refused)
}

fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Misfit(text) => ApiError::bad_request(text),
        Refusal::Now(text) => ApiError::conflict(text),
    }
}
