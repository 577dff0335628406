//! What is remembered of messages that are in flight or came back.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use broker::Time;

/// How many messages that came back are remembered. Their attempts begin again at 1 when they are
/// forgotten.
const MOST_BACK: usize = 100_000;

/// What is known of a message.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How many deliveries count against `max_attempts`.
    pub(super) attempts: u32,
    /// How many releases did not count as attempts.
    pub(super) releases: u32,
    /// All deliveries that reached a worker.
    pub(super) deliveries: u32,
    /// The delivery that is in flight.
    pub(super) in_flight: Option<u64>,
    /// Until when the message was handed back to stay hidden.
    pub(super) hidden_until: Option<Time>,
    /// The message's place among those that came back.
    came_back: Option<u64>,
}

/// The messages that are in flight or came back, by their ids.
#[derive(Debug, Default)]
pub(super) struct Messages {
    known: HashMap<Arc<str>, Known>,
    /// Those that came back, the one that is back for longest first.
    back: BTreeMap<u64, Arc<str>>,
    next: u64,
}

impl Messages {
    pub(super) fn get(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    /// What is known of a message that the upstream has just delivered.
    pub(super) fn taken(&mut self, id: &Arc<str>) -> &mut Known {
        let known = self.known.entry(id.clone()).or_default();
        if let Some(place) = known.came_back.take() {
            self.back.remove(&place);
        }
        known.hidden_until = None;
        known
    }

    /// Changes what is known of a message in flight, which now goes back to the upstream.
    pub(super) fn went_back(&mut self, id: &Arc<str>, change: impl FnOnce(&mut Known)) {
        let Some(known) = self.known.get_mut(id) else { return };
        change(known);
        known.in_flight = None;
        if known.deliveries == 0 {
            self.known.remove(id);
            return;
        }
        known.came_back = Some(self.next);
        self.back.insert(self.next, id.clone());
        self.next += 1;
        if self.back.len() > MOST_BACK
            && let Some((_, oldest)) = self.back.pop_first()
        {
            self.known.remove(&oldest);
        }
    }

    /// Forgets a message; false if it was not known.
    pub(super) fn forget(&mut self, id: &str) -> bool {
        let Some(known) = self.known.remove(id) else { return false };
        if let Some(place) = known.came_back {
            self.back.remove(&place);
        }
        true
    }

    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.back.clear();
    }

    /// How many messages were handed back and stay hidden at `now`.
    pub(super) fn hidden(&self, now: Time) -> usize {
        let hidden = |id: &&Arc<str>| {
            let until = self.known.get(*id).and_then(|known| known.hidden_until);
            until.is_some_and(|until| until > now)
        };
        self.back.values().filter(hidden).count()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_messages_that_came_back_the_last_ones_are_remembered() {
        let mut all = Messages::default();
        for number in 0..=MOST_BACK {
            let id = number.to_string().into();
            all.taken(&id).deliveries = 1;
            all.went_back(&id, |_| {});
        }
        assert_eq!((all.len(), all.back.len()), (MOST_BACK, MOST_BACK));
        assert!(all.get("0").is_none() && all.get("1").is_some());
        all.forget("1");
        assert_eq!((all.len(), all.back.len()), (MOST_BACK - 1, MOST_BACK - 1));
    }
}
