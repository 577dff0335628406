//! The report of a recording, for a file and for the page of a replay.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::Markup;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use web::ApiError;

use super::load::{Rivals, stage};
use super::made::{Made, ROUTE, Source};
use super::page::page;
use super::reader::Reader;
use super::run::Run;
use crate::comparison::answer::Answer;
use crate::record::recording::{Bad, Recording};

/// The report of a recording: of its longest run, because a reset before a talk or after it begins
/// another run.
#[derive(Debug)]
pub struct Recorded {
    run: Run,
    rivals: Rivals,
    source: Source,
}

impl Recorded {
    /// Reads the runs of a recording and simulates other autoscalers on the longest one; this takes
    /// about a second. `file` is the recording's path, as it was given.
    ///
    /// # Errors
    /// The first line whose data are damaged.
    pub fn new(recording: &Recording, file: &str) -> Result<Recorded, Bad> {
        let mut reader = Reader::default();
        let mut runs: Vec<Run> = Vec::new();
        for (i, piece) in recording.pieces().enumerate() {
            let before = reader.take(piece).map_err(|text| Bad { line: i + 1, text })?;
            runs.extend(before);
        }
        runs.extend(reader.run);
        let count = runs.len();
        let longest = runs.into_iter().reduce(|a, b| if b.length() > a.length() { b } else { a });
        let run = longest.unwrap_or_default();
        let rivals = stage(&run).and_then(|stage| Answer::played(&stage));
        let (file, cut) = (file.to_owned(), recording.cut());
        Ok(Recorded { run, rivals, source: Source::Recording { file, runs: count, cut } })
    }

    /// The page, and when it was made.
    pub fn page(&self, now: SystemTime) -> (Made, Markup) {
        let made = Made::at(now, self.source.clone());
        let page = page(&self.run, &self.rivals, &made);
        (made, page)
    }
}

/// The report of the recording that is replayed, made when somebody asks first.
#[derive(Debug, Clone)]
pub struct OfReplay {
    recording: Arc<Recording>,
    file: Arc<str>,
    recorded: Arc<OnceCell<Result<Recorded, Bad>>>,
}

impl OfReplay {
    /// The report of a recording; `file` is the recording's path, as it was given.
    pub fn new(recording: Arc<Recording>, file: &str) -> OfReplay {
        OfReplay { recording, file: file.into(), recorded: Arc::default() }
    }

    /// The route `/api/v1/report`.
    pub fn router(self) -> Router {
        Router::new().route(ROUTE, get(report)).with_state(self)
    }
}

/// `GET /api/v1/report`: the report of the whole recording, however far it was replayed.
async fn report(State(of): State<OfReplay>) -> Result<Response, ApiError> {
    let (recording, file) = (of.recording.clone(), of.file.clone());
    let make = async || {
        let made = spawn_blocking(move || Recorded::new(&recording, &file)).await;
        made.unwrap_or_else(|_| Err(Bad { line: 1, text: "it could not be read".to_owned() }))
    };
    match of.recorded.get_or_init(make).await {
        Ok(recorded) => {
            let (made, page) = recorded.page(SystemTime::now());
            Ok(made.answer(page))
        }
        Err(bad) => Err(ApiError::conflict(format!("the recording has no report: {bad}"))),
    }
}
