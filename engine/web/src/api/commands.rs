//! The calls that send commands to the control loop, except the one that scales a Deployment.

use axum::Json;
use axum::extract::State;
use runtime::control_loop::Command;
use serde::Deserialize;
use serde_json::json;

use super::extract::{Answer, Body, By, Name, body};
use crate::app::App;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hold {
    held: bool,
}

/// `PUT /api/v1/hold` with `{"held": true}`: nothing is scaled until a call with `false`.
pub(super) async fn hold(State(app): State<App>, By(by): By, asked: Body) -> Answer {
    let Hold { held } = body(asked, r#"{"held": true}"#)?;
    app.handle.command(by, Command::Hold(held)).await?;
    Ok(Json(json!({ "held": held })))
}

/// `POST /api/v1/workloads/{name}/kill`: kills a container of the workload.
pub(super) async fn kill(State(app): State<App>, By(by): By, Name(workload): Name) -> Answer {
    let killed = app.handle.command(by, Command::Kill { workload }).await?;
    Ok(Json(json!({ "killed": killed })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Burst {
    jobs: u32,
    queue: Option<String>,
}

/// `POST /api/v1/burst` with `{"jobs": 100}`: sends this many jobs at once to `queue`, by default
/// the first queue that a workload follows.
pub(super) async fn burst(State(app): State<App>, By(by): By, asked: Body) -> Answer {
    let Burst { jobs, queue } = body(asked, r#"{"jobs": 100}"#)?;
    app.handle.command(by, Command::Burst { queue, jobs }).await?;
    Ok(Json(json!({ "jobs": jobs })))
}

/// `POST /api/v1/reset`: resets everything to second 0, and answers once the reset is done.
pub(super) async fn reset(State(app): State<App>, By(by): By) -> Answer {
    app.handle.command(by, Command::Reset).await?;
    Ok(Json(json!({})))
}
