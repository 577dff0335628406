//! The run of this engine since the last reset, and the route that makes its report.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use runtime::feed::{Feed, Piece};
use serde::Deserialize;
use web::ApiError;

use super::load::{Rivals, stage};
use super::made::{Made, ROUTE, Source};
use super::page::page;
use super::reader::Reader;
use super::run::Run;
use crate::comparison::Comparison;

/// Keeps the run of this engine since the last reset, at most its last hour. Clones share it.
#[derive(Debug, Clone)]
pub struct Keeper {
    reader: Arc<Mutex<Reader>>,
    comparison: Comparison,
}

impl Keeper {
    /// Keeps all that the feed sends from now on, in a task of its own, so that no tick waits.
    pub fn start(feed: Feed, comparison: Comparison) -> Keeper {
        let reader: Arc<Mutex<Reader>> = Arc::default();
        let keeper = Keeper { reader: reader.clone(), comparison };
        tokio::spawn(async move {
            let mut latest = feed.watch();
            let mut heard = None;
            loop {
                latest.mark_unchanged();
                for piece in feed.after(heard) {
                    let (Piece::Full(position, _) | Piece::Frame(position, _)) = &piece;
                    heard = Some(*position);
                    let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Err(error) = reader.take(&piece) {
                        tracing::error!("an event is missing in the report: {error}");
                    }
                }
                if latest.changed().await.is_err() {
                    return;
                }
            }
        });
        keeper
    }

    /// The route `/api/v1/report`.
    pub fn router(self) -> Router {
        Router::new().route(ROUTE, get(report)).with_state(self)
    }

    fn run(&self) -> Option<Run> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).run.clone()
    }

    /// The comparison that the page shows; for a part of the run, one of its own.
    async fn rivals(&self, run: &Run, is_part: bool) -> Rivals {
        if is_part {
            return self.comparison.of(&stage(run)?).await;
        }
        self.comparison.answer().await.map(|answer| (*answer).clone())
    }
}

/// The query of `GET /api/v1/report`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    /// The time at which the report begins, in seconds since the reset; without it, the whole run.
    since: Option<f64>,
}

/// `GET /api/v1/report`: the report of the run since the last reset, as an HTML file;
/// `?since=SECONDS` leaves out what came before. 409 before the first snapshot.
async fn report(
    State(keeper): State<Keeper>,
    part: Result<Query<Part>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wrong = || ApiError::bad_request("the query may be since=SECONDS, as in since=12.5");
    let Query(Part { since }) = part.map_err(|_| wrong())?;
    if since.is_some_and(|since| !since.is_finite() || since < 0.0) {
        return Err(wrong());
    }
    let run = keeper.run().ok_or_else(|| ApiError::conflict("the engine has just started"))?;
    let run = since.map_or_else(|| run.clone(), |since| run.since(since));
    let rivals = keeper.rivals(&run, since.is_some()).await;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let made = Made::at(SystemTime::now(), Source::Engine(host.to_owned()));
    let rendered = made.clone();
    // A long run takes some milliseconds, in which this thread could not answer others.
    let html = tokio::task::spawn_blocking(move || page(&run, &rivals, &rendered)).await;
    let html = html.map_err(|_| ApiError::conflict("the report could not be made"))?;
    Ok(made.answer(html))
}
