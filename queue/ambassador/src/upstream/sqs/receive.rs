//! Receiving: a poll of SQS, which goes on if its receiver hangs up, to hand back what it gets.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as Attribute};
use client::{Error, Job, ReceiveOptions};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::body::{self, ENCODING};
use super::fault::{Fault, fault};
use super::shared::{Inner, seconds};
use crate::upstream::TIMEOUT;

/// The longest time that one poll waits; a longer receive polls again. A poll cannot be taken back:
/// when its receiver is gone, what it still gets must be handed back.
const SLICE: Duration = Duration::from_secs(5);
/// The most messages that SQS gives at a time.
const MOST: u32 = 10;

/// Messages that a poll has got. Dropping it hands them back.
struct Got {
    queue: Arc<Inner>,
    messages: Vec<Message>,
}

impl Inner {
    pub(super) async fn receive(
        self: &Arc<Self>,
        options: &ReceiveOptions,
    ) -> Result<Vec<Job>, Error> {
        let end = Instant::now() + options.wait;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let jobs = self.poll(options, left.min(SLICE)).await?;
            if !jobs.is_empty() || Instant::now() >= end {
                return Ok(jobs);
            }
        }
    }

    async fn poll(
        self: &Arc<Self>,
        options: &ReceiveOptions,
        wait: Duration,
    ) -> Result<Vec<Job>, Error> {
        let ask = self
            .client
            .receive_message()
            .max_number_of_messages(options.max.min(MOST) as i32)
            .wait_time_seconds(seconds(wait))
            .visibility_timeout(seconds(options.lease))
            .message_system_attribute_names(Attribute::SentTimestamp)
            .message_attribute_names(ENCODING);
        let (sender, got) = oneshot::channel();
        let queue = self.clone();
        tokio::spawn(async move {
            let asked = async {
                let answer = ask.queue_url(queue.url().await?).send().await;
                answer.map_err(|error| fault(&error, &queue.place.shown))
            };
            let longest = Duration::from_secs(seconds(wait) as u64) + TIMEOUT;
            let answer = timeout(longest, asked).await.map(|answer| {
                let messages = answer?.messages.unwrap_or_default();
                Ok::<_, Fault>(Got { queue: queue.clone(), messages })
            });
            // If nobody waits any more, the messages are dropped here, and so handed back.
            let _ = sender.send(answer);
        });
        match got.await {
            Ok(Ok(Ok(got))) => got.finish(),
            Ok(Ok(Err(fault))) => Err(self.heard(fault).await),
            Ok(Err(_)) | Err(_) => {
                let (url, reason) = (self.place.shown.clone(), "no answer in time".to_owned());
                Err(Error::Away { url, reason })
            }
        }
    }
}

impl Got {
    fn finish(mut self) -> Result<Vec<Job>, Error> {
        let jobs: Option<Vec<Job>> = self.messages.iter().map(job).collect();
        let jobs = jobs.ok_or_else(|| Error::Garbled("a message without an id".to_owned()))?;
        self.messages.clear();
        Ok(jobs)
    }
}

impl Drop for Got {
    fn drop(&mut self) {
        let messages = std::mem::take(&mut self.messages);
        if messages.is_empty() || Handle::try_current().is_err() {
            return;
        }
        let queue = self.queue.clone();
        tokio::spawn(async move {
            for message in messages {
                let Some(receipt) = message.receipt_handle else { continue };
                // If this fails, it comes again when its lease at SQS ends.
                let _ = queue.hide(&receipt, Duration::ZERO).await;
            }
        });
    }
}

fn job(message: &Message) -> Option<Job> {
    let attribute = message.message_attributes.as_ref().and_then(|all| all.get(ENCODING));
    let encoding = attribute.and_then(|it| it.string_value.as_deref());
    let sent = message.attributes.as_ref().and_then(|all| all.get(&Attribute::SentTimestamp));
    let enqueued_at = sent.and_then(|millis| millis.parse().ok()).map(rfc3339);
    Some(Job {
        id: message.message_id.clone()?,
        receipt: message.receipt_handle.clone()?,
        body: body::read(message.body.as_deref()?, encoding),
        enqueued_at,
    })
}

fn rfc3339(millis: u64) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(millis)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_others_is_a_job() {
        let message = Message::builder()
            .message_id("7")
            .receipt_handle("r")
            .body("plain text")
            .attributes(Attribute::SentTimestamp, "1700000000000")
            .build();
        let job = job(&message).unwrap();
        assert_eq!((&job.id[..], &job.body[..]), ("7", b"plain text".as_slice()));
        assert_eq!(job.enqueued_at.as_deref(), Some("2023-11-14T22:13:20.000Z"));
    }
}
