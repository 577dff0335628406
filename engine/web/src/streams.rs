//! Server-sent events, which end when the engine shuts down.

use std::convert::Infallible;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use service::Shutdown;

/// Headers that keep proxies from holding events back. nginx buffers some kilobytes of an answer
/// unless a header forbids it; other proxies compress answers, or cache them.
const AS_IT_COMES: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
];

/// Answers with a stream of events that ends at the shutdown. All streams must use this function.
#[expect(clippy::disallowed_methods, reason = "all others have to call this")]
pub fn answer(shutdown: Shutdown, events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let until = Box::pin(async move { shutdown.wait().await });
    let events = events.map(Ok::<_, Infallible>).take_until(until);
    (AS_IT_COMES, Sse::new(events).keep_alive(KeepAlive::default())).into_response()
}
