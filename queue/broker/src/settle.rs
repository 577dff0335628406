//! Deliveries end: they are done, or handed back, or were never there; or they get more time.

use crate::Time;
use crate::event::{Event, ReturnReason};
use crate::message::{Dead, Lease, Message, Place, Receipt, Stale};
use crate::queue::Queue;
use crate::redelivery::Redelivery;
use crate::shelf::Shelf;
use crate::workers::End;

/// So many deliveries of a message, one after the other, may be begun and not kept when a process
/// ends; who shows a receipt of a later one has made it up.
const UNHEARD_OF: u32 = 16;

/// So often a message may be released without the attempt counting. One that gets its worker
/// stopped each time would otherwise come round for ever.
pub const FREE_RELEASES: u32 = 20;

/// The lease, if this delivery is the one under way.
fn held(messages: &Shelf, receipt: Receipt) -> Option<&Lease> {
    let message = messages.get(receipt.message)?;
    let current = receipt.run == message.run && receipt.delivery == message.deliveries;
    match &message.place {
        Place::InFlight(lease) if current => Some(lease),
        _ => None,
    }
}

impl Queue {
    /// A delivery of the run before may never have been kept: the process ended first. Its receiver
    /// may be at work all the same, so its receipt holds until the message is given out again.
    fn recall(&mut self, now: Time, receipt: Receipt) {
        let Some(message) = self.messages.get_mut(receipt.message) else { return };
        let earlier = self.earlier.is_some_and(|it| it.gave(receipt));
        let further = receipt.delivery.saturating_sub(message.deliveries);
        let unheard_of = message.run != self.run && (1..=UNHEARD_OF).contains(&further);
        if !earlier || !unheard_of || matches!(message.place, Place::Delayed { .. }) {
            return;
        }
        (message.deliveries, message.run) = (receipt.delivery, receipt.run);
        if message.place == Place::Ready {
            let until = now.saturating_add(self.settings.lease);
            message.attempts += 1;
            message.place = Place::in_flight(now, until, None);
            self.workers.given(now, receipt.message, None);
            self.ready.remove(&receipt.message);
            self.timers.insert((until, receipt.message));
            self.in_flight += 1;
            self.total.delivered += 1;
        }
        self.events.push(Event::Recalled { receipt });
    }

    /// Ends a delivery: the message is in no index until the caller puts it somewhere.
    fn end_delivery(&mut self, now: Time, receipt: Receipt, how: End) -> Result<(), Stale> {
        let lease = held(&self.messages, receipt).ok_or(Stale)?;
        self.workers.ended(now, receipt.message, lease, how);
        // When a delivery of the run before began is not known.
        if how == End::Done && receipt.run == self.run {
            self.workers.took(now.saturating_sub(lease.since));
        }
        self.timers.remove(&(lease.until, receipt.message));
        self.in_flight -= 1;
        Ok(())
    }

    pub(crate) fn ack(&mut self, now: Time, receipt: Receipt) -> Result<(), Stale> {
        self.recall(now, receipt);
        self.end_delivery(now, receipt, End::Done)?;
        if let Some(message) = self.let_go(receipt.message)
            && message.deliveries > 1
            && let Place::InFlight(lease) = &message.place
        {
            self.redeliveries.done(receipt.message, lease.worker.as_ref());
        }
        self.total.acked += 1;
        self.events.push(Event::Acked { receipt });
        Ok(())
    }

    /// Undoes a delivery that its receiver never got: as if it had not been given.
    pub(crate) fn undeliver(&mut self, now: Time, receipt: Receipt) {
        if self.end_delivery(now, receipt, End::NotGiven).is_err() {
            return;
        }
        if let Some(message) = self.messages.get_mut(receipt.message) {
            message.attempts -= 1;
            message.place = Place::Ready;
        }
        self.index(receipt.message, None);
        self.redeliveries.not_given(receipt.message);
        self.total.undelivered += 1;
        self.events.push(Event::Undelivered { receipt });
    }

    /// Hands a message back; a dead one is the caller's to bury.
    pub(crate) fn nack(
        &mut self,
        now: Time,
        receipt: Receipt,
        delay: Time,
    ) -> Result<Option<Dead>, Stale> {
        self.recall(now, receipt);
        self.end_delivery(now, receipt, End::Failed)?;
        let due = (!delay.is_zero()).then(|| now.saturating_add(delay));
        Ok(self.give_back(receipt, ReturnReason::Nacked, due))
    }

    /// Hands a message back without its attempt, while that is free; a dead one is the caller's to
    /// bury.
    pub(crate) fn release(&mut self, now: Time, receipt: Receipt) -> Result<Option<Dead>, Stale> {
        self.recall(now, receipt);
        self.end_delivery(now, receipt, End::Failed)?;
        let free = |message: &&mut Message| message.releases < FREE_RELEASES;
        let Some(message) = self.messages.get_mut(receipt.message).filter(free) else {
            return Ok(self.give_back(receipt, ReturnReason::Nacked, None));
        };
        message.attempts = message.attempts.saturating_sub(1);
        message.releases += 1;
        self.put_back(receipt, ReturnReason::Released, None);
        Ok(None)
    }

    /// Ends a failed delivery, which was its message's last one where it has had all its attempts.
    pub(crate) fn give_back(
        &mut self,
        receipt: Receipt,
        reason: ReturnReason,
        due: Option<Time>,
    ) -> Option<Dead> {
        let id = receipt.message;
        let message = self.messages.get(id)?;
        if message.attempts >= self.settings.max_attempts {
            self.total.came_back(reason);
            self.total.dead += 1;
            let to = self.settings.dead_letter_queue.clone();
            self.events.push(Event::Dead { receipt, reason, to });
            return self.let_go(id).map(|message| Dead { id, message });
        }
        self.put_back(receipt, reason, due);
        None
    }

    fn put_back(&mut self, receipt: Receipt, reason: ReturnReason, due: Option<Time>) {
        let id = receipt.message;
        let Some(message) = self.messages.get_mut(id) else { return };
        let place = due.map_or(Place::Ready, |until| Place::Delayed { until });
        let was = std::mem::replace(&mut message.place, place);
        if let Place::InFlight(lease) = was {
            let Lease { heard, worker, .. } = *lease;
            let (given_again, next_worker, done) = (None, None, None);
            let story = Redelivery { id, reason, worker, heard, given_again, next_worker, done };
            self.redeliveries.began(story);
        }
        self.total.came_back(reason);
        self.events.push(Event::Returned { receipt, reason, due });
        self.index(id, due);
    }

    pub(crate) fn extend(
        &mut self,
        now: Time,
        receipt: Receipt,
        lease: Time,
    ) -> Result<Time, Stale> {
        self.recall(now, receipt);
        let old = held(&self.messages, receipt).ok_or(Stale)?.until;
        let new = now.saturating_add(lease);
        if let Some(message) = self.messages.get_mut(receipt.message)
            && let Place::InFlight(lease) = &mut message.place
        {
            (lease.until, lease.heard) = (new, now);
        }
        self.timers.remove(&(old, receipt.message));
        self.timers.insert((new, receipt.message));
        self.events.push(Event::Extended { receipt, until: new });
        Ok(new)
    }
}
