//! Receiving messages, at once or after a wait.

use std::time::Duration;

use axum::http::{Request, Response, StatusCode};
use broker::QueueName;
use serde::Deserialize;

use super::app::App;
use super::reply::Reply;
use crate::api_error::ApiError;
use crate::extract::{self, Asked, Incoming, Limit};
use crate::hub::handover::Handover;
use crate::wire::{Given, Received};

/// The longest wait in seconds, which is less than the time limit of most proxies.
const MAX_WAIT: f64 = 20.0;

/// The size limit of a receive's body, which is read but not used.
pub const BODY: Limit = Limit { bytes: 64 << 10, mend: "a receive needs none" };

/// The arguments of a receive.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    max: Option<String>,
    wait_s: Option<String>,
    lease_s: Option<String>,
    worker: Option<String>,
}

/// `POST messages/receive`: delivers ready messages, or waits for them up to `wait_s` seconds.
pub(super) async fn receive<B: Incoming>(
    app: &App,
    name: &QueueName,
    request: Request<B>,
) -> Result<Response<Reply>, ApiError> {
    app.hub.admit(name)?;
    let Asked(asked) = Asked::<Arguments>::of(request.uri())?;
    let (wanted, wait) = (asked.request()?, asked.wait()?);
    // If the body were left unread, hyper would not notice when the client hangs up.
    extract::read(request.into_body(), BODY).await?;
    let handover = app.hub.receive(name, wanted, wait, app.shutdown.wait()).await;
    answer(handover)
}

impl Arguments {
    /// How many messages are asked for, by whom, and for how long.
    ///
    /// # Errors
    /// When an argument is out of its range.
    pub fn request(&self) -> Result<broker::Request, ApiError> {
        let number = |text: &String| text.parse().unwrap_or(f64::NAN);
        let lease = self.lease_s.as_ref().map(number).map(extract::lease).transpose()?;
        let worker = self.worker.as_deref().map(extract::worker).transpose()?;
        let max = extract::max(self.max.as_deref(), 1)?;
        Ok(broker::Request { max, lease, worker })
    }

    /// How long to wait for the first message.
    ///
    /// # Errors
    /// When it is not from 0 to 20 s.
    pub fn wait(&self) -> Result<Duration, ApiError> {
        let Some(text) = &self.wait_s else { return Ok(Duration::ZERO) };
        let seconds = text.parse().ok().filter(|seconds| (0.0..=MAX_WAIT).contains(seconds));
        seconds.map(Duration::from_secs_f64).ok_or_else(|| {
            let range = format!("wait_s must be a number from 0 to {MAX_WAIT}, not {text:?}");
            ApiError::BadArgument(range)
        })
    }
}

fn answer(handover: Handover) -> Result<Response<Reply>, ApiError> {
    let messages: Vec<Given> = handover.deliveries().iter().map(Given::from).collect();
    // Strings and numbers can always be serialized. If serializing failed nevertheless, dropping
    // the handover would put the messages back.
    let json = serde_json::to_vec(&Received { messages, retired: handover.retired });
    let json = json.map_err(|error| ApiError::Unwritable(error.to_string()))?;
    Ok(Reply::typed(StatusCode::OK, Reply::Messages(handover.into_body(json.into()))))
}
