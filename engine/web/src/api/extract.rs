//! The caller, the name in the path, and the body of a request.

use std::convert::Infallible;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use model::Actor;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ApiError;

/// The header in which the project's own programs give their names; used only in the log.
const CLIENT: &str = "x-microscaling-client";

pub(super) type Body = Result<Bytes, BytesRejection>;

/// An answer in JSON, or an error.
pub(super) type Answer = Result<Json<Value>, ApiError>;

/// The caller, as named by the header.
pub struct By(pub(super) Actor);

impl<S: Sync> FromRequestParts<S> for By {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<By, Infallible> {
        Ok(By(match parts.headers.get(CLIENT).map(|value| value.as_bytes()) {
            Some(b"page") => Actor::Page,
            Some(b"top") => Actor::Top,
            Some(b"command") => Actor::Command,
            _ => Actor::Api,
        }))
    }
}

/// The name of a Deployment in the path.
pub struct Name(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Name, ApiError> {
        let wrong =
            |_: PathRejection| ApiError::bad_request("the Deployment's name is not valid text");
        let name = Path::from_request_parts(parts, state).await;
        name.map(|Path(name)| Name(name)).map_err(wrong)
    }
}

/// Parses a JSON body; the error shows `example`.
pub(super) fn body<T: DeserializeOwned>(asked: Body, example: &str) -> Result<T, ApiError> {
    let wrong = |why: &dyn std::fmt::Display| {
        ApiError::bad_request(format!("the body must look like {example}: {why}"))
    };
    let body = asked.map_err(|rejection| wrong(&rejection))?;
    // The body is parsed as a map first, because serde would accept a bare list for the struct.
    let map: serde_json::Map<_, _> = serde_json::from_slice(&body).map_err(|e| wrong(&e))?;
    serde_json::from_value(map.into()).map_err(|e| wrong(&e))
}
