//! The route of the comparison.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::Comparison;
use crate::comparison::answer::Answer;

/// The route of the comparison, `/api/v1/ghosts`.
pub fn router(comparison: Comparison) -> Router {
    Router::new().route("/api/v1/ghosts", get(answer)).with_state(comparison)
}

/// `GET /api/v1/ghosts`: all contenders, simulated on the load of this run at most 2 s ago. While
/// too little is known, the answer is `{"because"}` with status 200: the page polls this route, and
/// an error status would fill the browser's console.
async fn answer(State(comparison): State<Comparison>) -> Response {
    match comparison.answer().await {
        Ok(answer) => Json(Answer::clone(&answer)).into_response(),
        Err(because) => Json(json!({"because": because})).into_response(),
    }
}
