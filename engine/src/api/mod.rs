//! The engine over HTTP.
//!
//! # Layout
//! - [`guard`]: who may ask, and under which name
//! - [`gateway`]: the way by which a container's host comes in
//! - [`scale`]: reading and setting a Deployment's replicas
//! - `wishes`: what else may be wished
//! - `config`: the annotations, read and edited
//! - `scenario`: playing a scenario's steps
//! - `ghosts`: what others would have done
//! - [`events`]: the state as it changes
//! - [`error`]: what is answered when something is wrong

mod config;
pub mod error;
pub mod events;
pub mod gateway;
mod ghosts;
pub mod guard;
pub mod scale;
mod scenario;
mod wishes;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Serialize;
use service::Shutdown;
use tokio::sync::Notify;

use crate::audience;
use crate::board::state;
use crate::control_loop::Handle;
use crate::ghosts::Ghosts;
use crate::page;
use crate::presenter::Presenter;
use crate::schedulers::Instance;
use guard::Doorkeeper;

/// What all handlers share.
#[derive(Debug, Clone)]
pub struct App {
    /// The loop.
    pub handle: Handle,
    /// What others would have done.
    pub ghosts: Ghosts,
    /// Who plays scenarios.
    pub presenter: Presenter,
    /// Ends streams, which would otherwise never end.
    pub shutdown: Shutdown,
    /// Told when the page is opened.
    pub opened: Arc<Notify>,
    /// The queue server's address.
    pub queue_url: String,
    /// The manifest as it is written; none on a cluster.
    pub manifest: Option<Arc<str>>,
    /// Who may ask, and under which name.
    pub doorkeeper: Arc<Doorkeeper>,
}

/// The API and the page. `/metrics`, `/livez` and `/readyz` are no part of it: scrapers and
/// probes come under other names.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/v1/state", get(state))
        .route("/api/v1/events", get(events::events))
        .route("/api/v1/processes", get(processes))
        .route("/api/v1/deployments/{name}/scale", get(scale::read).put(scale::write))
        .route("/api/v1/workloads/{name}/kill", post(wishes::kill))
        .route("/api/v1/hold", put(wishes::hold))
        .route("/api/v1/burst", post(wishes::burst))
        .route("/api/v1/reset", post(wishes::reset))
        .route("/page/audience.svg", get(audience::code::drawing))
        .route("/api/v1/workloads/{name}/pause", put(config::pause))
        .route("/api/v1/config", get(config::read).put(config::write).delete(config::back))
        .route("/api/v1/config/demo.yaml", get(config::manifest))
        .route("/api/v1/config/annotate", get(config::annotate))
        .route("/api/v1/ghosts", get(ghosts::ghosts))
        .route("/api/v1/scenario", put(scenario::play).delete(scenario::stop))
        .route("/api/v1/scenario/next", post(scenario::next))
        .route("/api/v1/scenario/end", post(scenario::end))
        .route("/api/v1/scenario/previous", post(scenario::previous))
        .route("/page/stream", get(events::page))
        .merge(page::router(app.opened.clone()))
        .fallback(error::no_such_path)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(axum::middleware::from_fn_with_state(app.doorkeeper.clone(), guard::guard))
        .with_state(app)
}

async fn state(State(app): State<App>) -> Json<state::State> {
    Json(app.handle.moments.borrow().state.clone())
}

/// The processes behind the Deployments.
#[derive(Debug, Serialize)]
struct Processes {
    queue_url: String,
    processes: Vec<Instance>,
    /// Counters of those that left, by Deployment and name.
    left: BTreeMap<String, BTreeMap<String, f64>>,
}

async fn processes(State(app): State<App>) -> Json<Processes> {
    let moment = app.handle.moments.borrow().clone();
    let all = moment.deployments.iter();
    Json(Processes {
        queue_url: app.queue_url,
        processes: all.clone().flat_map(|(_, status)| status.instances.clone()).collect(),
        left: all.map(|(name, status)| (name.clone(), status.left.clone())).collect(),
    })
}
