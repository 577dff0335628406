//! What may be wished of the engine besides a Deployment's replicas.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::App;
use super::error::ApiError;
use crate::board::log::Actor;
use crate::control_loop::Wish;

/// By which our own programs say who they are, for the log alone.
const CLIENT: &str = "x-microscaling-client";

pub(super) type Body = Result<Bytes, BytesRejection>;

/// Who calls, as far as they say so.
pub(super) fn actor(headers: &HeaderMap) -> Actor {
    match headers.get(CLIENT).map(|value| value.as_bytes()) {
        Some(b"page") => Actor::Page,
        Some(b"top") => Actor::Top,
        Some(b"command") => Actor::Command,
        _ => Actor::Api,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hold {
    held: bool,
}

/// `PUT /api/v1/hold` with `{"held": true}`: nothing is scaled until it is false again.
pub(super) async fn hold(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let Hold { held } = read(body, r#"{"held": true}"#)?;
    app.handle.wish(actor(&headers), Wish::Hold(held)).await?;
    Ok(Json(json!({ "held": held })))
}

/// `POST /api/v1/workloads/{name}/kill`: a container of it ends without a word.
pub(super) async fn kill(
    State(app): State<App>,
    headers: HeaderMap,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ApiError> {
    let workload = super::scale::readable(name)?;
    let killed = app.handle.wish(actor(&headers), Wish::Kill { workload }).await?;
    Ok(Json(json!({ "killed": killed })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Burst {
    jobs: u32,
    queue: Option<String>,
}

/// `POST /api/v1/burst` with `{"jobs": 100}`: so many jobs at once, onto the first queue that is
/// followed or the `queue` that is named.
pub(super) async fn burst(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let Burst { jobs, queue } = read(body, r#"{"jobs": 100}"#)?;
    app.handle.wish(actor(&headers), Wish::Burst { queue, jobs }).await?;
    Ok(Json(json!({ "jobs": jobs })))
}

/// `POST /api/v1/reset`: back to second 0; answered when it is there.
pub(super) async fn reset(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    app.handle.wish(actor(&headers), Wish::Reset).await?;
    Ok(Json(json!({})))
}

/// A body in JSON, which must be like `example`.
pub(super) fn read<T: DeserializeOwned>(body: Body, example: &str) -> Result<T, ApiError> {
    let wrong = |why: &dyn std::fmt::Display| {
        ApiError::bad_request(format!("the body must be like {example}: {why}"))
    };
    let body = body.map_err(|rejection| wrong(&rejection))?;
    // By way of a map, for serde would take a bare list for the struct.
    let map: serde_json::Map<_, _> = serde_json::from_slice(&body).map_err(|e| wrong(&e))?;
    serde_json::from_value(map.into()).map_err(|e| wrong(&e))
}
