//! Publishing in the model, in one step or two, and the keys that it remembers.

use broker::keys::{KEY_BYTES, KEY_KEPT};
use broker::{Fingerprint, Key, MessageId, NewMessage, Once, QueueName, Time};

use crate::naive::{Message, Model, hidden};

#[derive(Debug, Clone)]
pub(crate) struct Known {
    once: Once,
    ids: Vec<MessageId>,
    /// When it is forgotten; `None` until its messages are committed.
    pub(crate) until: Option<Time>,
}

/// A batch that was accepted but not committed.
#[derive(Debug)]
pub(crate) struct Expected {
    queue: QueueName,
    messages: Vec<Message>,
    key: Option<Key>,
}

/// The result of a publish.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was accepted.
    Taken,
    /// It is a repeated publish; its messages, and whether they are committed.
    Again(Vec<MessageId>, bool),
    /// There is no room for it, or its key was used for a different batch.
    Refused,
}

/// A key that is used for these messages.
pub(crate) fn once(key: u8, sizes: &[usize], delay: Time) -> Once {
    let mut all = [0; 16];
    all[0] = delay.as_millis() as u8;
    all.iter_mut().skip(1).zip(sizes).for_each(|(it, size)| *it = 1 + *size as u8);
    Once { key: Key([key; 16]), fingerprint: Fingerprint(all) }
}

fn bytes(messages: &[Message]) -> u64 {
    messages.iter().map(|message| message.bytes as u64).sum()
}

impl Model {
    /// How many messages and bytes count against a queue's limits.
    pub(crate) fn taken(&self, name: &QueueName) -> (usize, u64) {
        let queue = &self.queues[name];
        let expected = self.expected.iter().filter(|it| it.queue == *name);
        let all = || expected.clone().map(|it| &it.messages).chain([&queue.messages]);
        let bytes = all().map(|it| bytes(it)).sum::<u64>() + queue.keys.len() as u64 * KEY_BYTES;
        (all().map(Vec::len).sum(), bytes)
    }

    pub(crate) fn begin(
        &mut self,
        name: &QueueName,
        batch: &[NewMessage],
        once: Option<Once>,
    ) -> Answer {
        let (now, first) = (self.now, self.ids + 1);
        let queue = self.queue(name);
        if let Some(known) = queue.keys.iter().find(|it| once.is_some_and(|o| it.once.key == o.key))
        {
            if once != Some(known.once) {
                return Answer::Refused;
            }
            let again = Answer::Again(known.ids.clone(), known.until.is_some());
            queue.total.replayed += 1;
            return again;
        }
        let too_large = batch.iter().any(|new| new.body.len() > queue.settings.max_message_bytes);
        let settings = queue.settings.clone();
        let (depth, bytes) = self.taken(name);
        let comes = batch.iter().map(|new| new.body.len() as u64).sum::<u64>()
            + if once.is_some() { KEY_BYTES } else { 0 };
        let too_many = depth + batch.len() > settings.max_depth;
        if too_large || too_many || bytes + comes > settings.max_bytes {
            return Answer::Refused;
        }
        let new = |(id, new): (u64, &NewMessage)| Message {
            id: MessageId(id),
            bytes: new.body.len(),
            published: now,
            attempts: 0,
            releases: 0,
            deliveries: 0,
            place: hidden(now, new.delay),
        };
        let messages: Vec<_> = (first..).zip(batch).map(new).collect();
        self.ids += batch.len() as u64;
        let ids = messages.iter().map(|message| message.id).collect();
        self.queue(name).keys.extend(once.map(|once| Known { once, ids, until: None }));
        let (queue, key) = (name.clone(), once.map(|once| once.key));
        self.expected.push(Expected { queue, messages, key });
        Answer::Taken
    }

    /// Commits or refuses an accepted batch.
    pub(crate) fn end(&mut self, which: usize, refused: bool) {
        let now = self.now;
        let Expected { queue, messages, key } = self.expected.remove(which);
        let queue = self.queue(&queue);
        if refused {
            return queue.keys.retain(|it| Some(it.once.key) != key);
        }
        let known = queue.keys.iter_mut().find(|it| Some(it.once.key) == key);
        known.into_iter().for_each(|it| it.until = Some(now + KEY_KEPT));
        queue.total.published += messages.len() as u64;
        queue.messages.extend(messages);
        queue.messages.sort_by_key(|message| message.id);
        queue.wake(now);
    }
}
