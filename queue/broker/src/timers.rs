//! Ends a queue's leases, delays, ages, keys and retirements as time passes.

use crate::Time;
use crate::event::{Event, ReturnReason};
use crate::message::{Dead, MessageId, Place, Receipt};
use crate::queue::Queue;
use crate::workers::End;

impl Queue {
    /// The next time when a lease, a delay or a similar period ends; `None` if none is running.
    pub(crate) fn next_deadline(&self) -> Option<Time> {
        let timer = self.timers.first().map(|(at, _)| *at);
        let others = self.next_expiry().into_iter().chain(self.keys.next_deadline());
        others.chain(timer).chain(self.retired.next_deadline()).min()
    }

    /// Ends everything whose time is over at `now`; returns the messages that this makes dead.
    pub(crate) fn advance(&mut self, now: Time) -> Vec<Dead> {
        let mut dead = Vec::new();
        while let Some(&(at, id)) = self.timers.first()
            && at <= now
        {
            self.timers.pop_first();
            dead.extend(self.ring(now, id));
        }
        self.expire(now);
        self.keys.advance(now);
        self.retired.advance(now);
        dead
    }

    /// Ends a message's lease or delay, whose timer is gone. Returns the message if it is dead.
    fn ring(&mut self, now: Time, id: MessageId) -> Option<Dead> {
        let message = self.messages.get_mut(id)?;
        if let Place::InFlight(lease) = &message.place {
            self.workers.ended(now, id, lease, End::Failed);
            self.in_flight -= 1;
            let (delivery, run) = (message.deliveries, message.run);
            let receipt = Receipt { message: id, delivery, run };
            return self.give_back(receipt, ReturnReason::LeaseExpired, None);
        }
        message.place = Place::Ready;
        self.index(id, None);
        None
    }

    /// The time when the oldest ready message exceeds `max_age`; `None` without a ready message or
    /// limit. Messages that are delayed or in flight expire only once they are ready.
    fn next_expiry(&self) -> Option<Time> {
        let age = self.settings.max_age?;
        let oldest = self.ready.first().and_then(|id| self.messages.get(*id))?;
        Some(oldest.published.saturating_add(age))
    }

    /// Drops the ready messages that exceed `max_age` at `now`.
    fn expire(&mut self, now: Time) {
        while self.next_expiry().is_some_and(|at| at <= now) {
            let Some(id) = self.ready.pop_first() else { return };
            self.let_go(id);
            self.total.expired += 1;
            self.events.push(Event::Expired { id });
        }
    }
}
