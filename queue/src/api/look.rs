//! Calls that show messages and redeliveries without changing anything.

use std::fmt::Display;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use broker::{Redelivery, ReturnReason};
use serde_json::{Value, json};

use super::app::App;
use crate::api_error::ApiError;
use crate::extract::{Asked, Max, Named};
use crate::wire::{Messages, Seen};

/// `GET messages`: shows the oldest messages, in any state and without receipts.
pub(super) async fn peek(
    State(app): State<App>,
    Named(name): Named,
    Asked(asked): Asked<Max>,
) -> Result<Response, ApiError> {
    let max = asked.or(10)?;
    let peeked = app.hub.call(|broker, _| broker.peek(&name, max));
    let peeked = peeked.ok_or(ApiError::UnknownQueue(name))?;
    let messages: Vec<Seen> = peeked.iter().map(Seen::from).collect();
    Ok(Json(Messages { messages }).into_response())
}

/// `GET redelivered`: shows the last redelivered messages, newest first, each with the worker that
/// lost it, the worker that got it next, and the worker that acked it.
pub(super) async fn redelivered(
    State(app): State<App>,
    Named(name): Named,
    Asked(asked): Asked<Max>,
) -> Result<Json<Value>, ApiError> {
    let max = asked.or(20)?;
    let stories = app.hub.call(|broker, _| broker.redelivered(&name, max));
    let stories = stories.ok_or(ApiError::UnknownQueue(name))?;
    let stories: Vec<Value> = stories.iter().map(story).collect();
    Ok(Json(json!({ "redelivered": stories })))
}

/// The JSON of a redelivery.
pub fn story<I: Display>(story: &Redelivery<I>) -> Value {
    json!({
        "id": story.id.to_string(),
        "worker": story.worker.as_deref(),
        "reason": reason(story.reason),
        "after_s": story.after().map(|after| after.as_secs_f64()),
        "next_worker": story.next_worker.as_deref(),
        "done": story.done.is_some(),
        "done_by": story.done.as_ref().and_then(|by| by.as_deref()),
    })
}

fn reason(reason: ReturnReason) -> &'static str {
    match reason {
        ReturnReason::LeaseExpired => "expired",
        ReturnReason::Nacked => "handed_back",
        ReturnReason::Released => "released",
    }
}
