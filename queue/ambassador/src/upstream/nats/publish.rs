//! Publishing, once for each key.

use async_nats::HeaderMap;
use bytes::Bytes;
use client::{Error, TakenIn};
use futures::stream::{self, StreamExt};
use serde::Deserialize;

use super::reply::{self, refused};
use super::shared::Inner;
use crate::upstream::{Batch, Once};

/// By this header JetStream recognises a repeated publish.
const MESSAGE_ID: &str = "Nats-Msg-Id";
/// How many messages of a batch are on their way at a time.
const AT_ONCE: usize = 256;

/// JetStream's answer to a publish.
#[derive(Debug, Deserialize)]
struct Confirmed {
    seq: u64,
    #[serde(default)]
    duplicate: bool,
}

impl Inner {
    pub(super) async fn publish(&self, batch: &Batch) -> Result<TakenIn, Error> {
        if let Some(once) = &batch.once
            && !self.keys.fits(once)
        {
            let text = "the key was used for other messages in the last five minutes";
            return Err(refused("key_reused", text.to_owned()));
        }
        let subject = self.subject().await?;
        let one = |(number, body): (usize, &Bytes)| {
            let (subject, body) = (subject.clone(), body.clone());
            let headers = batch.once.as_ref().map(|once| message_id(once, number));
            async move { self.publish_one(subject, headers, body).await }
        };
        // In order, so that the messages of a batch are in the queue as they are in the batch.
        let sent = stream::iter(batch.bodies.iter().enumerate().map(one)).buffered(AT_ONCE);
        let sent: Vec<Result<Confirmed, Error>> = sent.collect().await;
        let sent = whole(sent)?;
        let ids = sent.iter().map(|confirmed| confirmed.seq.to_string()).collect();
        let replayed = sent.iter().all(|confirmed| confirmed.duplicate);
        let total = sent.last().map(|confirmed| confirmed.seq);
        Ok(TakenIn { ids, total, replayed })
    }

    async fn publish_one(
        &self,
        subject: String,
        headers: Option<HeaderMap>,
        body: Bytes,
    ) -> Result<Confirmed, Error> {
        let answer = self.link.request(subject, headers, body).await?;
        reply::read(&answer.payload)?.map_err(reply::Problem::into_error)
    }
}

fn message_id(once: &Once, number: usize) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(MESSAGE_ID, format!("{}-{number}", once.key));
    headers
}

/// The answers, if all are good. The error says how many messages are in nevertheless.
fn whole(sent: Vec<Result<Confirmed, Error>>) -> Result<Vec<Confirmed>, Error> {
    let (all, good) = (sent.len(), sent.iter().filter(|it| it.is_ok()).count());
    let whole: Result<Vec<_>, Error> = sent.into_iter().collect();
    match whole {
        Err(error) if good > 0 => Err(Error::Failing(format!(
            "{good} of {all} messages were published: {error}; with the same key the next try \
             publishes the others"
        ))),
        whole => whole,
    }
}
