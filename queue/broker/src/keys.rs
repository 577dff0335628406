//! Keys, which make publishes idempotent: a publish repeated with its key gets the first answer.

use std::collections::{BTreeMap, VecDeque};

use crate::Time;
use crate::limits::PublishError;
use crate::message::MessageId;

/// How long a queue remembers a key after the messages published with it were committed.
pub const KEY_KEPT: Time = Time::from_secs(5 * 60);

/// How many bytes each remembered key counts against a queue's `max_bytes`. It is slightly more
/// than the 115 bytes of memory that a key takes when there are many.
pub const KEY_BYTES: u64 = 128;

/// A hash of the key that a publisher sent. It is hashed so that every key takes the same memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 16]);

/// A hash of a publish's messages and delays. It shows when a key is reused for other messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 16]);

/// The key and fingerprint that make a publish idempotent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    /// All tries of one publish have the same key; other publishes to the queue have other keys.
    pub key: Key,
    /// Two fingerprints are equal only if the messages and delays are the same.
    pub fingerprint: Fingerprint,
}

/// The state of a key, from which a later run of the process can restore it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptKey {
    /// The key and its fingerprint.
    pub once: Once,
    /// The id of the first message published with the key.
    pub first: MessageId,
    /// How many messages were published with the key; their ids are consecutive.
    pub count: u32,
    /// When these messages were published, in milliseconds since 1970.
    pub at: u64,
}

impl KeptKey {
    /// How much longer the key is remembered. `wall` is the time now, in milliseconds since 1970.
    /// The result is at most [`KEY_KEPT`], even if the wall clock was set back after the publish.
    fn left(&self, wall: u64) -> Time {
        KEY_KEPT.saturating_sub(Time::from_millis(wall.saturating_sub(self.at)))
    }
}

#[derive(Debug, Clone, Copy)]
struct Known {
    fingerprint: Fingerprint,
    first: MessageId,
    count: u32,
    /// Whether the messages published with the key were committed.
    settled: bool,
}

/// The keys that a queue remembers.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: BTreeMap<Key, Known>,
    /// The keys of committed batches, sorted by first message, with the time when each is
    /// forgotten. Keys of other batches are not forgotten, because their publishers may retry.
    settled: VecDeque<(MessageId, Time, Key)>,
}

impl Keys {
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// How many bytes all remembered keys count against the queue's `max_bytes`.
    pub(crate) fn bytes(&self) -> u64 {
        self.known.len() as u64 * KEY_BYTES
    }

    /// The messages published with this key, and whether they were committed; `None` for a new key.
    pub(crate) fn find(&self, once: &Once) -> Result<Option<(Vec<MessageId>, bool)>, PublishError> {
        let Some(known) = self.known.get(&once.key) else { return Ok(None) };
        if known.fingerprint != once.fingerprint {
            return Err(PublishError::KeyReused);
        }
        let ids = known.first.0..known.first.0 + u64::from(known.count);
        Ok(Some((ids.map(MessageId).collect(), known.settled)))
    }

    pub(crate) fn begin(&mut self, once: Once, first: MessageId, count: u32) {
        let Once { key, fingerprint } = once;
        self.known.insert(key, Known { fingerprint, first, count, settled: false });
    }

    /// Marks a key as settled, because its messages are now committed.
    pub(crate) fn settle(&mut self, now: Time, key: Key) {
        self.keep(now.saturating_add(KEY_KEPT), key);
    }

    fn keep(&mut self, until: Time, key: Key) {
        let Some(known) = self.known.get_mut(&key) else { return };
        known.settled = true;
        let first = known.first;
        let at = self.from(first);
        self.settled.insert(at, (first, until, key));
    }

    /// Forgets a key whose messages were refused, so that it can be used again.
    pub(crate) fn free(&mut self, key: Key) {
        self.known.remove(&key);
    }

    /// The next time when a key is forgotten; `None` if no key is settled.
    pub(crate) fn next_deadline(&self) -> Option<Time> {
        self.settled.front().map(|(_, until, _)| *until)
    }

    pub(crate) fn advance(&mut self, now: Time) {
        while let Some((_, until, key)) = self.settled.front()
            && *until <= now
        {
            self.known.remove(key);
            self.settled.pop_front();
        }
    }

    /// The index of the first settled key whose first message has this id or a higher id.
    fn from(&self, first: MessageId) -> usize {
        self.settled.partition_point(|(it, ..)| *it < first)
    }

    pub(crate) fn kept(&self, now: Time, wall: u64, first: MessageId) -> Option<KeptKey> {
        let (_, until, key) = self.settled.get(self.from(first)).filter(|it| it.0 == first)?;
        let Known { fingerprint, count, .. } = *self.known.get(key)?;
        let age = KEY_KEPT.saturating_sub(until.saturating_sub(now));
        let at = wall.saturating_sub(age.as_millis() as u64);
        Some(KeptKey { once: Once { key: *key, fingerprint }, first, count, at })
    }

    /// The first message's id of each settled key, if the id is at least `from` and below `below`.
    pub(crate) fn between(
        &self,
        from: MessageId,
        below: MessageId,
    ) -> impl Iterator<Item = MessageId> {
        let range = self.from(from)..self.from(below).max(self.from(from));
        self.settled.range(range).map(|(first, ..)| *first)
    }

    /// Restores the keys of an earlier run of the process. `now` is the time by this run's clock,
    /// and `wall` is the same moment in milliseconds since 1970.
    pub(crate) fn restored(kept: impl Iterator<Item = KeptKey>, now: Time, wall: u64) -> Keys {
        let mut kept: Vec<_> = kept.filter(|it| !it.left(wall).is_zero()).collect();
        kept.sort_unstable_by_key(|it| it.first);
        let mut keys = Keys::default();
        for it in kept {
            keys.begin(it.once, it.first, it.count);
            keys.keep(now.saturating_add(it.left(wall)), it.once.key);
        }
        keys
    }
}
