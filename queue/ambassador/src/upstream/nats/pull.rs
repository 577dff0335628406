//! Receiving: a pull request to the consumer, with an inbox of its own for the messages.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Message, StatusCode, Subscriber};
use client::{Error, Job, ReceiveOptions};
use futures::StreamExt;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::ack::Origin;
use super::shared::Inner;
use super::stream::rfc3339;
use crate::upstream::TIMEOUT;

/// The longest time that one pull waits; a longer receive pulls again. A pull cannot be taken back:
/// when its receiver is gone, what it still gets must be handed back.
const SLICE: Duration = Duration::from_secs(5);

/// How many messages a pull wants, and whether it waits for them.
#[derive(Debug, Clone, Copy)]
enum Want {
    /// At most so many, of those that are there.
    Now(u32),
    /// One, for which it waits so long.
    OneWithin(Duration),
}

/// A pull that is on its way. Dropping it hands back what it has got, and what it still gets.
struct Pull {
    queue: Arc<Inner>,
    inbox: Option<Subscriber>,
    came: Vec<Message>,
    wanted: usize,
    /// Until when the server may send messages.
    until: Instant,
}

impl Inner {
    pub(super) async fn receive(
        self: &Arc<Self>,
        options: &ReceiveOptions,
    ) -> Result<Vec<Job>, Error> {
        let end = Instant::now() + options.wait;
        self.stream().await?;
        // A pull for several that waits would wait until all have come.
        if options.max > 1 || options.wait.is_zero() {
            let jobs = self.pull(Want::Now(options.max)).await?;
            if !jobs.is_empty() {
                return Ok(jobs);
            }
        }
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Vec::new());
            }
            let jobs = self.pull(Want::OneWithin(left.min(SLICE))).await?;
            if !jobs.is_empty() {
                return Ok(jobs);
            }
        }
    }

    async fn pull(self: &Arc<Self>, want: Want) -> Result<Vec<Job>, Error> {
        let client = self.link.client()?;
        let (wanted, wait, request) = match want {
            Want::Now(max) => (max, Duration::ZERO, json!({"batch": max, "no_wait": true})),
            Want::OneWithin(wait) => {
                (1, wait, json!({"batch": 1, "expires": wait.as_nanos() as u64}))
            }
        };
        let inbox = client.new_inbox();
        let away = |_| self.link.away();
        let subscriber = client.subscribe(inbox.clone()).await.map_err(|_| self.link.away())?;
        let mut pull = Pull {
            queue: self.clone(),
            inbox: Some(subscriber),
            came: Vec::new(),
            wanted: wanted as usize,
            until: Instant::now() + wait + TIMEOUT,
        };
        let payload = request.to_string().into();
        client.publish_with_reply(self.next_subject(), inbox, payload).await.map_err(away)?;
        pull.fill().await?;
        Ok(pull.finish())
    }
}

impl Pull {
    /// Waits until all messages have come, or the server says that no more will come.
    async fn fill(&mut self) -> Result<(), Error> {
        let queue = self.queue.clone();
        while self.came.len() < self.wanted {
            let Some(inbox) = &mut self.inbox else { return Ok(()) };
            let message = tokio::select! {
                // What has come is taken, even if the connection was lost since.
                biased;
                message = inbox.next() => message,
                () = queue.link.lost() => None,
                () = sleep_until(self.until) => None,
            };
            let Some(message) = message else {
                return if self.came.is_empty() { Err(queue.link.away()) } else { Ok(()) };
            };
            match message.status {
                None => self.take(message),
                Some(StatusCode::NOT_FOUND | StatusCode::TIMEOUT) => {
                    self.inbox = None;
                    return Ok(());
                }
                Some(status) => {
                    self.inbox = None;
                    let text = message.description.map(|it| it.to_string()).unwrap_or_default();
                    *queue.stream.lock().await = None;
                    return Err(Error::Failing(format!("NATS says {text:?} ({status})")));
                }
            }
        }
        self.inbox = None;
        Ok(())
    }

    fn take(&mut self, message: Message) {
        if let Some(origin) = message.reply.as_deref().and_then(Origin::of) {
            self.queue.returned.remove(origin.sequence);
            self.came.push(message);
        }
    }

    fn finish(mut self) -> Vec<Job> {
        std::mem::take(&mut self.came).into_iter().filter_map(job).collect()
    }
}

impl Drop for Pull {
    fn drop(&mut self) {
        let (inbox, came) = (self.inbox.take(), std::mem::take(&mut self.came));
        if (inbox.is_none() && came.is_empty()) || Handle::try_current().is_err() {
            return;
        }
        let (queue, until) = (self.queue.clone(), self.until);
        let left = self.wanted - came.len();
        tokio::spawn(async move {
            for message in came {
                give_back(&queue, &message).await;
            }
            let Some(mut inbox) = inbox else { return };
            for _ in 0..left {
                match timeout_at(until, inbox.next()).await {
                    Ok(Some(message)) if message.status.is_none() => {
                        give_back(&queue, &message).await;
                    }
                    // It has ended.
                    _ => return,
                }
            }
        });
    }
}

/// If this fails, the message comes again after [`super::shared::ACK_WAIT`].
async fn give_back(queue: &Arc<Inner>, message: &Message) {
    if let Some(receipt) = message.reply.as_deref() {
        let _ = queue.hand_back(receipt, Duration::ZERO).await;
    }
}

fn job(message: Message) -> Option<Job> {
    let receipt = message.reply?.to_string();
    let origin = Origin::of(&receipt)?;
    Some(Job {
        id: origin.sequence.to_string(),
        receipt,
        body: message.payload.into(),
        enqueued_at: Some(rfc3339(origin.published)),
    })
}
