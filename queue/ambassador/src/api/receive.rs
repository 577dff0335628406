//! Receiving messages, at once or after a wait.

use std::sync::Arc;

use ::queue::ApiError;
use ::queue::api::receive::{Arguments, BODY};
use ::queue::extract::{self, Asked, Incoming};
use ::queue::wire::{Given, Received};
use axum::http::{Request, StatusCode};
use service::Shutdown;

use super::answer::{Answer, Answered};
use crate::front::Front;
use crate::table::Delivery;

/// `POST messages/receive`: delivers messages, or waits for them up to `wait_s` seconds.
pub(super) async fn receive<B: Incoming>(
    front: &Arc<Front>,
    request: Request<B>,
    shutdown: &Shutdown,
) -> Answered {
    let Asked(asked) = Asked::<Arguments>::of(request.uri())?;
    let (wanted, wait) = (asked.request()?, asked.wait()?);
    // If the body were left unread, hyper would not notice when the client hangs up.
    extract::read(request.into_body(), BODY).await?;
    let handover = front.receive(&wanted, wait, shutdown.wait()).await?;
    let messages = handover.deliveries().iter().map(given).collect();
    let json = serde_json::to_vec(&Received { messages, retired: handover.retired });
    // If serializing failed, dropping the handover would hand the messages back.
    let json = json.map_err(|error| ApiError::Unwritable(error.to_string()))?;
    Ok(Answer::typed(StatusCode::OK, Answer::Messages(handover.into_body(json.into()))))
}

fn given(delivery: &Delivery) -> Given<'_> {
    Given {
        id: delivery.receipt.id.to_string(),
        receipt: delivery.receipt.to_string(),
        attempts: delivery.attempts,
        enqueued_at: delivery.enqueued_at.clone(),
        content: delivery.body[..].into(),
    }
}
