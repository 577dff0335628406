//! The JSON that goes over the line, as the queue documents it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The answer to a publish.
#[derive(Debug, Deserialize)]
pub(crate) struct Published {
    pub(crate) ids: Vec<String>,
}

/// The answer to a receive.
#[derive(Debug, Deserialize)]
pub(crate) struct Received {
    pub(crate) messages: Vec<RawMessage>,
}

/// A delivery as it is sent: text where the bytes are UTF-8, else base64.
#[derive(Debug, Deserialize)]
pub(crate) struct RawMessage {
    id: String,
    receipt: String,
    attempts: u32,
    body: Option<String>,
    body_base64: Option<String>,
}

/// A message that was given to us under a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub id: String,
    /// The right to end this delivery.
    pub receipt: String,
    /// How often it was given out, this time included.
    pub attempts: u32,
    /// The bytes as they were published.
    pub body: Vec<u8>,
}

impl RawMessage {
    pub(crate) fn into_message(self) -> Result<Message, String> {
        let body = match (self.body, self.body_base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(base64)) => STANDARD.decode(base64).map_err(|e| e.to_string())?,
            _ => return Err("a message needs either body or body_base64".to_owned()),
        };
        Ok(Message { id: self.id, receipt: self.receipt, attempts: self.attempts, body })
    }
}

/// Ends several deliveries.
#[derive(Debug, Serialize)]
pub(crate) struct Receipts<'a> {
    pub(crate) receipts: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
}

/// What became of each of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Results {
    pub(crate) results: Vec<Outcome>,
}

/// What became of one.
#[derive(Debug, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) status: String,
}

/// Asks for more time.
#[derive(Debug, Serialize)]
pub(crate) struct Extend {
    pub(crate) lease_s: f64,
}

/// A queue at one moment. Counters restart with the queue's process.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct QueueStats {
    /// Messages that wait for a receiver.
    pub ready: u64,
    /// Messages with a receiver.
    pub in_flight: u64,
    /// Messages hidden until a time.
    pub delayed: u64,
    /// Messages taken in so far.
    pub published_total: u64,
    /// Messages done so far.
    pub acked_total: u64,
    /// Messages given up so far.
    pub dead_total: u64,
    /// Messages thrown away so far.
    pub purged_total: u64,
}

/// An error's body.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: Problem,
}

/// What the queue says was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// A short word for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}
