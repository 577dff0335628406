//! Calls that list and retire the workers of a queue.

use axum::Json;
use axum::extract::State;
use broker::workers::Held;
use broker::{Time, Worker};
use serde::Serialize;
use serde_json::{Value, json};

use super::app::App;
use crate::api_error::ApiError;
use crate::extract::{Named, NamedWorker};
use crate::wire;

/// The answer to `GET workers`.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Serialize)]
pub struct Workers {
    pub workers: Vec<WorkerJson>,
    pub nameless_leases: usize,
}

/// A worker in the answer to `GET workers`.
#[derive(Debug, Serialize)]
pub struct WorkerJson {
    name: String,
    leases: usize,
    since: Option<String>,
    taken: u64,
    done: u64,
    retired: bool,
    held: Vec<HeldJson>,
}

/// A worker's lease: how long the worker has had it, and how long it lasts unless extended.
#[derive(Debug, Serialize)]
struct HeldJson {
    for_s: f64,
    ends_s: f64,
}

/// The most leases that are listed for one worker; `leases` counts all.
const MOST_HELD: usize = 100;

impl WorkerJson {
    /// Converts a worker at the broker's time `now`, which is `wall` in milliseconds since 1970.
    pub fn new(worker: &Worker, now: Time, wall: u64) -> WorkerJson {
        let ago = |since| now.saturating_sub(since).as_millis() as u64;
        WorkerJson {
            name: worker.name.to_string(),
            leases: worker.leases,
            since: worker.since.map(|since| wire::rfc3339(wall.saturating_sub(ago(since)))),
            taken: worker.taken,
            done: worker.done,
            retired: worker.retired,
            held: worker
                .held
                .iter()
                .take(MOST_HELD)
                .map(|held| HeldJson::new(*held, now))
                .collect(),
        }
    }
}

impl HeldJson {
    fn new(held: Held, now: Time) -> HeldJson {
        let seconds = |time: Time| time.as_millis() as f64 / 1000.0;
        HeldJson {
            for_s: seconds(now.saturating_sub(held.since)),
            ends_s: seconds(held.until.saturating_sub(now)),
        }
    }
}

/// `GET workers`: lists the workers that had a lease in the last 60 s, sorted by name.
pub(super) async fn list(
    State(app): State<App>,
    Named(name): Named,
) -> Result<Json<Workers>, ApiError> {
    let wall = app.hub.wall_clock();
    let listed = app.hub.call(|broker, now| {
        let nameless_leases = broker.stats(now, &name)?.nameless_leases;
        Some((broker.workers(now, &name)?, nameless_leases, now))
    });
    let (workers, nameless_leases, now) = listed.ok_or(ApiError::UnknownQueue(name))?;
    let workers = workers.iter().map(|worker| WorkerJson::new(worker, now, wall)).collect();
    Ok(Json(Workers { workers, nameless_leases }))
}

/// `POST workers/NAME/retire`: retires a worker, which then gets no message for 10 s.
pub(super) async fn retire(
    State(app): State<App>,
    Named(name): Named,
    NamedWorker(worker): NamedWorker,
) -> Result<Json<Value>, ApiError> {
    app.hub.admit(&name)?;
    let leases = app.hub.call(|broker, now| broker.retire(now, &name, &worker));
    Ok(Json(json!({ "name": &*worker, "leases": leases })))
}
