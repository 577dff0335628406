//! Messages and times in JSON.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use broker::{Delivery, Peeked, Place};
use bytes::Bytes;
use serde::Serialize;

/// A message's bytes: as text in `body` if they are UTF-8, else as base64 in `body_base64`.
#[derive(Debug, Serialize)]
pub enum Content<'a> {
    /// UTF-8.
    #[serde(rename = "body")]
    Text(&'a str),
    /// Any other bytes.
    #[serde(rename = "body_base64")]
    Base64(String),
}

impl<'a> From<&'a [u8]> for Content<'a> {
    fn from(bytes: &'a [u8]) -> Content<'a> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Content::Text(text),
            Err(_) => Content::Base64(STANDARD.encode(bytes)),
        }
    }
}

/// The answer to a peek.
#[derive(Debug, Serialize)]
pub struct Messages<T> {
    /// The messages, oldest first.
    pub messages: Vec<T>,
}

/// The answer to a receive.
#[derive(Debug, Serialize)]
pub struct Received<'a> {
    /// The delivered messages.
    pub messages: Vec<Given<'a>>,
    /// Whether the worker that receives is retired. Answers to other workers do not have this
    /// field, because clients may not expect it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// A message delivered to a worker.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Serialize)]
pub struct Given<'a> {
    pub id: String,
    pub receipt: String,
    pub attempts: u32,
    /// `None` if it is not known when the message was published; this queue always knows it.
    pub enqueued_at: Option<String>,
    #[serde(flatten)]
    pub content: Content<'a>,
}

impl<'a> From<&'a Delivery> for Given<'a> {
    fn from(delivery: &'a Delivery) -> Given<'a> {
        Given {
            id: delivery.id.to_string(),
            receipt: delivery.receipt.to_string(),
            attempts: delivery.attempts,
            enqueued_at: Some(rfc3339(delivery.enqueued_at)),
            content: delivery.body[..].into(),
        }
    }
}

/// A message as a peek shows it.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Serialize)]
pub struct Seen<'a> {
    pub id: String,
    pub attempts: u32,
    /// `None` if it is not known when the message was published; this queue always knows it.
    pub enqueued_at: Option<String>,
    /// `ready`, `delayed` or `in_flight`.
    pub state: &'static str,
    #[serde(flatten)]
    pub content: Content<'a>,
}

impl<'a> From<&'a Peeked> for Seen<'a> {
    fn from(peeked: &'a Peeked) -> Seen<'a> {
        Seen {
            id: peeked.id.to_string(),
            attempts: peeked.attempts,
            enqueued_at: Some(rfc3339(peeked.enqueued_at)),
            state: state(&peeked.place),
            content: peeked.body[..].into(),
        }
    }
}

fn state(place: &Place) -> &'static str {
    match place {
        Place::Ready => "ready",
        Place::Delayed { .. } => "delayed",
        Place::InFlight(_) => "in_flight",
    }
}

/// The maximum length of a body that may be part of a larger buffer, because the broker copies it.
const PART: usize = 4 << 10;

/// Returns the same bytes. Long bodies are copied, so that they keep no larger buffer in memory.
pub fn owned(bytes: Bytes) -> Bytes {
    if bytes.len() <= PART { bytes } else { Bytes::copy_from_slice(&bytes) }
}

/// A wall clock, in milliseconds since 1970. Because it may be set at any time, it is used only for
/// display and for times that must be valid after a restart; all else uses the broker's time.
pub type WallClock = fn() -> u64;

/// Reads the machine's wall clock, in milliseconds since 1970.
pub fn wall_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

/// Formats a time in milliseconds since 1970 as RFC 3339 text, in UTC.
pub fn rfc3339(millis: u64) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(millis)).to_string()
}
