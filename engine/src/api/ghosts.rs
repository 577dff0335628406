//! What others would have done with the same load.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::App;
use super::error::ApiError;
use crate::ghosts::answer::Answer;

/// `GET /api/v1/ghosts`: everyone who could have scaled, simulated on the jobs that came here; at
/// most two seconds old. 409 while too little is known.
pub(super) async fn ghosts(State(app): State<App>) -> Result<Json<Answer>, ApiError> {
    let answer: Arc<Answer> = app.ghosts.answer().await.map_err(ApiError::conflict)?;
    Ok(Json(Answer::clone(&answer)))
}
