//! One queue: its messages, where each is, and who waits for them.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;

use crate::Time;
use crate::broker::Request;
use crate::event::{Event, ReturnReason};
use crate::keys::Keys;
use crate::message::{Delivery, Lease, MessageId, Place, Receipt, WaiterId};
use crate::redelivery::{Redeliveries, Redelivery};
use crate::restore::Earlier;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::stats::Counters;

/// So many deliveries of a message, one after the other, may be begun and not kept when a process
/// ends; who shows a receipt of a later one has made it up.
const UNHEARD_OF: u32 = 16;

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) body: Bytes,
    /// Milliseconds since 1970. For display, and for its age after a restart; nothing that runs is
    /// decided by it.
    pub(crate) enqueued_at: u64,
    /// When it was first published, for its age; ascends with the id, in dead-letter queues too.
    pub(crate) published: Time,
    /// Deliveries that count against `max_attempts`.
    pub(crate) attempts: u32,
    /// All deliveries, so that no receipt is given twice.
    pub(crate) deliveries: u32,
    /// Which run of the process gave the last receipt; 0 before the first one.
    pub(crate) run: u32,
    pub(crate) place: Place,
}

impl Message {
    /// One that is ready, published at `now`.
    pub(crate) fn new(body: Bytes, enqueued_at: u64, now: Time) -> Message {
        let (attempts, deliveries, run, place) = (0, 0, 0, Place::Ready);
        Message { body, enqueued_at, published: now, attempts, deliveries, run, place }
    }

    /// When it becomes ready, where it is delayed.
    pub(crate) fn due(&self) -> Option<Time> {
        match self.place {
            Place::Delayed { until } => Some(until),
            _ => None,
        }
    }
}

/// What became of messages whose lease is over.
pub(crate) struct Dead {
    pub(crate) id: MessageId,
    pub(crate) message: Message,
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) settings: Settings,
    /// Which run of the process gives the receipts.
    run: u32,
    /// What is known of the run before, where there was one.
    pub(crate) earlier: Option<Earlier>,
    pub(crate) messages: Shelf,
    /// How many bytes their bodies have.
    pub(crate) bytes: u64,
    /// Messages that were accepted and are not there yet.
    pub(crate) expected: usize,
    /// The bytes of their bodies.
    pub(crate) expected_bytes: u64,
    /// By which publishes that come again are known.
    pub(crate) keys: Keys,
    /// Whether nobody gets any.
    pub(crate) paused: bool,
    /// Ids ascend with publishing, so a message that comes back finds its old place.
    pub(crate) ready: BTreeSet<MessageId>,
    /// Ends of leases and of delays, soonest first.
    timers: BTreeSet<(Time, MessageId)>,
    pub(crate) in_flight: usize,
    /// First come, first served. Nobody waits here while a message is ready.
    pub(crate) waiters: VecDeque<(WaiterId, Request)>,
    pub(crate) total: Counters,
    pub(crate) redeliveries: Redeliveries,
    pub(crate) events: Vec<Event>,
}

impl Queue {
    pub(crate) fn new(run: u32) -> Queue {
        Queue { run, ..Queue::default() }
    }

    /// How many messages the queue holds or keeps room for, wherever they are.
    pub(crate) fn depth(&self) -> usize {
        self.messages.len() + self.expected
    }

    pub(crate) fn next_deadline(&self) -> Option<Time> {
        let timer = self.timers.first().map(|(at, _)| *at);
        timer.into_iter().chain(self.next_expiry()).chain(self.keys.next_deadline()).min()
    }

    pub(crate) fn insert(&mut self, id: MessageId, message: Message) {
        let due = message.due();
        let (body, enqueued_at) = (message.body.clone(), message.enqueued_at);
        self.events.push(Event::Published { id, body, enqueued_at, due });
        self.total.published += 1;
        self.hold(id, message);
        self.index(id, due);
    }

    /// Takes in a message that was there in an earlier run; its place is as it was then, but for a
    /// fresh lease.
    pub(crate) fn restore(&mut self, id: MessageId, message: Message) {
        match message.place {
            Place::Ready => self.index(id, None),
            Place::Delayed { until } => self.index(id, Some(until)),
            Place::InFlight(ref lease) => {
                self.timers.insert((lease.until, id));
                self.in_flight += 1;
            }
        }
        self.hold(id, message);
    }

    fn hold(&mut self, id: MessageId, message: Message) {
        self.bytes += message.body.len() as u64;
        self.messages.insert(id, message);
    }

    pub(crate) fn let_go(&mut self, id: MessageId) -> Option<Message> {
        let message = self.messages.remove(id)?;
        self.bytes -= message.body.len() as u64;
        Some(message)
    }

    /// Puts a message that is not in flight where it will be found.
    fn index(&mut self, id: MessageId, due: Option<Time>) {
        match due {
            Some(until) => self.timers.insert((until, id)),
            None => self.ready.insert(id),
        };
    }

    /// Gives ready messages to those who wait, first come, first served.
    pub(crate) fn wake(&mut self, now: Time) {
        while !self.ready.is_empty() && !self.paused {
            let Some((waiter, request)) = self.waiters.pop_front() else { return };
            let deliveries = self.deliver(now, &request);
            let lease = self.lease_of(&request);
            self.events.push(Event::Delivered { waiter: Some(waiter), deliveries, lease });
        }
    }

    pub(crate) fn receive(&mut self, now: Time, request: &Request) -> Vec<Delivery> {
        let deliveries = self.deliver(now, request);
        if !deliveries.is_empty() {
            let (deliveries, lease) = (deliveries.clone(), self.lease_of(request));
            self.events.push(Event::Delivered { waiter: None, deliveries, lease });
        }
        deliveries
    }

    fn lease_of(&self, request: &Request) -> Time {
        request.lease.unwrap_or(self.settings.lease)
    }

    fn deliver(&mut self, now: Time, request: &Request) -> Vec<Delivery> {
        let max = if self.paused { 0 } else { request.max };
        let ids: Vec<_> = self.ready.iter().take(max).copied().collect();
        ids.into_iter().filter_map(|id| self.deliver_one(now, id, request)).collect()
    }

    fn deliver_one(&mut self, now: Time, id: MessageId, request: &Request) -> Option<Delivery> {
        let until = now.saturating_add(self.lease_of(request));
        let message = self.messages.get_mut(id)?;
        message.attempts += 1;
        message.deliveries += 1;
        message.run = self.run;
        message.place = Place::in_flight(now, until, request.worker.clone());
        if message.deliveries > 1 {
            self.redeliveries.given_again(id, now, request.worker.clone());
        }
        let delivery = Delivery {
            id,
            receipt: Receipt { message: id, delivery: message.deliveries, run: self.run },
            attempts: message.attempts,
            enqueued_at: message.enqueued_at,
            body: message.body.clone(),
        };
        self.ready.remove(&id);
        self.timers.insert((until, id));
        self.in_flight += 1;
        self.total.delivered += 1;
        Some(delivery)
    }

    pub(crate) fn wait(&mut self, waiter: WaiterId, request: Request) {
        self.waiters.push_back((waiter, request));
    }

    pub(crate) fn cancel(&mut self, waiter: WaiterId) -> bool {
        let before = self.waiters.len();
        self.waiters.retain(|(id, _)| *id != waiter);
        self.waiters.len() < before
    }

    /// The lease's end, if this delivery is the one under way.
    fn lease(&self, receipt: Receipt) -> Option<Time> {
        let message = self.messages.get(receipt.message)?;
        let current = receipt.run == message.run && receipt.delivery == message.deliveries;
        match &message.place {
            Place::InFlight(lease) if current => Some(lease.until),
            _ => None,
        }
    }

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
            self.ready.remove(&receipt.message);
            self.timers.insert((until, receipt.message));
            self.in_flight += 1;
            self.total.delivered += 1;
        }
        self.events.push(Event::Recalled { receipt });
    }

    /// Ends a delivery: the message is in no index until the caller puts it somewhere.
    fn end_delivery(&mut self, receipt: Receipt) -> bool {
        let Some(until) = self.lease(receipt) else { return false };
        self.timers.remove(&(until, receipt.message));
        self.in_flight -= 1;
        true
    }

    pub(crate) fn ack(&mut self, now: Time, receipt: Receipt) -> bool {
        self.recall(now, receipt);
        if !self.end_delivery(receipt) {
            return false;
        }
        if let Some(message) = self.let_go(receipt.message)
            && message.deliveries > 1
            && let Place::InFlight(lease) = &message.place
        {
            self.redeliveries.done(receipt.message, lease.worker.as_ref());
        }
        self.total.acked += 1;
        self.events.push(Event::Acked { receipt });
        true
    }

    /// Undoes a delivery that its receiver never got: as if it had not been given.
    pub(crate) fn undeliver(&mut self, receipt: Receipt) {
        if !self.end_delivery(receipt) {
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
        if !self.end_delivery(receipt) {
            return Err(Stale);
        }
        self.total.failed(ReturnReason::Nacked);
        let due = (!delay.is_zero()).then(|| now.saturating_add(delay));
        Ok(self.give_back(receipt, ReturnReason::Nacked, due))
    }

    fn give_back(
        &mut self,
        receipt: Receipt,
        reason: ReturnReason,
        due: Option<Time>,
    ) -> Option<Dead> {
        let id = receipt.message;
        let message = self.messages.get_mut(id)?;
        if message.attempts >= self.settings.max_attempts {
            self.total.dead += 1;
            let to = self.settings.dead_letter_queue.clone();
            self.events.push(Event::Dead { receipt, reason, to });
            return self.let_go(id).map(|message| Dead { id, message });
        }
        let place = due.map_or(Place::Ready, |until| Place::Delayed { until });
        let was = std::mem::replace(&mut message.place, place);
        if let Place::InFlight(lease) = was {
            let Lease { heard, worker, .. } = *lease;
            let (given_again, next_worker, done) = (None, None, None);
            let story = Redelivery { id, reason, worker, heard, given_again, next_worker, done };
            self.redeliveries.began(story);
        }
        self.events.push(Event::Returned { receipt, reason, due });
        self.index(id, due);
        None
    }

    pub(crate) fn extend(
        &mut self,
        now: Time,
        receipt: Receipt,
        lease: Time,
    ) -> Result<Time, Stale> {
        self.recall(now, receipt);
        let old = self.lease(receipt).ok_or(Stale)?;
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

    /// Ends the leases and delays that are over at `now`; returns the messages that died of it.
    pub(crate) fn advance(&mut self, now: Time) -> Vec<Dead> {
        let mut dead = Vec::new();
        while let Some(&(at, id)) = self.timers.first()
            && at <= now
        {
            self.timers.pop_first();
            dead.extend(self.ring(id));
        }
        self.expire(now);
        self.keys.advance(now);
        dead
    }

    /// A message's timer rang; it is out of the index already.
    fn ring(&mut self, id: MessageId) -> Option<Dead> {
        let message = self.messages.get_mut(id)?;
        if let Place::InFlight(_) = message.place {
            self.in_flight -= 1;
            self.total.failed(ReturnReason::LeaseExpired);
            let (delivery, run) = (message.deliveries, message.run);
            let receipt = Receipt { message: id, delivery, run };
            return self.give_back(receipt, ReturnReason::LeaseExpired, None);
        }
        message.place = Place::Ready;
        self.index(id, None);
        None
    }

    /// Throws all messages away; their receipts are stale from now on. Keys stay: what was
    /// published with them was published.
    pub(crate) fn purge(&mut self) -> u64 {
        let count = self.messages.len() as u64;
        let below = self.messages.last().map_or(MessageId(0), |last| MessageId(last.0 + 1));
        self.messages = Shelf::default();
        self.bytes = 0;
        self.ready.clear();
        self.timers.clear();
        self.in_flight = 0;
        self.total.purged += count;
        self.events.push(Event::Purged { count, below });
        count
    }
}

/// The receipt's delivery is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the delivery of this receipt is over")]
pub struct Stale;
