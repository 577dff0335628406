//! Reads and sets a Deployment's replicas.

use axum::Json;
use axum::extract::State;
use model::scheduler::ScaleError;
use runtime::control_loop::Command;
use serde::{Deserialize, Serialize};

use super::extract::{Body, By, Name, body};
use crate::app::App;
use crate::error::ApiError;

/// The answer: a Deployment's desired and ready replicas.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Serialize)]
pub struct Scale {
    pub name: String,
    pub replicas: u32,
    pub ready: u32,
}

/// The body of a request that sets the desired replicas.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SetScale {
    pub replicas: u32,
}

/// `GET /api/v1/deployments/{name}/scale`.
///
/// # Errors
/// 404 for an unknown Deployment.
pub async fn read(State(app): State<App>, Name(name): Name) -> Result<Json<Scale>, ApiError> {
    let snapshot = app.handle.snapshots.borrow().clone();
    let Some(status) = snapshot.deployments.get(&name) else {
        let known = snapshot.deployments.keys().cloned().collect();
        return Err(ScaleError::Unknown { name, known }.into());
    };
    Ok(Json(Scale { name, replicas: status.replicas.desired, ready: status.replicas.ready }))
}

/// `PUT /api/v1/deployments/{name}/scale` with `{"replicas": n}`.
///
/// # Errors
/// 400 for an invalid body, 404 for an unknown Deployment, 409 if this count is not allowed.
pub async fn write(
    State(app): State<App>,
    By(by): By,
    Name(name): Name,
    asked: Body,
) -> Result<Json<Scale>, ApiError> {
    let SetScale { replicas } = body(asked, r#"{"replicas": 3}"#)?;
    app.handle.command(by, Command::Scale { deployment: name.clone(), replicas }).await?;
    let ready =
        app.handle.snapshots.borrow().deployments.get(&name).map_or(0, |s| s.replicas.ready);
    Ok(Json(Scale { name, replicas, ready }))
}
