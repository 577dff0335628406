//! Which messages are in which segment: numbers ascend with segments, so a segment is done with
//! when the oldest message that is left has a higher number than any of its own.

use std::collections::VecDeque;

use broker::MessageId;

/// The first message of each segment that has any.
#[derive(Debug, Default)]
pub(crate) struct Extents(VecDeque<(u64, MessageId)>);

impl Extents {
    /// A message is in a segment.
    pub(crate) fn holds(&mut self, segment: u64, message: MessageId) {
        if self.0.back().is_none_or(|(last, _)| *last < segment) {
            self.0.push_back((segment, message));
        }
    }

    /// The first segment that is needed yet, while `oldest` is the oldest message; `None` where
    /// only the segment that is written is.
    pub(crate) fn first_needed(&mut self, oldest: Option<MessageId>) -> Option<u64> {
        let oldest = oldest?;
        while self.0.len() > 1 && self.0[1].1 <= oldest {
            self.0.pop_front();
        }
        self.0.front().map(|(segment, _)| *segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_needed_until_its_last_message_is_gone() {
        let mut extents = Extents::default();
        for (segment, message) in [(3, 10), (3, 11), (5, 20), (6, 30)] {
            extents.holds(segment, MessageId(message));
        }
        let mut first = |oldest| extents.first_needed(Some(MessageId(oldest)));
        assert_eq!(
            [first(10), first(19), first(20), first(29), first(99)].map(Option::unwrap),
            [3, 3, 5, 5, 6]
        );
        assert_eq!(extents.first_needed(None), None);
    }
}
