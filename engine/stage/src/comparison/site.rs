//! The routes of the comparison.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use web::ApiError;

use super::Comparison;
use super::worlds::other::Other;
use crate::comparison::answer::Answer;

/// The routes of the comparison, `/api/v1/ghosts` and `/api/v1/worlds`.
pub fn router(comparison: Comparison) -> Router {
    Router::new()
        .route("/api/v1/ghosts", get(answer))
        .route("/api/v1/worlds", get(worlds))
        .with_state(comparison)
}

/// The parameters of `GET /api/v1/worlds`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    /// Who stands beside ours; the HPA by default.
    #[serde(default)]
    other: Option<String>,
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

/// `GET /api/v1/worlds?other=hpa`: the worlds of this other one and of ours, simulated up to the
/// last reading of the queues. While too little is known, `{"because"}` as above. 400 if there is no
/// such other one.
async fn worlds(
    State(comparison): State<Comparison>,
    beside: Result<Query<Beside>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(beside) = beside
        .map_err(|_| ApiError::bad_request("the query may only have one other, as in other=hpa"))?;
    let other = beside.other.as_deref().map_or(Ok(Other::Hpa), Other::named);
    let other = other.map_err(ApiError::bad_request)?;
    Ok(match comparison.worlds(other).await {
        Ok(worlds) => Json(worlds).into_response(),
        Err(because) => Json(json!({"because": because})).into_response(),
    })
}
