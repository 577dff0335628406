//! Records which messages are in which segment, a file of the log. A segment can be deleted once
//! none of its messages is needed any more, and all earlier segments are deleted.
//!
//! An idempotency key has the id of its first message, and needs that message's segment, too.
//!
//! Message ids increase, so only the first id of a segment is stored. An old message would prevent
//! the deletion of its segment and of all later ones. So old messages may be carried: written again
//! at the end of the log. The ids of carried messages are stored one by one.

use std::collections::VecDeque;

use broker::{Broker, MessageId};

/// Records the segment of each message.
#[derive(Debug)]
pub(crate) struct Extents {
    /// The number of each segment with published messages, and the first of its messages.
    first: VecDeque<(u64, MessageId)>,
    /// All messages with lower ids than this one were carried or are done.
    floor: MessageId,
    /// The number of each segment to which messages were carried, and these messages.
    carried: VecDeque<(u64, Vec<MessageId>)>,
}

/// The messages that prevent the deletion of the oldest needed segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) messages: Vec<MessageId>,
    /// The number of the segment that cannot be deleted.
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
    /// Notes that a message was published, and that its record is in `segment`.
    pub(crate) fn holds(&mut self, segment: u64, message: MessageId) {
        if self.first.back().is_none_or(|(last, _)| *last < segment) {
            self.first.push_back((segment, message));
        }
    }

    /// Notes that an earlier run of the process carried a message to `segment`.
    pub(crate) fn moved(&mut self, segment: u64, message: MessageId) {
        self.floor = self.floor.max(MessageId(message.0 + 1));
        match self.carried.back_mut() {
            Some((last, messages)) if *last == segment => messages.push(message),
            _ => self.carried.push_back((segment, vec![message])),
        }
    }

    /// Notes that the messages of `keeping` were carried to `segment`.
    pub(crate) fn carried(&mut self, segment: u64, keeping: Keeping) {
        self.carried.retain(|(old, _)| *old != keeping.segment);
        self.floor = self.floor.max(keeping.floor);
        if !keeping.messages.is_empty() {
            self.carried.push_back((segment, keeping.messages));
        }
    }

    /// Returns the oldest segment that a message or key still needs; `None` if none is needed.
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

    /// Returns the segment in which the message `oldest` was published; forgets earlier segments.
    fn of(&mut self, oldest: Option<MessageId>) -> Option<u64> {
        let oldest = oldest?;
        while self.first.len() > 1 && self.first[1].1 <= oldest {
            self.first.pop_front();
        }
        self.first.front().map(|(segment, _)| *segment)
    }

    /// Returns the messages that need `segment`, which is the oldest needed segment. Messages whose
    /// id is `next` or higher are not written to any segment yet.
    pub(crate) fn keeping(&self, segment: u64, broker: &Broker, next: MessageId) -> Keeping {
        let carried = self.carried.iter().filter(|(it, _)| *it == segment);
        let carried = carried.flat_map(|(_, messages)| messages).copied();
        let mut messages: Vec<MessageId> = carried.filter(|id| broker.holds(*id)).collect();
        let mut floor = self.floor;
        if self.first.front().is_some_and(|(it, _)| *it == segment) {
            floor = self.first.get(1).map_or(next, |(_, first)| *first);
            messages.extend(broker.between(self.floor, floor));
        }
        // An id occurs twice if both the message and the key of its publish are needed.
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
