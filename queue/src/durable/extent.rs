//! Which messages are in which segment of the log. A segment can be deleted once none of its
//! messages is needed any more, and all earlier segments are deleted.
//!
//! A remembered key is known by the id of its first message, and needs its segment like a message.
//!
//! Later segments have messages with higher ids, so only the first id of a segment is stored. A
//! message that stays for long would keep all segments from its own on. So such messages may be
//! carried: written again at the end of the log. The ids of carried messages are stored one by one.

use std::collections::VecDeque;

use broker::{Broker, MessageId};

/// In which segments of the log the messages are.
#[derive(Debug)]
pub(crate) struct Extents {
    /// Each segment in which messages were published, and the first of these messages.
    first: VecDeque<(u64, MessageId)>,
    /// All messages with lower ids than this one were carried or are done.
    floor: MessageId,
    /// The segments to which messages were carried, and these messages.
    carried: VecDeque<(u64, Vec<MessageId>)>,
}

/// The messages because of which the oldest needed segment cannot be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) messages: Vec<MessageId>,
    /// The number of that segment.
    segment: u64,
    /// The value of [`Extents::floor`] once the messages are carried.
    floor: MessageId,
}

impl Default for Extents {
    fn default() -> Extents {
        let (first, carried) = (VecDeque::new(), VecDeque::new());
        Extents { first, floor: MessageId(0), carried }
    }
}

impl Extents {
    /// Notes that a message was published in a segment.
    pub(crate) fn holds(&mut self, segment: u64, message: MessageId) {
        if self.first.back().is_none_or(|(last, _)| *last < segment) {
            self.first.push_back((segment, message));
        }
    }

    /// Notes that a message was carried to a segment, as the log of an earlier run says.
    pub(crate) fn moved(&mut self, segment: u64, message: MessageId) {
        self.floor = self.floor.max(MessageId(message.0 + 1));
        match self.carried.back_mut() {
            Some((last, messages)) if *last == segment => messages.push(message),
            _ => self.carried.push_back((segment, vec![message])),
        }
    }

    /// Notes that the messages that [`Extents::keeping`] returned were carried to `segment`.
    pub(crate) fn carried(&mut self, segment: u64, keeping: Keeping) {
        self.carried.retain(|(old, _)| *old != keeping.segment);
        self.floor = self.floor.max(keeping.floor);
        if !keeping.messages.is_empty() {
            self.carried.push_back((segment, keeping.messages));
        }
    }

    /// The oldest segment that is still needed; `None` if no message or key needs one.
    pub(crate) fn first_needed(&mut self, broker: &Broker) -> Option<u64> {
        for (_, messages) in &mut self.carried {
            while messages.last().is_some_and(|id| !broker.holds(*id)) {
                messages.pop();
            }
        }
        self.carried.retain(|(_, messages)| !messages.is_empty());
        let carried = self.carried.front().map(|(segment, _)| *segment);
        self.of(broker.oldest_from(self.floor)).into_iter().chain(carried).min()
    }

    /// The segment in which the oldest message was published; forgets the segments before it.
    fn of(&mut self, oldest: Option<MessageId>) -> Option<u64> {
        let oldest = oldest?;
        while self.first.len() > 1 && self.first[1].1 <= oldest {
            self.first.pop_front();
        }
        self.first.front().map(|(segment, _)| *segment)
    }

    /// Returns the messages that need `segment`, which is the oldest needed one. Messages from the
    /// id `next` on are not written to any segment yet.
    pub(crate) fn keeping(&self, segment: u64, broker: &Broker, next: MessageId) -> Keeping {
        let carried = self.carried.iter().filter(|(it, _)| *it == segment);
        let carried = carried.flat_map(|(_, messages)| messages).copied();
        let mut messages: Vec<MessageId> = carried.filter(|id| broker.holds(*id)).collect();
        let mut floor = self.floor;
        if self.first.front().is_some_and(|(it, _)| *it == segment) {
            floor = self.first.get(1).map_or(next, |(_, first)| *first);
            messages.extend(broker.between(self.floor, floor));
        }
        // The first message of a publish with a key occurs twice: the key has the same id.
        messages.sort_unstable();
        messages.dedup();
        Keeping { messages, segment, floor }
    }
}

#[cfg(test)]
mod tests {
    use broker::{NewMessage, QueueName, Request, Time};

    use super::*;

    fn jobs() -> QueueName {
        "jobs".parse().unwrap()
    }

    /// A broker with `count` messages, numbered from 1.
    fn broker(count: usize) -> Broker {
        let mut broker = Broker::new(1);
        let new = NewMessage { body: b"x".as_slice().into(), delay: Time::ZERO };
        broker.publish(Time::ZERO, &jobs(), vec![new; count], 0).unwrap();
        broker
    }

    fn done(broker: &mut Broker, count: usize) {
        let request = Request { max: count, lease: None, worker: None };
        for delivery in broker.receive(Time::ZERO, &jobs(), &request) {
            broker.ack(Time::ZERO, &jobs(), delivery.receipt).unwrap();
        }
    }

    #[test]
    fn a_segment_is_needed_until_its_last_message_is_gone() {
        let mut broker = broker(6);
        let mut extents = Extents::default();
        for (segment, message) in [(3, 1), (3, 2), (5, 3), (6, 5)] {
            extents.holds(segment, MessageId(message));
        }
        let needed = [0, 1, 1, 1, 1, 1, 1].map(|count| {
            done(&mut broker, count);
            extents.first_needed(&broker)
        });
        assert_eq!(needed, [Some(3), Some(3), Some(5), Some(5), Some(6), Some(6), None]);
    }

    #[test]
    fn messages_that_keep_a_segment_may_be_carried_repeatedly() {
        let mut broker = broker(4);
        let mut extents = Extents::default();
        for (segment, message) in [(1, 1), (2, 3)] {
            extents.holds(segment, MessageId(message));
        }
        let ids = |ids: &[u64]| ids.iter().copied().map(MessageId).collect::<Vec<_>>();
        let keeping = extents.keeping(1, &broker, broker.next_message());
        assert_eq!(keeping.messages, ids(&[1, 2]));
        extents.carried(7, keeping);
        assert_eq!(extents.first_needed(&broker), Some(2));
        let keeping = extents.keeping(2, &broker, broker.next_message());
        assert_eq!(keeping.messages, ids(&[3, 4]));
        extents.carried(8, keeping);
        assert_eq!(extents.first_needed(&broker), Some(7));
        let keeping = extents.keeping(7, &broker, broker.next_message());
        assert_eq!(keeping.messages, ids(&[1, 2]));
        extents.carried(9, keeping);
        assert_eq!(extents.first_needed(&broker), Some(8));
        done(&mut broker, 4);
        assert_eq!(extents.first_needed(&broker), None);
    }
}
