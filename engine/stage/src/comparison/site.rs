//! What others would have done with the same load.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::Comparison;
use crate::comparison::answer::Answer;

/// The call.
pub fn router(comparison: Comparison) -> Router {
    Router::new().route("/api/v1/ghosts", get(answer)).with_state(comparison)
}

/// `GET /api/v1/ghosts`: everyone who could have scaled, simulated on the jobs that came here; at
/// most two seconds old. While too little is known it is `{"because"}` alone: that is no error,
/// and a page that asks again and again fills no console with it.
async fn answer(State(comparison): State<Comparison>) -> Response {
    match comparison.answer().await {
        Ok(answer) => Json(Answer::clone(&answer)).into_response(),
        Err(because) => Json(json!({"because": because})).into_response(),
    }
}
