//! Calls on deliveries: ack, nack, release, and lease extensions.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use broker::{Broker, QueueName, Receipt, Stale, Time};
use serde::{Deserialize, Serialize};

use super::app::App;
use super::reply::Reply;
use crate::api_error::ApiError;
use crate::extract::{self, Held, Incoming, Named};
use crate::wire;

/// The body of an ack or a release.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    pub receipts: Vec<String>,
}

/// The body of a nack.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nacks {
    pub receipts: Vec<String>,
    #[serde(default)]
    pub delay_ms: u64,
}

/// The body of a lease extension.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    pub lease_s: f64,
}

/// The answer to a call with several receipts: the result for each of them.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Serialize)]
pub struct Results {
    pub results: Vec<Outcome>,
}

/// What became of one receipt: the status is `ok` or `stale`.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Serialize)]
pub struct Outcome {
    pub receipt: String,
    pub status: &'static str,
}

/// The answer to a lease extension; `deadline` is the time when the lease ends.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Serialize)]
pub struct Extended {
    pub receipt: String,
    pub lease_s: f64,
    pub deadline: String,
}

/// `POST messages/ack`: acks messages, because their jobs are done.
pub(super) async fn ack_all<B: Incoming>(
    app: &App,
    name: &QueueName,
    body: B,
) -> Result<Response<Reply>, ApiError> {
    let Receipts { receipts } = extract::json(body).await?;
    let Json(results) = settle(app, receipts, |broker, now, it| broker.ack(now, name, it));
    Reply::json(StatusCode::OK, &results)
}

/// `POST messages/nack`: hands messages back as failed attempts.
pub(super) async fn nack_all(
    State(app): State<App>,
    Named(name): Named,
    body: Body,
) -> Result<Json<Results>, ApiError> {
    let Nacks { receipts, delay_ms } = extract::json(body).await?;
    let delay = extract::delay(Some(&delay_ms.to_string()))?;
    Ok(settle(&app, receipts, |broker, now, receipt| broker.nack(now, &name, receipt, delay)))
}

/// `POST messages/release`: hands messages back without counting the attempts.
pub(super) async fn release_all(
    State(app): State<App>,
    Named(name): Named,
    body: Body,
) -> Result<Json<Results>, ApiError> {
    let Receipts { receipts } = extract::json(body).await?;
    Ok(settle(&app, receipts, |broker, now, receipt| broker.release(now, &name, receipt)))
}

/// Ends the delivery of each receipt. A text that is not a receipt is reported as `stale`.
fn settle(
    app: &App,
    receipts: Vec<String>,
    end: impl Fn(&mut Broker, Time, Receipt) -> Result<(), Stale>,
) -> Json<Results> {
    let results = app.hub.call(|broker, now| {
        let outcome = |receipt: String| {
            let ended = receipt.parse().is_ok_and(|receipt| end(broker, now, receipt).is_ok());
            Outcome { receipt, status: if ended { "ok" } else { "stale" } }
        };
        receipts.into_iter().map(outcome).collect()
    });
    Json(Results { results })
}

/// `DELETE messages/RECEIPT`: acks one message.
pub(super) async fn ack(
    State(app): State<App>,
    Named(name): Named,
    held: Held,
) -> Result<StatusCode, ApiError> {
    let receipt = held.receipt.ok_or(Stale)?;
    app.hub.call(|broker, now| broker.ack(now, &name, receipt))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PATCH messages/RECEIPT`: extends a lease, so that it ends `lease_s` seconds from now.
pub(super) async fn extend(
    State(app): State<App>,
    Named(name): Named,
    held: Held,
    body: Body,
) -> Result<Json<Extended>, ApiError> {
    let Extension { lease_s } = extract::json(body).await?;
    let lease: Time = extract::lease(lease_s)?;
    let receipt = held.receipt.ok_or(Stale)?;
    app.hub.call(|broker, now| broker.extend(now, &name, receipt, lease))?;
    let deadline = wire::rfc3339(app.hub.wall_clock() + lease.as_millis() as u64);
    Ok(Json(Extended { receipt: held.text, lease_s, deadline }))
}
