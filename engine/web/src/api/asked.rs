//! What is asked: by whom, of which thing, and how.

use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::http::HeaderMap;
use model::Actor;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

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

pub(super) fn readable(name: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    let wrong = |_| ApiError::bad_request("the deployment's name is no readable text");
    name.map(|Path(name)| name).map_err(wrong)
}

/// A body in JSON, which must be like `example`.
pub(super) fn body<T: DeserializeOwned>(asked: Body, example: &str) -> Result<T, ApiError> {
    let wrong = |why: &dyn std::fmt::Display| {
        ApiError::bad_request(format!("the body must be like {example}: {why}"))
    };
    let body = asked.map_err(|rejection| wrong(&rejection))?;
    // By way of a map, for serde would take a bare list for the struct.
    let map: serde_json::Map<_, _> = serde_json::from_slice(&body).map_err(|e| wrong(&e))?;
    serde_json::from_value(map.into()).map_err(|e| wrong(&e))
}
