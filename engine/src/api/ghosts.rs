//! What others would have done with the same load.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::App;
use crate::ghosts::answer::Answer;

/// `GET /api/v1/ghosts`: everyone who could have scaled, simulated on the jobs that came here; at
/// most two seconds old. While too little is known it is `{"because"}` alone: that is no error,
/// and a page that asks again and again fills no console with it.
pub(super) async fn ghosts(State(app): State<App>) -> Response {
    match app.ghosts.answer().await {
        Ok(answer) => Json(Answer::clone(&answer)).into_response(),
        Err(because) => Json(json!({"because": because})).into_response(),
    }
}
