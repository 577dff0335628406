//! Receiving: a wait at the subscription, which ends without a trace if its receiver hangs up.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use client::{Error, Job, ReceiveOptions};
use tokio::time::{Instant, timeout_at};

use super::desk::Mailbox;
use super::frame::{Command, Id, Message};
use super::shared::Inner;
use super::subscription::Subscription;
use super::trouble::Trouble;

/// How long a receive without a wait stays for a message that nsqd has.
const A_MOMENT: Duration = Duration::from_secs(1);
/// A receive for several messages takes those that follow one another within this time: nsqd does
/// not say that it has no more.
const GAP: Duration = Duration::from_millis(10);

/// A receive that waits. Dropping it hands back what it has got.
struct Wait {
    at: Arc<Subscription>,
    number: u64,
    mailbox: Mailbox,
    came: Vec<Message>,
}

impl Inner {
    pub(super) async fn receive(&self, options: &ReceiveOptions) -> Result<Vec<Job>, Error> {
        let mut end = Instant::now() + options.wait;
        let asked = self.within(async {
            let at = self.subscription().await?;
            let is_there = !options.wait.is_zero() || self.stats().await?.ready() > 0;
            Ok(is_there.then_some(at))
        });
        let Some(at) = asked.await? else { return Ok(Vec::new()) };
        if options.wait.is_zero() {
            end = Instant::now() + A_MOMENT;
        }
        let (number, mailbox) = at.at_desk(|desk, out| desk.wait(options.max, out));
        let mut wait = Wait { at, number, mailbox, came: Vec::new() };
        let filled = wait.fill(options.max as usize, end).await;
        filled.map_err(|trouble| self.error(trouble))?;
        Ok(wait.finish())
    }
}

impl Wait {
    async fn fill(&mut self, most: usize, end: Instant) -> Result<(), Trouble> {
        let mut until = end;
        while self.came.len() < most {
            match timeout_at(until, self.mailbox.recv()).await {
                Ok(Some(message)) => self.came.push(message),
                Ok(None) if self.at.is_up() => return Ok(()),
                Ok(None) => return Err(self.at.trouble()),
                Err(_) => return Ok(()),
            }
            until = Instant::now() + GAP;
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<Job> {
        self.leave();
        let connection = self.at.number;
        let job = |message: Message| Job {
            id: message.id.to_string(),
            receipt: receipt(connection, message.id),
            body: message.body.into(),
            enqueued_at: Some(rfc3339(message.published)),
        };
        std::mem::take(&mut self.came).into_iter().map(job).collect()
    }

    /// Ends the wait. What came until then is in `came`.
    fn leave(&mut self) {
        self.at.at_desk(|desk, out| desk.leave(self.number, out));
        while let Ok(message) = self.mailbox.try_recv() {
            self.came.push(message);
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.leave();
        for Message { id, .. } in std::mem::take(&mut self.came) {
            self.at.at_desk(|desk, out| desk.end(id, Command::Req(id, 0), out));
        }
    }
}

/// `CONNECTION-ID`.
fn receipt(connection: u64, id: Id) -> String {
    format!("{connection}-{id}")
}

/// The connection and the id of a receipt.
pub(super) fn read_receipt(text: &str) -> Option<(u64, Id)> {
    let (connection, id) = text.split_once('-')?;
    Some((connection.parse().ok()?, Id::of(id.as_bytes())?))
}

fn rfc3339(nanos: u64) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_nanos(nanos)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_names_the_connection_and_the_message() {
        let id = Id::of(b"0a1b2c3d4e5f6071").unwrap();
        assert_eq!(read_receipt(&receipt(7, id)), Some((7, id)));
        for text in ["", "7", "x-0a1b2c3d4e5f6071", "7-0a1b", "7-0a1b2c3d4e5f60 1"] {
            assert_eq!(read_receipt(text), None, "{text}");
        }
    }
}
