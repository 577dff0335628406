//! One queue: its messages, where each is, and who waits for them.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;

use crate::Time;
use crate::broker::Request;
use crate::event::{Event, ReturnReason};
use crate::keys::Keys;
use crate::message::{Delivery, MessageId, Place, Receipt, WaiterId};
use crate::redelivery::Redeliveries;
use crate::restore::Earlier;
use crate::retire::Retired;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::stats::Counters;
use crate::workers::{End, Workers};

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
    /// How often it was released without its attempt counting.
    pub(crate) releases: u32,
    /// All deliveries, so that no receipt is given twice.
    pub(crate) deliveries: u32,
    /// Which run of the process gave the last receipt; 0 before the first one.
    pub(crate) run: u32,
    pub(crate) place: Place,
}

impl Message {
    /// One that is ready, published at `now`.
    pub(crate) fn new(body: Bytes, enqueued_at: u64, now: Time) -> Message {
        let (attempts, releases, deliveries, run, place) = (0, 0, 0, 0, Place::Ready);
        Message { body, enqueued_at, published: now, attempts, releases, deliveries, run, place }
    }

    /// The same one in another queue, where it begins anew.
    pub(crate) fn anew(self) -> Message {
        Message { attempts: 0, releases: 0, place: Place::Ready, ..self }
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
    pub(crate) run: u32,
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
    pub(crate) timers: BTreeSet<(Time, MessageId)>,
    pub(crate) in_flight: usize,
    /// First come, first served. While a message is ready only retired ones wait here.
    pub(crate) waiters: VecDeque<(WaiterId, Request)>,
    /// Who has the messages in flight.
    pub(crate) workers: Workers,
    /// Workers that get none.
    pub(crate) retired: Retired,
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
        let others = self.next_expiry().into_iter().chain(self.keys.next_deadline());
        others.chain(timer).chain(self.retired.next_deadline()).min()
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
                self.workers.given(lease.since, id, lease.worker.as_ref());
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
    pub(crate) fn index(&mut self, id: MessageId, due: Option<Time>) {
        match due {
            Some(until) => self.timers.insert((until, id)),
            None => self.ready.insert(id),
        };
    }

    /// Gives ready messages to those who wait, first come, first served.
    pub(crate) fn wake(&mut self, now: Time) {
        while !self.ready.is_empty() && !self.paused {
            let Some((waiter, request)) = self.next_waiter() else { return };
            let deliveries = self.deliver(now, &request);
            let lease = self.lease_of(&request);
            self.events.push(Event::Delivered { waiter: Some(waiter), deliveries, lease });
        }
    }

    pub(crate) fn receive(&mut self, now: Time, request: &Request) -> Vec<Delivery> {
        if self.turns_away(request) {
            return Vec::new();
        }
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
        self.workers.given(now, id, request.worker.as_ref());
        self.ready.remove(&id);
        self.timers.insert((until, id));
        self.in_flight += 1;
        self.total.delivered += 1;
        Some(delivery)
    }

    pub(crate) fn cancel(&mut self, waiter: WaiterId) -> bool {
        let before = self.waiters.len();
        self.waiters.retain(|(id, _)| *id != waiter);
        self.waiters.len() < before
    }

    /// Ends the leases and delays that are over at `now`; returns the messages that died of it.
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

    /// A message's timer rang; it is out of the index already.
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

    /// Throws all messages away; their receipts are stale from now on. Keys stay: what was
    /// published with them was published.
    pub(crate) fn purge(&mut self, now: Time) -> u64 {
        let count = self.messages.len() as u64;
        let below = self.messages.last().map_or(MessageId(0), |last| MessageId(last.0 + 1));
        self.messages = Shelf::default();
        self.bytes = 0;
        self.ready.clear();
        self.timers.clear();
        self.in_flight = 0;
        self.workers.all_ended(now);
        self.total.purged += count;
        self.events.push(Event::Purged { count, below });
        count
    }
}
