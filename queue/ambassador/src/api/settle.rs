//! Calls on deliveries: ack, nack, release, and lease extensions.

use std::sync::Arc;
use std::time::Duration;

use ::queue::ApiError;
use ::queue::api::settle::{Extended, Extension, Nacks, Outcome, Receipts, Results};
use ::queue::extract::{self, Incoming};
use ::queue::wire::{rfc3339, wall_clock};
use axum::http::{Request, Response, StatusCode};
use futures::future::join_all;

use super::answer::{Answer, Answered};
use super::path::decoded;
use crate::error::Failure;
use crate::front::Front;
use crate::front::settle::{End, Way};

/// `POST messages/ack`, `nack` and `release`: ends the delivery of each receipt.
///
/// If the upstream fails for one of them, so does the call; those that it has confirmed by then are
/// stale in the next one.
pub(super) async fn end_all<B: Incoming>(
    front: &Arc<Front>,
    way: Way,
    request: Request<B>,
) -> Answered {
    let (receipts, end) = match way {
        Way::Ack => (receipts(request).await?, End::Ack),
        Way::Release => (receipts(request).await?, End::Release),
        Way::Nack => {
            let Nacks { receipts, delay_ms } = extract::json(request.into_body()).await?;
            (receipts, End::Nack(extract::delay(Some(&delay_ms.to_string()))?))
        }
    };
    front.can(end)?;
    let ended = receipts.into_iter().map(async |receipt| {
        let ended = front.end(&receipt, end).await;
        outcome(receipt, ended)
    });
    let results = join_all(ended).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    Answer::json(StatusCode::OK, &Results { results })
}

async fn receipts<B: Incoming>(request: Request<B>) -> Result<Vec<String>, Failure> {
    let Receipts { receipts } = extract::json(request.into_body()).await?;
    Ok(receipts)
}

fn outcome(receipt: String, ended: Result<(), Failure>) -> Result<Outcome, Failure> {
    match ended {
        Ok(()) => Ok(Outcome { receipt, status: "ok" }),
        Err(failure) if failure.is_stale() => Ok(Outcome { receipt, status: "stale" }),
        Err(failure) => Err(failure),
    }
}

/// `DELETE messages/RECEIPT`: acks one message.
pub(super) async fn ack(front: &Arc<Front>, receipt: &str) -> Answered {
    front.end(&decoded(receipt), End::Ack).await?;
    let mut answer = Response::new(Answer::Whole(None));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    Ok(answer)
}

/// `PATCH messages/RECEIPT`: extends a lease, so that it ends `lease_s` seconds from now.
pub(super) async fn extend<B: Incoming>(
    front: &Arc<Front>,
    receipt: &str,
    request: Request<B>,
) -> Answered {
    let Extension { lease_s } = extract::json(request.into_body()).await?;
    let lease: Duration = extract::lease(lease_s)?;
    if !front.capabilities().extend.is_possible() {
        let text = "this upstream cannot extend leases; receive with a lease that is long enough";
        return Err(Failure::NotSupported(text.to_owned()));
    }
    let receipt = decoded(receipt);
    front.extend(&receipt, lease).await?;
    let deadline = rfc3339(wall_clock() + lease.as_millis() as u64);
    Answer::json(StatusCode::OK, &Extended { receipt, lease_s, deadline })
}

impl Failure {
    fn is_stale(&self) -> bool {
        let stale = matches!(self, Failure::Upstream(client::Error::Stale(_)));
        stale || matches!(self, Failure::Api(ApiError::Stale(_)))
    }
}
