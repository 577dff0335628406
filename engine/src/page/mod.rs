//! The page: rendered here, kept live by server-sent events, no request to anywhere else.
//!
//! # Layout
//! - [`view`]: the page and its parts as HTML
//! - [`chart`]: the last minute as SVG
//! - `assets`: the style sheet and the script

pub mod chart;
pub mod view;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{Stream, StreamExt};
use tokio_stream::wrappers::WatchStream;

use crate::api::{App, events};
use crate::board::Snapshot;

const POLICY: &str = "default-src 'self'";
const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/app.js");

/// The page of the latest moment, so that many viewers cost one rendering.
#[derive(Debug, Clone, Default)]
pub struct Rendered(Arc<Mutex<Latest>>);

/// A rendering and the moment it shows.
#[derive(Debug, Default)]
struct Latest {
    seq: u64,
    parts: Arc<str>,
}

impl Rendered {
    /// The parts of the page as JSON: element ids and their HTML.
    pub fn parts(&self, moment: &Snapshot) -> Arc<str> {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.seq != moment.seq {
            let parts = view::parts(moment).into_iter();
            let parts: BTreeMap<_, _> = parts.map(|(id, html)| (id, html.into_string())).collect();
            let json = serde_json::to_string(&parts).unwrap_or_default();
            *latest = Latest { seq: moment.seq, parts: json.into() };
        }
        latest.parts.clone()
    }
}

/// The page, its assets and its events.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(index))
        .route("/style.css", get(async || asset("text/css; charset=utf-8", STYLE)))
        .route("/app.js", get(async || asset("text/javascript; charset=utf-8", SCRIPT)))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/page/events", get(page_events))
}

async fn index(State(app): State<App>) -> Response {
    app.opened.notify_one();
    let moment = app.handle.moments.borrow().clone();
    let html = view::page(&moment).into_string();
    let policy = HeaderName::from_static("content-security-policy");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (policy, HeaderValue::from_static(POLICY)),
    ];
    (headers, html).into_response()
}

fn asset(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    // Revalidated each time: after an update the page must not run with an older script.
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")], text)
}

async fn page_events(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let moments = WatchStream::new(app.handle.moments.clone());
    let rendered = app.rendered.clone();
    let parts = move |moment: Arc<Snapshot>| rendered.parts(&moment).to_string();
    events::until_the_end(&app, moments.map(move |moment| Event::default().data(parts(moment))))
}
