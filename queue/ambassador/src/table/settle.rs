//! Deliveries end by ack, nack or release, and leases are extended.
//!
//! Each takes two steps with a call to the upstream between them. [`Table::begin`] says whether the
//! receipt is valid, and keeps the lease from ending meanwhile. Afterwards one of the others is
//! called with the same [`Begun`]: what the upstream has confirmed, or that it has confirmed
//! nothing.

use std::sync::Arc;

use broker::redelivery::Redelivery;
use broker::workers::End;
use broker::{FREE_RELEASES, MessageId, ReturnReason, Time};

use super::{Dead, Held, Receipt, Table};

/// The receipt's delivery has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale;

/// A call to the upstream about one delivery, which was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The number of the delivery; `None` if an earlier run of the ambassador began it.
    number: Option<u64>,
    /// The upstream's receipt.
    pub upstream: Arc<str>,
}

/// What to do with a message that a worker does not finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Return {
    /// Hand it back to the upstream.
    HandBack,
    /// Give it up: it was its last attempt.
    Bury(Dead),
}

impl Table {
    /// Begins a call about the delivery of this receipt.
    ///
    /// # Errors
    /// When the delivery has ended.
    pub fn begin(&mut self, receipt: &Receipt) -> Result<Begun, Stale> {
        let upstream = receipt.upstream.clone();
        if receipt.run != self.run {
            // Whoever holds a receipt of an earlier run may still be at work, unless the message
            // was given to another worker since.
            let given_again = self.messages.get(&receipt.id).is_some();
            let is_valid = self.habits.receipts_outlive && !given_again;
            return if is_valid { Ok(Begun { number: None, upstream }) } else { Err(Stale) };
        }
        let held = self.held.get_mut(&receipt.number).ok_or(Stale)?;
        if held.upstream != upstream {
            return Err(Stale);
        }
        held.calls += 1;
        Ok(Begun { number: Some(receipt.number), upstream })
    }

    /// What becomes of a message whose worker hands it back.
    pub fn on_return(&self, begun: &Begun, reason: ReturnReason) -> Return {
        let held = begun.number.and_then(|number| self.held.get(&number));
        let dead = held.and_then(|held| self.dead(held, reason));
        dead.map_or(Return::HandBack, Return::Bury)
    }

    /// The upstream has confirmed an ack.
    ///
    /// # Errors
    /// When the delivery ended while the upstream was asked.
    pub fn acked(&mut self, now: Time, begun: &Begun) -> Result<(), Stale> {
        let Some(number) = begun.number else {
            self.totals.acked += 1;
            return Ok(());
        };
        let held = self.take(now, number, End::Done).ok_or(Stale)?;
        self.workers.took(now.saturating_sub(held.lease.since));
        if self.messages.get(&held.id).is_some_and(|known| known.deliveries > 1) {
            self.stories.done(&held.id, held.lease.worker.as_ref());
        }
        self.messages.forget(&held.id);
        self.totals.acked += 1;
        Ok(())
    }

    /// A message is in another queue, and the upstream has confirmed the ack.
    ///
    /// # Errors
    /// When the delivery ended while the upstream was asked.
    pub fn moved(&mut self, now: Time, begun: &Begun) -> Result<(), Stale> {
        let held = begun.number.and_then(|number| self.take(now, number, End::Done));
        self.messages.forget(&held.ok_or(Stale)?.id);
        self.totals.redriven += 1;
        Ok(())
    }

    /// The upstream has the message back. It stays hidden for `delay`.
    ///
    /// # Errors
    /// When the delivery ended while the upstream was asked.
    pub fn returned(
        &mut self,
        now: Time,
        begun: &Begun,
        reason: ReturnReason,
        delay: Time,
    ) -> Result<(), Stale> {
        let Some(number) = begun.number else {
            self.totals.came_back(reason);
            return Ok(());
        };
        let held = self.take(now, number, End::Failed).ok_or(Stale)?;
        let until = (!delay.is_zero()).then(|| now.saturating_add(delay));
        self.came_back(held, reason, until);
        Ok(())
    }

    /// A message was given up: it is in its dead-letter queue, if there is one, and acked.
    pub fn buried(&mut self, now: Time, id: &Arc<str>, reason: ReturnReason) {
        if let Some(number) = self.messages.get(id).and_then(|known| known.in_flight) {
            self.take(now, number, End::Failed);
            self.totals.came_back(reason);
        }
        // Counted once, also if two deliveries of the message were given up.
        self.totals.dead += u64::from(self.messages.forget(id));
    }

    /// The upstream has extended its lease; so the worker's ends `lease` from now.
    ///
    /// # Errors
    /// When the delivery ended while the upstream was asked.
    pub fn extended(&mut self, now: Time, begun: &Begun, lease: Time) -> Result<(), Stale> {
        let Some(number) = begun.number else { return Ok(()) };
        let until = now.saturating_add(lease);
        let next = self.next_look(now, until);
        let held = self.held.get_mut(&number).ok_or(Stale)?;
        (held.lease.until, held.lease.heard) = (until, now);
        held.calls = held.calls.saturating_sub(1);
        self.timers.remove(&(held.next, number));
        held.next = next;
        self.timers.insert((next, number));
        Ok(())
    }

    /// The upstream has not confirmed the call: the delivery goes on as before.
    pub fn abandoned(&mut self, begun: &Begun) {
        let Some(number) = begun.number else { return };
        let Some(held) = self.held.get_mut(&number) else { return };
        held.calls = held.calls.saturating_sub(1);
        self.timers.insert((held.next, number));
    }

    /// The upstream says that its lease has ended: the worker has lost the message.
    pub fn lost(&mut self, now: Time, begun: &Begun) {
        if let Some(number) = begun.number {
            self.lost_by_number(now, number);
        }
    }

    /// Like [`Table::lost`], for a delivery whose lease could not be renewed.
    pub fn lost_by_number(&mut self, now: Time, number: u64) {
        if let Some(held) = self.take(now, number, End::Failed) {
            self.came_back(held, ReturnReason::LeaseExpired, None);
        }
    }

    /// Ends a delivery; `None` if it has ended.
    pub(super) fn take(&mut self, now: Time, number: u64, how: End) -> Option<Held> {
        let held = self.held.remove(&number)?;
        self.timers.remove(&(held.next, number));
        self.workers.ended(now, MessageId(number), &held.lease, how);
        Some(held)
    }

    /// The message, if it is dead when it now comes back.
    pub(super) fn dead(&self, held: &Held, reason: ReturnReason) -> Option<Dead> {
        let known = self.messages.get(&held.id)?;
        let is_free = reason == ReturnReason::Released && known.releases < FREE_RELEASES;
        (!is_free && known.attempts >= self.rules.max_attempts).then(|| Dead {
            id: held.id.clone(),
            upstream: held.upstream.clone(),
            body: held.body.clone(),
            to: self.rules.dead_letter_queue.clone(),
        })
    }

    /// Records that a message is back at the upstream. Its first releases cost no attempt.
    pub(super) fn came_back(&mut self, held: Held, reason: ReturnReason, until: Option<Time>) {
        let mut reason = reason;
        self.messages.went_back(&held.id, |known| {
            known.hidden_until = until;
            if reason == ReturnReason::Released && known.releases < FREE_RELEASES {
                known.releases += 1;
                known.attempts = known.attempts.saturating_sub(1);
            } else if reason == ReturnReason::Released {
                reason = ReturnReason::Nacked;
            }
        });
        self.totals.came_back(reason);
        let (id, worker, heard) = (held.id, held.lease.worker, held.lease.heard);
        let (given_again, next_worker, done) = (None, None, None);
        self.stories.began(Redelivery {
            id,
            reason,
            worker,
            heard,
            given_again,
            next_worker,
            done,
        });
    }
}
