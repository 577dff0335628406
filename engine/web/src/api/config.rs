//! Reads and edits the annotations.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::configure::overview::Overview;
use model::configure::{Change, yaml};
use model::scheduler::ScaleError;
use runtime::control_loop::Command;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::extract::{Answer, Body, By, Name, body};
use crate::app::App;
use crate::error::ApiError;

/// How long an answer waits until the engine sees the edit; on Kubernetes this takes less time.
const SEEN: Duration = Duration::from_secs(2);

/// The configuration of a run.
#[derive(Debug, Serialize)]
struct Configuration<'a> {
    run: String,
    #[serde(flatten)]
    overview: &'a Overview,
}

/// `GET /api/v1/config`: all annotations, the resulting settings, and the edits; with an ETag.
pub(super) async fn read(State(app): State<App>, headers: HeaderMap) -> Response {
    let overview = until(&app, |overview| overview.version > 0).await;
    let tag = format!("\"{}-{}\"", run(&app), overview.version);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::ETAG, tag)], answer(&app, &overview)).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    changes: Vec<Change>,
}

/// `PUT /api/v1/config` with `{"changes": [{"deployment": "consumer", "annotations":
/// {"microscaling.com/max-delta": "2"}}]}`: makes all changes or none; null removes an annotation.
pub(super) async fn write(State(app): State<App>, By(by): By, asked: Body) -> Answer {
    let example = r#"{"changes": [{"deployment": "consumer", "annotations": {..}}]}"#;
    let Edit { changes } = body(asked, example)?;
    let changes = merged(changes);
    app.handle.command(by, Command::Configure(changes.clone())).await.map_err(refusal)?;
    let overview = until(&app, |overview| overview.has(&changes)).await;
    Ok(answer(&app, &overview))
}

/// `DELETE /api/v1/config`: restores the annotations to what the engine saw first.
pub(super) async fn back(State(app): State<App>, By(by): By) -> Answer {
    app.handle.command(by, Command::Defaults).await.map_err(refusal)?;
    let overview = until(&app, |overview| overview.differs.is_empty()).await;
    Ok(answer(&app, &overview))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pause {
    paused: bool,
}

/// `PUT /api/v1/workloads/{name}/pause` with `{"paused": true}`: stops scaling the workload.
pub(super) async fn pause(
    State(app): State<App>,
    By(by): By,
    Name(workload): Name,
    asked: Body,
) -> Answer {
    let Pause { paused } = body(asked, r#"{"paused": true}"#)?;
    let command = Command::Pause { workload: workload.clone(), paused };
    app.handle.command(by, command).await.map_err(refusal)?;
    let is = |overview: &Overview| {
        let mut all = overview.workloads.iter();
        all.any(|it| it.deployment == workload && it.settings.paused == paused)
    };
    until(&app, is).await;
    Ok(Json(json!({ "paused": paused })))
}

/// `GET /api/v1/config/demo.yaml`: a manifest that gives this configuration.
pub(super) async fn manifest(State(app): State<App>) -> Response {
    let overview = until(&app, |overview| overview.version > 0).await;
    let text = match &app.manifest {
        Some(text) => yaml::edited(text, &overview.complete()),
        None => {
            let namespace = namespace(&app).unwrap_or_else(|| "default".to_owned());
            overview.kit_manifest(&namespace)
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/yaml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"demo.yaml\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

/// `GET /api/v1/config/annotate`: shell commands that give this configuration.
pub(super) async fn annotate(State(app): State<App>) -> Response {
    let overview = until(&app, |overview| overview.version > 0).await;
    let namespace = namespace(&app).filter(|namespace| namespace != "default");
    let text = overview.annotate_lines(namespace.as_deref());
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, text).into_response()
}

/// Waits until `holds` is true of the overview; after [`SEEN`], returns the latest one anyway.
async fn until(app: &App, holds: impl Fn(&Overview) -> bool) -> Arc<Overview> {
    let mut overviews = app.handle.overviews.clone();
    if let Ok(Ok(overview)) = timeout(SEEN, overviews.wait_for(|it| holds(it))).await {
        return overview.clone();
    }
    app.handle.overviews.borrow().clone()
}

fn answer(app: &App, overview: &Overview) -> Json<Value> {
    Json(json!(Configuration { run: run(app), overview }))
}

fn run(app: &App) -> String {
    app.handle.snapshots.borrow().state.run.clone()
}

fn namespace(app: &App) -> Option<String> {
    app.handle.snapshots.borrow().state.namespace.clone()
}

/// The answer to a refused edit. A missing permission is 403 here, but 409 for other commands.
fn refusal(error: ScaleError) -> ApiError {
    match error {
        ScaleError::Forbidden(text) => ApiError::forbidden(text),
        other => other.into(),
    }
}

/// Merges all changes of each Deployment; a later value replaces an earlier one.
fn merged(changes: Vec<Change>) -> Vec<Change> {
    let mut merged: Vec<Change> = Vec::new();
    for change in changes {
        match merged.iter_mut().find(|known| known.deployment == change.deployment) {
            Some(known) => known.annotations.extend(change.annotations),
            None => merged.push(change),
        }
    }
    merged
}
