//! A broker that is obviously right: one list of messages per queue, searched from end to end.

use std::collections::BTreeMap;

use broker::stats::Counters;
use broker::{
    FREE_RELEASES, Lease, MessageId, Place, QueueName, Receipt, Request, Settings, Stats, Time,
    WaiterId,
};

use crate::keys::{Expected, Known};
use crate::workers::{Happened, Retirement, What};

pub(crate) const RUN: u32 = 7;

/// A message in a delivery: the receipt, the attempt, and the body's size.
pub(crate) type Given = Vec<(Receipt, u32, usize)>;

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) bytes: usize,
    pub(crate) published: Time,
    pub(crate) attempts: u32,
    pub(crate) releases: u32,
    pub(crate) deliveries: u32,
    pub(crate) place: Place,
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) settings: Settings,
    pub(crate) paused: bool,
    /// Ordered by id, which is the order by age.
    pub(crate) messages: Vec<Message>,
    pub(crate) waiters: Vec<(WaiterId, Request)>,
    pub(crate) keys: Vec<Known>,
    pub(crate) total: Counters,
    /// Messages that count as acked because they were redriven.
    pub(crate) redriven: u64,
    /// Messages in flight that a purge deleted.
    pub(crate) purged_in_flight: u64,
    /// All events of leases.
    pub(crate) happened: Vec<Happened>,
    pub(crate) retired: Vec<Retirement>,
    /// The waiters that were dismissed since the last comparison.
    pub(crate) dismissed: Vec<WaiterId>,
    /// The deliveries since the last comparison.
    pub(crate) sent: Vec<(Option<WaiterId>, Given)>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: Time,
    pub(crate) queues: BTreeMap<QueueName, Queue>,
    /// Accepted batches of all queues.
    pub(crate) expected: Vec<Expected>,
    pub(crate) ids: u64,
    waiters: u64,
}

impl Message {
    fn until(&self) -> Option<Time> {
        match self.place {
            Place::Ready => None,
            Place::Delayed { until } => Some(until),
            Place::InFlight(ref lease) => Some(lease.until),
        }
    }

    fn is_over(&self, now: Time) -> bool {
        self.until().is_some_and(|until| until <= now)
    }

    fn is_in_flight(&self) -> bool {
        matches!(self.place, Place::InFlight(_))
    }

    fn receipt(&self) -> Receipt {
        Receipt { message: self.id, delivery: self.deliveries, run: RUN }
    }
}

impl Queue {
    fn count(&self, fits: impl Fn(&Place) -> bool) -> usize {
        self.messages.iter().filter(|message| fits(&message.place)).count()
    }

    fn give(&mut self, now: Time, waiter: Option<WaiterId>, request: &Request) -> Given {
        let lease = request.lease.unwrap_or(self.settings.lease);
        let gets_none = self.paused || self.is_retired(request.worker.as_deref());
        let max = if gets_none { 0 } else { request.max };
        let (until, worker) = (now + lease, request.worker.clone());
        let held = Lease { until, since: now, heard: now, worker };
        let ready = self.messages.iter_mut().filter(|message| message.place == Place::Ready);
        let give = |message: &mut Message| {
            message.attempts += 1;
            message.deliveries += 1;
            message.place = Place::InFlight(Box::new(held.clone()));
            (message.receipt(), message.attempts, message.bytes)
        };
        let given: Given = ready.take(max).map(give).collect();
        self.total.delivered += given.len() as u64;
        given.iter().for_each(|_| self.happens(now, What::Taken, &held));
        if !given.is_empty() {
            self.sent.push((waiter, given.clone()));
        }
        given
    }

    pub(crate) fn wake(&mut self, now: Time) {
        while !self.paused && self.count(|place| *place == Place::Ready) > 0 {
            let mut line = self.waiters.iter();
            let served = line.position(|(_, it)| !self.is_retired(it.worker.as_deref()));
            let Some(at) = served else { return };
            let (waiter, request) = self.waiters.remove(at);
            self.give(now, Some(waiter), &request);
        }
    }

    /// The index of the message whose current delivery has this receipt.
    fn held(&mut self, receipt: Receipt) -> Option<usize> {
        let held = |message: &Message| message.is_in_flight() && message.receipt() == receipt;
        self.messages.iter().position(held)
    }

    /// Puts a message back after a failed delivery, or removes it if it is dead.
    fn give_back(&mut self, at: usize, place: Place) -> Option<Message> {
        if self.messages[at].attempts < self.settings.max_attempts {
            self.messages[at].place = place;
            return None;
        }
        self.total.dead += 1;
        Some(self.messages.remove(at))
    }

    /// When the oldest ready message exceeds `max_age`.
    fn next_expiry(&self) -> Option<Time> {
        let age = self.settings.max_age?;
        let oldest = self.messages.iter().find(|message| message.place == Place::Ready)?;
        Some(oldest.published + age)
    }

    fn next_deadline(&self) -> Option<Time> {
        let keys = self.keys.iter().filter_map(|key| key.until);
        let messages = self.messages.iter().filter_map(Message::until);
        let retired = self.retired.iter().map(|it| it.until);
        messages.chain(self.next_expiry()).chain(keys).chain(retired).min()
    }

    fn expire(&mut self, now: Time) {
        while self.next_expiry().is_some_and(|at| at <= now) {
            let oldest = self.messages.iter().position(|message| message.place == Place::Ready);
            self.messages.remove(oldest.unwrap());
            self.total.expired += 1;
        }
    }

    pub(crate) fn stats(&self, now: Time) -> Stats {
        let ready = self.messages.iter().filter(|message| message.place == Place::Ready);
        Stats {
            ready: self.count(|place| *place == Place::Ready),
            in_flight: self.count(|place| matches!(place, Place::InFlight(_))),
            delayed: self.count(|place| matches!(place, Place::Delayed { .. })),
            bytes: self.messages.iter().map(|message| message.bytes as u64).sum(),
            keys: self.keys.len(),
            paused: self.paused,
            waiting: self.waiters.len(),
            busy_workers: self.busy(),
            nameless_leases: self.nameless(),
            ack_p90: self.ack_p90(),
            oldest_age: ready.map(|message| now - message.published).max(),
            total: self.total,
        }
    }
}

pub(crate) fn hidden(now: Time, delay: Time) -> Place {
    if delay.is_zero() { Place::Ready } else { Place::Delayed { until: now + delay } }
}

impl Model {
    pub(crate) fn queue(&mut self, name: &QueueName) -> &mut Queue {
        self.queues.entry(name.clone()).or_default()
    }

    pub(crate) fn receive(&mut self, name: &QueueName, request: &Request) -> Given {
        let now = self.now;
        let queue = self.queue(name);
        queue.tell(request);
        queue.give(now, None, request)
    }

    pub(crate) fn wait(&mut self, name: &QueueName, request: Request) -> WaiterId {
        self.waiters += 1;
        let (now, waiter) = (self.now, WaiterId(self.waiters));
        let queue = self.queue(name);
        match queue.tell(&request) {
            true => queue.dismissed.push(waiter),
            false => queue.waiters.push((waiter, request)),
        }
        queue.wake(now);
        waiter
    }

    pub(crate) fn cancel(&mut self, name: &QueueName, waiter: WaiterId) -> bool {
        let Some(queue) = self.queues.get_mut(name) else { return false };
        let at = queue.waiters.iter().position(|(id, _)| *id == waiter);
        at.map(|at| queue.waiters.remove(at)).is_some()
    }

    pub(crate) fn ack(&mut self, name: &QueueName, receipt: Receipt) -> bool {
        let now = self.now;
        let Some(queue) = self.queues.get_mut(name) else { return false };
        let Some(at) = queue.held(receipt) else { return false };
        queue.ends(now, at, What::Done);
        queue.messages.remove(at);
        queue.total.acked += 1;
        true
    }

    pub(crate) fn nack(&mut self, name: &QueueName, receipt: Receipt, delay: Time) -> bool {
        let now = self.now;
        let Some(queue) = self.queues.get_mut(name) else { return false };
        let Some(at) = queue.held(receipt) else { return false };
        queue.total.nacked += 1;
        queue.ends(now, at, What::Failed);
        let dead = queue.give_back(at, hidden(now, delay));
        queue.wake(now);
        self.bury(name, dead.into_iter().collect());
        true
    }

    pub(crate) fn release(&mut self, name: &QueueName, receipt: Receipt) -> bool {
        let now = self.now;
        let Some(queue) = self.queues.get_mut(name) else { return false };
        let Some(at) = queue.held(receipt) else { return false };
        if queue.messages[at].releases == FREE_RELEASES {
            return self.nack(name, receipt, Time::ZERO);
        }
        queue.ends(now, at, What::Failed);
        let message = &mut queue.messages[at];
        message.attempts -= 1;
        message.releases += 1;
        message.place = Place::Ready;
        queue.total.released += 1;
        queue.wake(now);
        true
    }

    pub(crate) fn undeliver(&mut self, name: &QueueName, receipt: Receipt) {
        let now = self.now;
        let Some(queue) = self.queues.get_mut(name) else { return };
        let Some(at) = queue.held(receipt) else { return };
        queue.ends(now, at, What::NotGiven);
        queue.messages[at].attempts -= 1;
        queue.messages[at].place = Place::Ready;
        queue.total.undelivered += 1;
        queue.wake(now);
    }

    pub(crate) fn extend(
        &mut self,
        name: &QueueName,
        receipt: Receipt,
        lease: Time,
    ) -> Option<Time> {
        let now = self.now;
        let queue = self.queues.get_mut(name)?;
        let at = queue.held(receipt)?;
        if let Place::InFlight(held) = &mut queue.messages[at].place {
            (held.until, held.heard) = (now + lease, now);
        }
        Some(now + lease)
    }

    pub(crate) fn purge(&mut self, name: &QueueName) -> u64 {
        let now = self.now;
        let Some(queue) = self.queues.get_mut(name) else { return 0 };
        let held = queue.messages.iter().filter(|message| message.is_in_flight());
        queue.purged_in_flight += held.count() as u64;
        (0..queue.messages.len()).for_each(|at| queue.ends(now, at, What::Failed));
        let purged = queue.messages.drain(..).count() as u64;
        queue.total.purged += purged;
        purged
    }

    pub(crate) fn pause(&mut self, name: &QueueName, paused: bool) -> bool {
        let now = self.now;
        let queue = self.queue(name);
        let changed = queue.paused != paused;
        queue.paused = paused;
        queue.wake(now);
        changed
    }

    /// How many messages went back; `None` if the target is unknown.
    pub(crate) fn redrive(&mut self, name: &QueueName, max: usize) -> Option<u64> {
        let sends = |queue: &Queue| queue.settings.dead_letter_queue.as_ref() == Some(name);
        let from: Vec<_> = self.queues.iter().filter(|(_, queue)| sends(queue)).collect();
        let [(to, target)] = from[..] else { return None };
        let (to, settings) = (to.clone(), target.settings.clone());
        let (depth, bytes) = self.taken(&to);
        let mut slots = settings.max_depth.saturating_sub(depth).min(max);
        let mut bytes = settings.max_bytes.saturating_sub(bytes);
        let queue = self.queue(name);
        let mut going = Vec::new();
        while let Some(at) = queue.messages.iter().position(|it| it.place == Place::Ready) {
            if slots == 0 || queue.messages[at].bytes as u64 > bytes {
                break;
            }
            slots -= 1;
            bytes -= queue.messages[at].bytes as u64;
            going.push(queue.messages.remove(at));
        }
        queue.total.acked += going.len() as u64;
        queue.redriven += going.len() as u64;
        let count = going.len() as u64;
        self.begin_anew(&to, going);
        Some(count)
    }

    /// True if the settings were accepted; false if dead-letter queues would form a cycle.
    pub(crate) fn configure(&mut self, name: &QueueName, settings: &Settings) -> bool {
        let mut next = settings.dead_letter_queue.clone();
        while let Some(there) = next {
            if there == *name {
                return false;
            }
            next = self.queues.get(&there).and_then(|q| q.settings.dead_letter_queue.clone());
        }
        self.queue(name).settings = settings.clone();
        true
    }

    /// Advances the time. It ends what is over, queue by queue in the order of their names, and
    /// repeats that, because the consequences may be over at once.
    pub(crate) fn advance(&mut self, by: Time) {
        self.now += by;
        while self.next_deadline().is_some_and(|at| at <= self.now) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        let now = self.now;
        let names: Vec<_> = self.queues.keys().cloned().collect();
        for name in names {
            let queue = self.queue(&name);
            let mut dead = Vec::new();
            while let Some(at) = queue.messages.iter().position(|message| message.is_over(now)) {
                if queue.messages[at].is_in_flight() {
                    queue.total.lease_expired += 1;
                    queue.ends(now, at, What::Failed);
                    dead.extend(queue.give_back(at, Place::Ready));
                } else {
                    queue.messages[at].place = Place::Ready;
                }
            }
            queue.expire(now);
            queue.keys.retain(|key| key.until.is_none_or(|until| until > now));
            queue.end_retirements(now);
            queue.wake(now);
            self.bury(&name, dead);
        }
    }

    fn bury(&mut self, name: &QueueName, dead: Vec<Message>) {
        let Some(to) = self.queues[name].settings.dead_letter_queue.clone() else { return };
        if dead.is_empty() {
            return;
        }
        self.begin_anew(&to, dead);
    }

    fn begin_anew(&mut self, name: &QueueName, messages: Vec<Message>) {
        let now = self.now;
        let to = self.queue(name);
        to.total.published += messages.len() as u64;
        let anew = |message| Message { attempts: 0, releases: 0, place: Place::Ready, ..message };
        to.messages.extend(messages.into_iter().map(anew));
        to.messages.sort_by_key(|message| message.id);
        to.wake(now);
    }

    pub(crate) fn next_deadline(&self) -> Option<Time> {
        self.queues.values().filter_map(Queue::next_deadline).min()
    }
}
