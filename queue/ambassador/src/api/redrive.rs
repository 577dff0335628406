//! `POST redrive`: dead messages go back to the queue where they died, or to the queue `to`.
//!
//! Between an upstream queue and another queue each message is received, published to the other
//! queue, and then acked. A failure leaves it in both queues rather than in none.

use std::sync::Arc;
use std::time::Duration;

use ::queue::ApiError;
use ::queue::api::queues::Where;
use ::queue::extract::{self, Asked};
use axum::http::{StatusCode, Uri};
use broker::{QueueName, RedriveError, Request};
use serde_json::json;

use super::answer::{Answer, Answered};
use crate::error::Failure;
use crate::front::settle::End;
use crate::front::{Front, Others};
use crate::queues::Queues;

/// How long moving one message may take before another receiver gets it.
const LEASE: Duration = Duration::from_secs(30);

const ONE: Request = Request { max: 1, lease: Some(LEASE), worker: None };

/// Moves messages from an upstream queue, at most as many as are ready now.
pub(super) async fn from_upstream(queues: &Arc<Queues>, front: &Arc<Front>, uri: &Uri) -> Answered {
    let (to, max) = target(queues, &front.name, uri)?;
    let ready = front.seen().await?.levels.numbers.ready;
    let mut redriven = 0;
    while redriven < ready.min(max) {
        let handover = front.receive(&ONE, Duration::ZERO, std::future::pending()).await?;
        let Some(delivery) = handover.deliveries().first() else { break };
        let key = format!("redriven-{}-{}", front.name, delivery.receipt.id);
        queues.deliver(&to, delivery.body.clone(), &key).await?;
        front.end(&delivery.receipt.to_string(), End::Move).await?;
        redriven += 1;
    }
    Answer::json(StatusCode::OK, &json!({ "redriven": redriven }))
}

/// Moves messages from a queue in memory to an upstream queue; `None` if the target is in memory,
/// too, so that the kit's own handler can do it.
pub(super) async fn from_memory(
    queues: &Arc<Queues>,
    name: &QueueName,
    uri: &Uri,
) -> Result<Option<axum::http::Response<Answer>>, Failure> {
    // The kit's handler says what is wrong with the arguments.
    let Ok((to, max)) = target(queues, name, uri) else { return Ok(None) };
    let Some(front) = queues.front(&to) else { return Ok(None) };
    let hub = &queues.hub;
    let ready = hub.call(|broker, now| broker.stats(now, name).map_or(0, |it| it.ready as u64));
    let mut redriven = 0;
    while redriven < ready.min(max) {
        let none = std::future::pending();
        let handover = hub.receive(name, ONE, Duration::ZERO, none).await;
        let Some(delivery) = handover.deliveries().first() else { break };
        let key = format!("redriven-{name}-{}", delivery.id);
        front.take_over(delivery.body.clone(), &key).await?;
        // Its delivery has not ended meanwhile, or somebody else has it now and moves it again.
        let _ = hub.call(|broker, now| broker.ack(now, name, delivery.receipt));
        redriven += 1;
    }
    Answer::json(StatusCode::OK, &json!({ "redriven": redriven })).map(Some)
}

/// Where the messages go, and how many at most.
fn target(queues: &Queues, name: &QueueName, uri: &Uri) -> Result<(QueueName, u64), Failure> {
    let Asked(Where { to, max }) = Asked::of(uri)?;
    let max = extract::any_max(max.as_deref())? as u64;
    let to = match to {
        Some(to) => to.parse().map_err(ApiError::from)?,
        None => died_in(queues, name).map_err(ApiError::from)?,
    };
    if to == *name {
        return Err(ApiError::from(RedriveError::Here(to)).into());
    }
    Ok((to, max))
}

fn died_in(queues: &Queues, name: &QueueName) -> Result<QueueName, RedriveError> {
    let mut all = queues.dying_into(name).into_iter();
    match (all.next(), all.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(RedriveError::Nowhere(name.clone())),
        _ => Err(RedriveError::Anywhere(name.clone())),
    }
}
