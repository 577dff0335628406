//! Answers that do not end: events as they happen, until the engine leaves.

use std::convert::Infallible;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use service::Shutdown;

/// What keeps those in between from holding events back. nginx gathers what a server answers until
/// it has some kilobytes, unless the answer itself says no; others compress it, or keep it.
const AS_IT_COMES: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
];

/// The only way to answer with a stream.
#[expect(clippy::disallowed_methods, reason = "all others have to come here")]
pub fn answer(shutdown: Shutdown, events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let until = Box::pin(async move { shutdown.wait().await });
    let events = events.map(Ok::<_, Infallible>).take_until(until);
    (AS_IT_COMES, Sse::new(events).keep_alive(KeepAlive::default())).into_response()
}
