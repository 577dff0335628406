//! Reading and setting a Deployment's replicas.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::App;
use super::error::ApiError;
use crate::schedulers::ScaleError;

/// A Deployment's replicas, as they are read.
#[derive(Debug, Serialize)]
pub struct Scale {
    /// The Deployment's name.
    pub name: String,
    /// How many it was told to have.
    pub replicas: u32,
    /// How many are at work.
    pub ready: u32,
}

/// A Deployment's replicas, as they are set.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SetScale {
    /// How many it shall have.
    pub replicas: u32,
}

/// `GET /api/v1/deployments/{name}/scale`.
///
/// # Errors
/// 404 where there is none of that name.
pub async fn read(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<Scale>, ApiError> {
    let name = readable(name)?;
    let moment = app.handle.moments.borrow().clone();
    let Some(status) = moment.deployments.get(&name) else {
        let known = moment.deployments.keys().cloned().collect();
        return Err(ScaleError::Unknown { name, known }.into());
    };
    Ok(Json(Scale { name, replicas: status.replicas.desired, ready: status.replicas.ready }))
}

/// `PUT /api/v1/deployments/{name}/scale` with `{"replicas": n}`.
///
/// # Errors
/// 400 for another body, 404 where there is none of that name, 409 where it cannot have so many.
pub async fn write(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Scale>, ApiError> {
    let name = readable(name)?;
    let wrong = |why: &dyn std::fmt::Display| {
        ApiError::bad_request(format!("the body must be like {{\"replicas\": 3}}: {why}"))
    };
    let body = body.map_err(|rejection| wrong(&rejection))?;
    // By way of a map, for serde would take a bare list for the struct.
    let map: serde_json::Map<_, _> = serde_json::from_slice(&body).map_err(|e| wrong(&e))?;
    let SetScale { replicas } = serde_json::from_value(map.into()).map_err(|e| wrong(&e))?;
    app.handle.scale(&name, replicas).await?;
    let ready = app.handle.moments.borrow().deployments.get(&name).map_or(0, |s| s.replicas.ready);
    Ok(Json(Scale { name, replicas, ready }))
}

fn readable(name: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    let wrong = |_| ApiError::bad_request("the deployment's name is no readable text");
    name.map(|Path(name)| name).map_err(wrong)
}

impl From<ScaleError> for ApiError {
    fn from(error: ScaleError) -> ApiError {
        match error {
            ScaleError::Unknown { .. } => ApiError::not_found(error.to_string()),
            ScaleError::Superseded
            | ScaleError::Refused(_)
            | ScaleError::Forbidden(_)
            | ScaleError::Unanswered(_) => ApiError::conflict(error.to_string()),
        }
    }
}
