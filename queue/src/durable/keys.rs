//! How keys look in the log: beside their messages when these come in, and again where the segment
//! that told of them is to go.

use broker::{Accepted, Broker, Fingerprint, KeptKey, Key, MessageId, Once, Time};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::durable::record::Record;
use crate::durable::{Recorder, Refusal};

/// A key that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    key: [u8; 16],
    fingerprint: [u8; 16],
    /// The first of its messages.
    pub(crate) first: u64,
    count: u32,
    /// Milliseconds since 1970.
    at: u64,
}

impl From<KeptKey> for Used {
    fn from(kept: KeptKey) -> Used {
        let KeptKey { once, first, count, at } = kept;
        let (key, fingerprint) = (once.key.0, once.fingerprint.0);
        Used { key, fingerprint, first: first.0, count, at }
    }
}

impl From<Used> for KeptKey {
    fn from(used: Used) -> KeptKey {
        let Used { key, fingerprint, first, count, at } = used;
        let once = Once { key: Key(key), fingerprint: Fingerprint(fingerprint) };
        KeptKey { once, first: MessageId(first), count, at }
    }
}

impl Recorder {
    /// As [`Recorder::accept`], for a batch that was accepted with a key: both are on the disk, or
    /// neither is.
    pub(crate) fn accept_once(
        &mut self,
        now: Time,
        accepted: Accepted,
        enqueued_at: u64,
        once: Once,
        room: OwnedSemaphorePermit,
    ) -> oneshot::Receiver<Result<(), Refusal>> {
        let (first, count) = (accepted.ids().next(), accepted.ids().count() as u32);
        let kept = first.map(|first| KeptKey { once, first, count, at: enqueued_at });
        if let Some(kept) = kept {
            let queue = self.number(accepted.queue());
            Record::Keyed { queue, used: kept.into() }.write(&mut self.gathered.records);
        }
        self.accept(now, accepted, enqueued_at, room)
    }

    /// Tells again of the key whose first message has this number, where one is remembered.
    pub(crate) fn carry_key(&mut self, now: Time, wall: u64, broker: &Broker, first: MessageId) {
        if let Some((name, kept)) = broker.kept_key(now, wall, first) {
            let queue = self.number(name);
            self.owe(&Record::KeyMoved { queue, used: kept.into() });
        }
    }
}
