//! The keys of publishes that are to happen once: one that comes again is told what became of it.

use std::collections::{BTreeMap, VecDeque};

use crate::Time;
use crate::limits::PublishError;
use crate::message::MessageId;

/// How long a queue remembers a key, from when its messages were there.
pub const KEY_KEPT: Time = Time::from_secs(5 * 60);

/// What a key counts of its queue's `max_bytes` while it is remembered: somewhat more than it
/// takes, which is 115 bytes where there are many.
pub const KEY_BYTES: u64 = 128;

/// Stands for the key that a publisher gave: a hash of it, so that all take the same room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 16]);

/// Stands for all that a publish asks for: a hash of it, by which another one is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 16]);

/// What a publisher says for its publish to happen once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    /// The same at each try, and at no other publish to this queue.
    pub key: Key,
    /// The same only where the same is published.
    pub fingerprint: Fingerprint,
}

/// All that is to be known of a key to have it again in another run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptKey {
    /// The key, and what it was used for.
    pub once: Once,
    /// The first of its messages.
    pub first: MessageId,
    /// How many they are; their numbers ascend by one.
    pub count: u32,
    /// When they were published, in milliseconds since 1970.
    pub at: u64,
}

impl KeptKey {
    /// How long it is remembered yet, at `wall` in milliseconds since 1970. That clock may have
    /// been set since, so it is never longer than for a new one.
    fn left(&self, wall: u64) -> Time {
        KEY_KEPT.saturating_sub(Time::from_millis(wall.saturating_sub(self.at)))
    }
}

/// A key that was used.
#[derive(Debug, Clone, Copy)]
struct Known {
    fingerprint: Fingerprint,
    first: MessageId,
    count: u32,
    /// Whether its messages were there.
    settled: bool,
}

/// The keys that a queue remembers.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: BTreeMap<Key, Known>,
    /// Those whose messages were there, by the first of these, with when they are forgotten. One
    /// that is not settled stays: its publisher may try again for as long as that takes.
    settled: VecDeque<(MessageId, Time, Key)>,
}

impl Keys {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// What they count together.
    pub(crate) fn bytes(&self) -> u64 {
        self.known.len() as u64 * KEY_BYTES
    }

    /// The messages of this key before, and whether they were there.
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

    /// Its messages are there.
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

    /// Its messages never came: it is free.
    pub(crate) fn free(&mut self, key: Key) {
        self.known.remove(&key);
    }

    /// When the next one is forgotten.
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

    /// Where the settled ones begin whose first message has this number or a higher one.
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

    /// The numbers from one on and below another one by which those that are settled are known.
    pub(crate) fn between(
        &self,
        from: MessageId,
        below: MessageId,
    ) -> impl Iterator<Item = MessageId> {
        let range = self.from(from)..self.from(below).max(self.from(from));
        self.settled.range(range).map(|(first, ..)| *first)
    }

    /// The keys of an earlier run, at `now` by this one's clock.
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
