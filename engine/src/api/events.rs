//! The state as it changes, as server-sent events. An event's id is `RUN-SEQ`.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use tokio_stream::wrappers::WatchStream;

use super::App;
use crate::board::Snapshot;

/// `GET /api/v1/events`: the same JSON as `/api/v1/state`, at once and after each change.
pub async fn events(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    stream(app, |_, moment| serde_json::to_string(&moment.state).unwrap_or_default())
}

/// A stream of moments, each put into words by `words`; it ends when the engine leaves.
pub fn stream(
    app: App,
    words: impl Fn(&App, &Snapshot) -> String + Send + 'static,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let moments = WatchStream::new(app.handle.moments.clone());
    let shutdown = app.shutdown.clone();
    let events = moments.map(move |moment: Arc<Snapshot>| {
        let id = format!("{:08x}-{}", app.run, moment.seq);
        Ok(Event::default().id(id).data(words(&app, &moment)))
    });
    let until = Box::pin(async move { shutdown.wait().await });
    Sse::new(events.take_until(until)).keep_alive(KeepAlive::default())
}
