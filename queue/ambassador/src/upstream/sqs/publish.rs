//! Publishing: a message in one call, or up to ten.

use std::time::Duration;

use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use client::{Error, TakenIn};
use futures::stream::{self, StreamExt};

use super::body::{self, ENCODING, Written};
use super::fault::{Fault, fault, said};
use super::shared::{self, Inner};
use crate::upstream::Batch;

/// The longest delay of a publish.
const LONGEST_DELAY: Duration = Duration::from_secs(900);
/// How many calls of one batch are on their way at a time.
const AT_ONCE: usize = 8;

impl Inner {
    pub(super) async fn publish(&self, batch: &Batch) -> Result<TakenIn, Error> {
        if batch.delay > LONGEST_DELAY {
            let text = "SQS delays a publish by at most 15 minutes; choose a shorter delay_ms";
            return Err(Error::Unsupported(text.to_owned()));
        }
        let written: Vec<Written> = batch.bodies.iter().map(|it| Written::of(it)).collect();
        let ids = match &written[..] {
            [one] => vec![self.within(self.send_one(one, batch.delay)).await?],
            many => self.send_all(many, batch.delay).await?,
        };
        Ok(TakenIn { ids, total: None, replayed: false })
    }

    async fn send_one(&self, message: &Written, delay: Duration) -> Result<String, Fault> {
        let mut send = self.client.send_message().queue_url(self.url().await?);
        if let Some(encoding) = message.encoding {
            send = send.message_attributes(ENCODING, attribute(encoding)?);
        }
        let send = send.message_body(&message.text).set_delay_seconds(seconds(delay));
        let sent = send.send().await.map_err(|error| fault(&error, &self.place.shown))?;
        sent.message_id.ok_or_else(|| garbled("a message was published without an id"))
    }

    /// Sends calls side by side; returns the ids of all messages if all are in.
    async fn send_all(&self, all: &[Written], delay: Duration) -> Result<Vec<String>, Error> {
        let (mut rest, mut calls) = (all, Vec::new());
        for count in body::calls(all.iter().map(Written::size)) {
            let (call, later) = rest.split_at(count);
            calls.push(self.send_some(call, delay));
            rest = later;
        }
        let sent = stream::iter(calls).buffered(AT_ONCE).collect::<Vec<_>>();
        let sent = self.within(async { Ok(sent.await) }).await?;
        let (mut ids, mut faults) = (Vec::with_capacity(all.len()), Vec::new());
        for call in sent {
            let call = call.unwrap_or_else(|fault| vec![Err(fault)]);
            for message in call {
                match message {
                    Ok(id) => ids.push(id),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        let Some(first) = faults.into_iter().next() else { return Ok(ids) };
        let error = self.heard(first).await;
        if ids.is_empty() {
            return Err(error);
        }
        let (good, all) = (ids.len(), all.len());
        Err(Error::Failing(format!("{good} of {all} messages were published: {error}")))
    }

    /// One call; returns what became of each message, in their order.
    async fn send_some(
        &self,
        some: &[Written],
        delay: Duration,
    ) -> Result<Vec<Result<String, Fault>>, Fault> {
        let mut send = self.client.send_message_batch().queue_url(self.url().await?);
        for (number, message) in some.iter().enumerate() {
            send = send.entries(entry(number, message, delay)?);
        }
        let sent = send.send().await.map_err(|error| fault(&error, &self.place.shown))?;
        let of = |number: usize| {
            let id = number.to_string();
            if let Some(good) = sent.successful.iter().find(|it| it.id == id) {
                return Ok(good.message_id.clone());
            }
            let bad = sent.failed.iter().find(|it| it.id == id);
            let bad = bad.ok_or_else(|| garbled("the answer lacks a message of the batch"))?;
            Err(said(&bad.code, bad.message.as_deref().unwrap_or_default(), 400))
        };
        Ok((0..some.len()).map(of).collect())
    }
}

fn entry(
    number: usize,
    message: &Written,
    delay: Duration,
) -> Result<SendMessageBatchRequestEntry, Fault> {
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(number.to_string())
        .message_body(&message.text)
        .set_delay_seconds(seconds(delay));
    if let Some(encoding) = message.encoding {
        entry = entry.message_attributes(ENCODING, attribute(encoding)?);
    }
    entry.build().map_err(|error| garbled(&error.to_string()))
}

fn attribute(value: &str) -> Result<MessageAttributeValue, Fault> {
    let attribute = MessageAttributeValue::builder().data_type("String").string_value(value);
    attribute.build().map_err(|error| garbled(&error.to_string()))
}

fn garbled(text: &str) -> Fault {
    Fault::Other(Error::Garbled(text.to_owned()))
}

/// Whole seconds, so that no delay becomes shorter. `None`: as the queue has it.
fn seconds(delay: Duration) -> Option<i32> {
    (!delay.is_zero()).then(|| shared::seconds(delay))
}
