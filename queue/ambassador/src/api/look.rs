//! Calls that show messages, redeliveries and workers, and the retirement of a worker.

use std::sync::Arc;

use ::queue::api::look::story;
use ::queue::api::workers::{WorkerJson, Workers};
use ::queue::extract::{self, Asked, Max};
use ::queue::wire::{Messages, Seen, wall_clock};
use axum::http::{StatusCode, Uri};
use client::Shown;
use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use crate::error::Failure;
use crate::front::Front;

/// `GET messages`: shows the oldest messages, in any state and without receipts.
pub(super) async fn peek(front: &Arc<Front>, uri: &Uri) -> Answered {
    let max = Asked::<Max>::of(uri)?.0.or(10)?;
    if !front.capabilities().peek.is_possible() {
        let text = "this upstream shows a message only to who receives it";
        return Err(Failure::NotSupported(text.to_owned()));
    }
    let shown = front.peek(max).await?;
    let messages: Vec<_> = shown.iter().map(seen).collect();
    Answer::json(StatusCode::OK, &Messages { messages })
}

fn seen(shown: &Shown) -> Seen<'_> {
    let state = match shown.state.as_str() {
        "delayed" => "delayed",
        "in_flight" => "in_flight",
        _ => "ready",
    };
    Seen {
        id: shown.id.clone(),
        attempts: shown.attempts,
        enqueued_at: shown.enqueued_at.clone(),
        state,
        content: shown.body[..].into(),
    }
}

/// `GET redelivered`: who lost a message, why, who got it next, and who did it; newest first.
pub(super) fn redelivered(front: &Arc<Front>, uri: &Uri) -> Answered {
    let max = Asked::<Max>::of(uri)?.0.or(20)?;
    let stories: Vec<Value> = front.call(|table, _| table.stories().take(max).map(story).collect());
    Answer::json(StatusCode::OK, &json!({ "redelivered": stories }))
}

/// `GET workers`: the workers with leases, and those that had one in the last 60 s.
pub(super) fn workers(front: &Arc<Front>) -> Answered {
    let wall = wall_clock();
    let workers = front.call(|table, now| Workers {
        workers: table.workers(now).iter().map(|it| WorkerJson::new(it, now, wall)).collect(),
        nameless_leases: table.busy().1,
    });
    Answer::json(StatusCode::OK, &workers)
}

/// `POST workers/NAME/retire`: this worker gets no message for 10 s.
pub(super) fn retire(front: &Arc<Front>, worker: &str) -> Answered {
    let worker = extract::worker(worker)?;
    let leases = front.retire(&worker);
    Answer::json(StatusCode::OK, &json!({ "name": &*worker, "leases": leases }))
}
