//! Ends deliveries by ack, nack, release and undeliver, and extends leases.

use crate::Time;
use crate::event::{Event, ReturnReason};
use crate::message::{Dead, Lease, Message, Place, Receipt, Stale};
use crate::queue::Queue;
use crate::redelivery::Redelivery;
use crate::shelf::Shelf;
use crate::workers::End;

/// The maximum number of consecutive deliveries of a message that an earlier run may have begun but
/// not logged. A receipt with a higher delivery number is refused as forged.
const UNHEARD_OF: u32 = 16;

/// How many releases of a message do not count as attempts. Without this limit, a message that
/// always makes its worker stop would come back for ever.
pub const FREE_RELEASES: u32 = 20;

/// Returns the lease of the receipt's delivery; `None` if that delivery is over.
fn held(messages: &Shelf, receipt: Receipt) -> Option<&Lease> {
    let message = messages.get(receipt.message)?;
    let current = receipt.run == message.run && receipt.delivery == message.deliveries;
    match &message.place {
        Place::InFlight(lease) if current => Some(lease),
        _ => None,
    }
}

impl Queue {
    /// Makes a receipt of the previous run valid if its delivery was not logged because the process
    /// ended too early. The worker may still be working, so the receipt stays valid until the
    /// message is redelivered. Other receipts are ignored.
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

    /// Ends a delivery. The caller must then add the message to `ready` or `timers`, or remove it.
    fn end_delivery(&mut self, now: Time, receipt: Receipt, how: End) -> Result<(), Stale> {
        let lease = held(&self.messages, receipt).ok_or(Stale)?;
        self.workers.ended(now, receipt.message, lease, how);
        // When a delivery of the previous run began is unknown, so its duration is not recorded.
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
            self.redeliveries.done(&receipt.message, lease.worker.as_ref());
        }
        self.total.acked += 1;
        self.events.push(Event::Acked { receipt });
        Ok(())
    }

    /// Undoes a delivery that never reached its worker, as if it had not begun.
    pub(crate) fn undeliver(&mut self, now: Time, receipt: Receipt) {
        if self.end_delivery(now, receipt, End::NotGiven).is_err() {
            return;
        }
        if let Some(message) = self.messages.get_mut(receipt.message) {
            message.attempts -= 1;
            message.place = Place::Ready;
        }
        self.index(receipt.message, None);
        self.redeliveries.not_given(&receipt.message);
        self.total.undelivered += 1;
        self.events.push(Event::Undelivered { receipt });
    }

    /// Hands a message back, to be ready after `delay`. Returns it if it is dead.
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

    /// Hands a message back. Its first [`FREE_RELEASES`] releases do not count as attempts. If a
    /// later release makes the message dead, returns the message.
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

    /// Makes a message ready at `due` (`None` means now). If it is dead instead, returns it.
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
