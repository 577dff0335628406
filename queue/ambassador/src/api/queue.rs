//! Calls on a whole queue: its numbers and settings, purge, pause, and the list of queues.

use std::sync::Arc;

use ::queue::api::queues::SettingsJson;
use ::queue::extract::{self, Incoming};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use broker::{QueueName, Stats};
use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use crate::error::Failure;
use crate::front::{Front, Seen};
use crate::queues::Queues;

/// `GET` on a queue: its numbers, what it can do, and its settings. What is not known is null.
pub(super) async fn show(front: &Arc<Front>) -> Answered {
    let seen = front.seen().await?;
    Answer::json(StatusCode::OK, &numbers(front, &seen))
}

fn numbers(front: &Front, seen: &Seen) -> Value {
    let (levels, total) = (&seen.levels, &seen.totals);
    let numbers = &levels.numbers;
    json!({
        "name": front.name.as_str(),
        "clock_s": seen.clock.as_secs_f64(),
        "ready": numbers.ready,
        "in_flight": numbers.in_flight,
        "delayed": levels.delayed,
        "waiting": seen.waiting,
        "busy_workers": seen.busy_workers,
        "nameless_leases": seen.nameless_leases,
        "ack_p90_s": seen.ack_p90.map(|time| time.as_secs_f64()),
        "bytes": levels.bytes,
        "idempotency_keys": Value::Null,
        "paused": seen.paused,
        "oldest_age_s": levels.oldest_age.map(|age| age.as_secs_f64()),
        "published_total": seen.published,
        "publish_replayed_total": total.replayed,
        "delivered_total": total.delivered,
        "undelivered_total": total.undelivered,
        "acked_total": total.acked + total.redriven,
        "nacked_total": total.nacked,
        "released_total": total.released,
        "lease_expired_total": total.lease_expired,
        "dead_total": total.dead,
        "purged_total": total.purged,
        "expired_total": numbers.expired_total,
        "receive_empty_total": total.receive_empty,
        "capabilities": front.capabilities(),
        "settings": settings(seen),
    })
}

/// The settings that are applied here, and the limits that the upstream applies.
fn settings(seen: &Seen) -> Value {
    let mut settings = json!(SettingsJson::from(&seen.settings));
    let limits = seen.levels.limits.unwrap_or_default();
    settings["max_depth"] = json!(limits.max_depth);
    settings["max_bytes"] = json!(limits.max_bytes);
    settings["max_message_bytes"] = json!(limits.max_message_bytes);
    settings["max_age_s"] = json!(limits.max_age.map(|age| age.as_secs_f64()));
    settings
}

/// `PUT` on a queue: replaces its settings. Settings that the body leaves out get their defaults.
pub(super) async fn configure<B: Incoming>(
    queues: &Queues,
    front: &Arc<Front>,
    request: Request<B>,
) -> Answered {
    let body = Body::new(request.into_body());
    let wanted = extract::json_or_empty::<SettingsJson>(body).await?.read()?;
    queues.check(&front.name, &wanted)?;
    front.configure(wanted.clone()).await?;
    Answer::json(StatusCode::OK, &SettingsJson::from(&wanted))
}

/// Checks the settings of a queue in memory; returns the same call.
pub(super) async fn checked<B: Incoming>(
    queues: &Queues,
    name: &QueueName,
    request: Request<B>,
) -> Result<Request<Body>, Failure> {
    let (head, body) = request.into_parts();
    let bytes = extract::read(body, extract::JSON).await?;
    // What is wrong with it otherwise is said by the kit's own handler.
    let read = extract::json_or_empty::<SettingsJson>(Body::from(bytes.clone())).await;
    if let Ok(wanted) = read.and_then(SettingsJson::read) {
        queues.check(name, &wanted)?;
    }
    Ok(Request::from_parts(head, Body::from(bytes)))
}

/// `POST purge`: deletes all messages of the upstream.
pub(super) async fn purge(front: &Arc<Front>) -> Answered {
    if !front.capabilities().purge.is_possible() {
        let text = "this upstream deletes no messages that were not received";
        return Err(Failure::NotSupported(text.to_owned()));
    }
    let purged = front.purge().await?;
    Answer::json(StatusCode::OK, &json!({ "purged": purged }))
}

/// `POST pause` and `POST resume`.
pub(super) fn pause(front: &Arc<Front>, paused: bool) -> Answered {
    front.pause(paused);
    Answer::json(StatusCode::OK, &json!({ "paused": paused }))
}

/// `GET /v1/queues`: all queues, sorted by name. The numbers of an upstream that fails are null.
pub(super) async fn list(queues: &Queues) -> Answered {
    let mut all: Vec<(String, Value)> = queues.hub.call(|broker, now| {
        let line = |(name, stats): (&QueueName, Stats)| {
            let Stats { ready, in_flight, delayed, .. } = stats;
            (name.to_string(), line(name, [ready, in_flight, delayed].map(|it| Some(it as u64))))
        };
        broker.all_stats(now).map(line).collect()
    });
    for front in queues.fronts() {
        let counts = match front.seen().await {
            Ok(Seen { levels, .. }) => {
                [levels.numbers.ready, levels.numbers.in_flight, levels.delayed].map(Some)
            }
            Err(_) => [None; 3],
        };
        all.push((front.name.to_string(), line(&front.name, counts)));
    }
    all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let lines: Vec<Value> = all.into_iter().map(|(_, line)| line).collect();
    Answer::json(StatusCode::OK, &json!({ "queues": lines }))
}

fn line(name: &QueueName, [ready, in_flight, delayed]: [Option<u64>; 3]) -> Value {
    json!({"name": name.as_str(), "ready": ready, "in_flight": in_flight, "delayed": delayed})
}
