//! Ack, hand back and renew. Each is a request, so that the server confirms it; it confirms also
//! those of deliveries that have ended, which the table refuses before.

use std::time::Duration;

use bytes::Bytes;
use client::Error;

use super::shared::Inner;

/// What is in the reply subject of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// The message's number in the stream.
    pub(super) sequence: u64,
    /// When it was published, in nanoseconds since 1970.
    pub(super) published: u64,
}

impl Origin {
    /// Reads `$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.CONSUMER_SEQUENCE.TIME.PENDING`, or the
    /// newer form with two more parts before the stream and one at the end.
    pub(super) fn of(subject: &str) -> Option<Origin> {
        let parts: Vec<&str> = subject.strip_prefix("$JS.ACK.")?.split('.').collect();
        let number = |at: usize| parts.get(at)?.parse().ok();
        let at = match parts.len() {
            7 => 3,
            9.. => 5,
            _ => return None,
        };
        Some(Origin { sequence: number(at)?, published: number(at + 2)? })
    }
}

impl Inner {
    pub(super) async fn ack(&self, receipt: &str) -> Result<(), Error> {
        let origin = self.settle(receipt, Bytes::from_static(b"+ACK")).await?;
        // Only a stale receipt of an earlier run can be of a message that was handed back.
        self.returned.remove(origin.sequence);
        Ok(())
    }

    pub(super) async fn renew(&self, receipt: &str) -> Result<(), Error> {
        self.settle(receipt, Bytes::from_static(b"+WPI")).await.map(drop)
    }

    pub(super) async fn hand_back(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        let nak = if delay.is_zero() {
            Bytes::from_static(b"-NAK")
        } else {
            format!("-NAK {{\"delay\": {}}}", delay.as_nanos()).into()
        };
        // Before the server knows it: it may deliver the message again before it answers.
        let sequence = self.origin(receipt)?.sequence;
        self.returned.insert(sequence, delay);
        let settled = self.settle(receipt, nak).await;
        if settled.is_err() {
            self.returned.remove(sequence);
        }
        settled.map(drop)
    }

    async fn settle(&self, receipt: &str, how: Bytes) -> Result<Origin, Error> {
        let origin = self.origin(receipt)?;
        self.link.request(receipt.to_owned(), None, how).await?;
        Ok(origin)
    }

    /// Receipts come from outside: only those are sent to the server that are of this consumer.
    fn origin(&self, receipt: &str) -> Result<Origin, Error> {
        let is_plain = receipt.bytes().all(|it| it.is_ascii_graphic() && it != b'*' && it != b'>');
        let is_ours = is_plain && receipt.contains(&self.ack_mark());
        let origin = Origin::of(receipt).filter(|_| is_ours);
        origin.ok_or_else(|| Error::Stale("it is no receipt of this queue".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_of_a_message_is_read_from_both_forms_of_its_reply_subject() {
        let origin = Some(Origin { sequence: 7, published: 1_700 });
        assert_eq!(Origin::of("$JS.ACK.jobs.ambassador.2.7.9.1700.3"), origin);
        assert_eq!(Origin::of("$JS.ACK.hub.ACC.jobs.ambassador.2.7.9.1700.3.x7"), origin);
        for other in ["", "$JS.ACK.jobs", "$JS.ACK.jobs.ambassador.2.x.9.1700.3", "jobs"] {
            assert_eq!(Origin::of(other), None, "{other}");
        }
    }
}
