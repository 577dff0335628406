//! Publishing one message or a batch.

use std::sync::Arc;

use ::queue::api::publish;
use ::queue::extract::{Incoming, Limit};
use ::queue::idempotency;
use axum::http::{Request, StatusCode};
use broker::NewMessage;
use client::TakenIn;
use serde_json::json;

use super::answer::{Answer, Answered};
use crate::front::Front;
use crate::upstream::{Batch, Once};

/// `POST messages`: publishes the body as one message, or each line as one.
pub(super) async fn publish<B: Incoming>(front: &Arc<Front>, request: Request<B>) -> Answered {
    let bytes = front.settings().max_message_bytes;
    let mend = "raise the queue's max_message_bytes or send a smaller message";
    let (messages, once) = publish::read(request, |_| Limit { bytes, mend }).await?;
    let has_key = once.is_some();
    let delay = messages.first().map(|first| first.delay).unwrap_or_default();
    let bodies = messages.into_iter().map(|NewMessage { body, .. }| body).collect();
    let once = once.map(|once| Once {
        key: once.key.0.iter().map(|byte| format!("{byte:02x}")).collect(),
        fingerprint: once.fingerprint.0,
    });
    let TakenIn { ids, total, replayed } = front.publish(Batch { bodies, delay, once }).await?;
    let json = if has_key {
        json!({ "ids": ids })
    } else {
        json!({ "ids": ids, "published_total": total })
    };
    let mut answer = Answer::json(StatusCode::CREATED, &json)?;
    if replayed {
        answer.headers_mut().extend([idempotency::replayed()]);
    }
    Ok(answer)
}
