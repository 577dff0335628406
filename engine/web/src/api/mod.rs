//! The API's calls.
//!
//! # Layout
//! - [`scale`]: reads and sets a Deployment's replicas
//! - `commands`: the other commands to the control loop
//! - `config`: reads and edits the annotations
//! - [`events`]: the state as server-sent events
//! - `extract`: the caller, the name in the path, and the body of a request

mod commands;
mod config;
pub mod events;
mod extract;
pub mod scale;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use model::Instance;
use runtime::snapshots::state;
use serde::Serialize;

use crate::app::App;

/// The routes of all API calls.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/api/v1/state", get(state))
        .route("/api/v1/events", get(events::events))
        .route("/api/v1/processes", get(processes))
        .route("/api/v1/deployments/{name}/scale", get(scale::read).put(scale::write))
        .route("/api/v1/workloads/{name}/kill", post(commands::kill))
        .route("/api/v1/hold", put(commands::hold))
        .route("/api/v1/burst", post(commands::burst))
        .route("/api/v1/reset", post(commands::reset))
        .route("/api/v1/workloads/{name}/pause", put(config::pause))
        .route("/api/v1/config", get(config::read).put(config::write).delete(config::back))
        .route("/api/v1/config/demo.yaml", get(config::manifest))
        .route("/api/v1/config/annotate", get(config::annotate))
        .route("/page/stream", get(events::page))
}

async fn state(State(app): State<App>) -> Json<state::State> {
    Json(app.handle.snapshots.borrow().state.clone())
}

/// The answer of `/api/v1/processes`: the processes of all Deployments.
#[derive(Debug, Serialize)]
struct Processes {
    queue_url: String,
    processes: Vec<Instance>,
    /// Sums of the counters of processes that have ended, by Deployment and counter.
    left: BTreeMap<String, BTreeMap<String, f64>>,
}

async fn processes(State(app): State<App>) -> Json<Processes> {
    let snapshot = app.handle.snapshots.borrow().clone();
    let all = snapshot.deployments.iter();
    Json(Processes {
        queue_url: app.queue_url,
        processes: all.clone().flat_map(|(_, status)| status.instances.clone()).collect(),
        left: all.map(|(name, status)| (name.clone(), status.left.clone())).collect(),
    })
}
