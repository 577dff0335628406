//! Calls that only an ambassador makes, which answers for another queue: it passes on batches with
//! their delays and keys, and shows messages.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Client, IDEMPOTENCY_KEY};
use crate::error::Error;
use crate::wire::RawMessage;

/// The header of an answer to a publish that has published nothing, because its key was known.
const REPLAYED: &str = "idempotent-replayed";
/// The maximum length in bytes of an answer to a publish: 10,000 ids.
const LONGEST: usize = 512 << 10;

/// The answer to [`Client::publish_batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenIn {
    /// The ids of the messages.
    pub ids: Vec<String>,
    /// How many messages the queue has accepted so far, including these, if it says so.
    pub total: Option<u64>,
    /// Whether an earlier publish with the same key has published these messages.
    pub replayed: bool,
}

/// A message in the queue as [`Client::peek`] shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The message's id.
    pub id: String,
    /// How many deliveries count against `max_attempts`.
    pub attempts: u32,
    /// When the message was published.
    pub enqueued_at: Option<String>,
    /// `ready`, `delayed` or `in_flight`.
    pub state: String,
    /// The message's bytes.
    pub body: Vec<u8>,
}

#[derive(Deserialize)]
struct Published {
    ids: Vec<String>,
    #[serde(default)]
    published_total: Option<u64>,
}

#[derive(Deserialize)]
struct Purged {
    purged: Option<u64>,
}

#[derive(Deserialize)]
struct Peeked {
    messages: Vec<Peek>,
}

#[derive(Deserialize)]
struct Peek {
    id: String,
    attempts: u32,
    enqueued_at: Option<String>,
    state: String,
    body: Option<String>,
    body_base64: Option<String>,
}

impl Client {
    /// Publishes messages, to be ready after `delay`; with a key, only if no earlier publish had it.
    /// If there are several, none of them may be empty or contain a line break.
    ///
    /// # Errors
    /// See [`Error::is_passing`]. The queue also refuses a key that was used for other messages.
    pub async fn publish_batch(
        &self,
        bodies: &[&[u8]],
        delay: Duration,
        key: Option<&str>,
    ) -> Result<TakenIn, Error> {
        let mut call = self.call(Method::POST, &["messages"]);
        if !delay.is_zero() {
            call = call.query(&[("delay_ms", delay.as_millis().to_string())]);
        }
        if let Some(key) = key {
            call = call.header(IDEMPOTENCY_KEY, key);
        }
        let call = match bodies {
            [one] => call.body(one.to_vec()),
            many => call.header(CONTENT_TYPE, "application/x-ndjson").body(many.join(&b'\n')),
        };
        let answer = self.send(call).await?;
        let replayed = answer.headers().contains_key(REPLAYED);
        let Published { ids, published_total } = self.read(answer, LONGEST).await?;
        Ok(TakenIn { ids, total: published_total, replayed })
    }

    /// Replaces the queue's settings by those of this JSON object, which may have all that the queue
    /// documents.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    pub async fn put(&self, settings: &Value) -> Result<(), Error> {
        self.send(self.call(Method::PUT, &[]).json(settings)).await.map(drop)
    }

    /// Deletes all messages of the queue; returns how many, if the queue says so.
    ///
    /// # Errors
    /// As for [`WatchedQueue::purge`](crate::WatchedQueue::purge).
    pub async fn purge_counted(&self) -> Result<Option<u64>, Error> {
        let purged: Purged = self.json(self.call(Method::POST, &["purge"]), LONGEST).await?;
        Ok(purged.purged)
    }

    /// The queue's oldest messages, at most `max`, whether ready or not; changes nothing.
    ///
    /// # Errors
    /// [`Error::Unknown`] until the queue is used for the first time; [`Error::Away`] is temporary.
    pub async fn peek(&self, max: usize) -> Result<Vec<Shown>, Error> {
        let call = self.call(Method::GET, &["messages"]).query(&[("max", max.to_string())]);
        let Peeked { messages } = self.json(call, usize::MAX).await?;
        messages.into_iter().map(Peek::shown).collect()
    }
}

impl Peek {
    fn shown(self) -> Result<Shown, Error> {
        let Peek { id, attempts, enqueued_at, state, body, body_base64 } = self;
        let body = RawMessage::content(body, body_base64).map_err(Error::Garbled)?;
        Ok(Shown { id, attempts, enqueued_at, state, body })
    }
}
