//! The state as server-sent events. An event's id is `RUN-SEQ`.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::Event;
use futures::{StreamExt, stream};
use runtime::feed::{Feed, Piece, Position};
use runtime::snapshots::Snapshot;
use serde::Deserialize;
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;

use crate::app::App;
use crate::streams;

/// The header in which a reconnecting browser names the last event that it received.
const LAST_EVENT_ID: &str = "last-event-id";

/// `GET /api/v1/events`: the same JSON as `/api/v1/state`, at once and after each change.
pub(super) async fn events(State(app): State<App>) -> Response {
    let snapshots = WatchStream::new(app.handle.snapshots.clone());
    streams::answer(
        app.shutdown,
        snapshots.map(|snapshot: Arc<Snapshot>| {
            let id = Position { run: snapshot.run, seq: snapshot.seq }.to_string();
            let state = serde_json::to_string(&snapshot.state).unwrap_or_default();
            Event::default().id(id).data(state)
        }),
    )
}

/// The query `?after=RUN-SEQ`: the last event that a page received; `None` for a new page.
#[derive(Debug, Deserialize)]
pub struct After {
    after: Option<String>,
}

/// `GET /page/stream`: events `snapshot`, which replaces everything, and `frame`, a change of at
/// most 4 KiB. `?after=RUN-SEQ` or the header `Last-Event-ID` names the last event received. If not
/// all frames since then are kept, or they are of another run, the stream begins with a snapshot.
pub(super) async fn page(
    State(app): State<App>,
    Query(after): Query<After>,
    headers: HeaderMap,
) -> Response {
    let (heard, feed) = (heard(after, &headers), app.handle.feed.clone());
    let listener = Listener { latest: feed.watch(), feed, heard, ready: VecDeque::new() };
    streams::answer(
        app.shutdown,
        stream::unfold(listener, Listener::next).map(|piece| event(&piece)),
    )
}

/// The last event that a page has received; `None` for a new page.
pub fn heard(After { after }: After, headers: &HeaderMap) -> Option<Position> {
    // A reconnecting browser repeats the old address, so the header is newer than `?after=`.
    let last = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok().map(str::to_owned));
    last.or(after).and_then(|text| text.parse().ok())
}

/// Converts a piece of the feed to a server-sent event.
pub fn event(piece: &Piece) -> Event {
    let (name, position, text) = match piece {
        Piece::Full(position, text) => ("snapshot", position, text),
        Piece::Frame(position, text) => ("frame", position, text),
    };
    Event::default().event(name).id(position.to_string()).data(text)
}

/// A page that is connected to the feed.
struct Listener {
    feed: Feed,
    latest: watch::Receiver<Position>,
    heard: Option<Position>,
    /// Pieces that are read but not sent yet.
    ready: VecDeque<Piece>,
}

impl Listener {
    /// Waits for the next piece of the feed; `None` once the feed has ended.
    async fn next(mut self) -> Option<(Piece, Listener)> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some((piece, self));
            }
            // The position is marked as seen before the feed is read, so that no frame is missed.
            self.latest.mark_unchanged();
            self.ready = self.feed.after(self.heard).into();
            match self.ready.back() {
                Some(Piece::Full(position, _) | Piece::Frame(position, _)) => {
                    self.heard = Some(*position);
                }
                None => self.latest.changed().await.ok()?,
            }
        }
    }
}
