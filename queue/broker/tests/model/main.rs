//! Random calls in random order: the broker behaves like a simple one that is obviously right.
//!
//! `PROPTEST_CASES=5000` tries more. A failure prints the shortest list of calls that shows it.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod calls;
mod history;
mod keys;
mod naive;
mod workers;

use broker::{
    Accepted, Broker, Delivery, Event, MessageId, NewMessage, Once, Peeked, QueueName, Receipt,
    Time, Tried, WaiterId,
};
use calls::{Call, Held, call, name};
use history::History;
use keys::{Answer, once};
use naive::{Given, Model, RUN};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// A batch and how it was published.
#[derive(Debug, Clone)]
struct Publish {
    queue: QueueName,
    batch: Vec<NewMessage>,
    once: Option<Once>,
}

/// Both brokers, the log for a third one, and all receipts and waiters that ever existed.
struct Pair {
    history: History,
    broker: Broker,
    model: Model,
    receipts: Vec<(QueueName, Receipt)>,
    waiters: Vec<(QueueName, WaiterId)>,
    /// All publishes that were tried.
    tried: Vec<Publish>,
    /// Batches that are accepted but not committed, with the time of that.
    begun: Vec<(Accepted, Publish, Time)>,
    /// How many of these, from the first one on, are in the log already.
    written: usize,
}

impl Pair {
    fn new() -> Pair {
        let (history, broker, model) = (History::new(), Broker::new(RUN), Model::default());
        let (receipts, waiters, tried, begun) = (vec![], vec![], vec![], vec![]);
        Pair { history, broker, model, receipts, waiters, tried, begun, written: 0 }
    }

    fn held(&self, held: &Held) -> (QueueName, Receipt) {
        let none = (name(0), Receipt { message: MessageId(1), delivery: 1, run: RUN });
        let chosen =
            if self.receipts.is_empty() { &none } else { held.receipt.get(&self.receipts) };
        let (queue, mut receipt) = chosen.clone();
        receipt.run += u32::from(held.foreign);
        (held.elsewhere.map_or(queue, name), receipt)
    }

    fn call(&mut self, call: Call) {
        let now = self.model.now;
        match call {
            Call::Publish { queue, key, sizes, delay, begin } => {
                let new = |size: &usize| NewMessage { body: vec![b'x'; *size].into(), delay };
                let batch = sizes.iter().map(new).collect();
                let once = key.map(|key| once(key, &sizes, delay));
                self.publish(Publish { queue: name(queue), batch, once }, begin);
            }
            Call::TryAgain { tried } => {
                if !self.tried.is_empty() {
                    self.publish(tried.get(&self.tried).clone(), false);
                }
            }
            Call::Write => self.write(),
            Call::End { refused: None } => self.end(),
            Call::End { refused: Some(which) } => {
                let unwritten = self.begun.len() - self.written;
                if unwritten > 0 {
                    self.refuse(self.written + which.index(unwritten));
                }
            }
            Call::Receive { queue, request } => {
                let deliveries = self.broker.receive(now, &name(queue), &request);
                assert_eq!(given(&deliveries), self.model.receive(&name(queue), &request));
            }
            Call::Wait { queue, request } => {
                let waiter = self.broker.wait(now, &name(queue), request.clone());
                assert_eq!(waiter, self.model.wait(&name(queue), request));
                self.waiters.push((name(queue), waiter));
            }
            Call::Cancel { waiter } => self.cancel(waiter),
            Call::Purge { queue } => {
                let purged = self.broker.purge(now, &name(queue));
                assert_eq!(purged, self.model.purge(&name(queue)));
            }
            Call::Pause { queue, paused } => {
                let changed = self.broker.pause(now, &name(queue), paused);
                assert_eq!(changed, self.model.pause(&name(queue), paused));
            }
            Call::Retire { queue, worker } => {
                let leases = self.broker.retire(now, &name(queue), &worker);
                assert_eq!(leases, self.model.retire(&name(queue), &worker));
            }
            Call::Redrive { queue, max } => {
                let count = self.broker.redrive(now, &name(queue), None, max).ok();
                assert_eq!(count, self.model.redrive(&name(queue), max));
            }
            Call::Configure { queue, settings } => {
                let taken = self.broker.configure(&name(queue), settings.clone()).is_ok();
                assert_eq!(taken, self.model.configure(&name(queue), &settings));
            }
            Call::Advance { by } => {
                self.model.advance(by);
                self.broker.advance(self.model.now);
                return;
            }
            on_a_receipt => self.call_on_a_receipt(now, on_a_receipt),
        }
        // Consequences of that may be too old already.
        self.broker.advance(now);
        self.model.advance(Time::ZERO);
    }

    /// Publishes messages at once, after all earlier batches; or only accepts them if `begin` is
    /// set.
    fn publish(&mut self, publish: Publish, begin: bool) {
        let Publish { queue, batch, once } = publish.clone();
        self.tried.push(publish.clone());
        let taken = self.model.begin(&queue, &batch, once);
        let (now, wall) = (self.model.now, history::wall(self.model.now));
        let broker = &mut self.broker;
        let tried = match once {
            Some(once) => broker.accept_once(now, &queue, batch, wall, once),
            None => broker.accept(now, &queue, batch, wall).map(Tried::First),
        };
        let answer = match tried {
            Err(_) => Answer::Refused,
            Ok(Tried::Again { ids, settled }) => Answer::Again(ids, settled),
            Ok(Tried::First(accepted)) => {
                self.begun.push((accepted, publish, now));
                Answer::Taken
            }
        };
        assert_eq!(answer, taken);
        if taken == Answer::Taken && !begin {
            (0..self.begun.len()).for_each(|_| self.end());
        }
    }

    /// Logs the next accepted batch. It is not committed yet; what happens until then is logged
    /// after it.
    fn write(&mut self) {
        let Some((accepted, publish, at)) = self.begun.get(self.written) else { return };
        let ids: Vec<_> = accepted.ids().collect();
        self.history.published(&publish.queue, &ids, &publish.batch, *at);
        self.written += 1;
    }

    /// Commits the first accepted batch.
    fn end(&mut self) {
        if self.written == 0 {
            self.write();
        }
        if self.begun.is_empty() {
            return;
        }
        let (accepted, Publish { queue, once, .. }, _) = self.begun.remove(0);
        self.written -= 1;
        // A message's delay may be over before it is committed.
        self.model.advance(Time::ZERO);
        self.model.end(0, false);
        let (ids, now) = (accepted.ids().collect::<Vec<_>>(), self.model.now);
        once.into_iter().for_each(|once| self.history.keyed(&queue, &ids, once, now));
        self.broker.commit(now, accepted);
    }

    fn refuse(&mut self, which: usize) {
        let (accepted, ..) = self.begun.remove(which);
        self.model.advance(Time::ZERO);
        self.model.end(which, true);
        self.broker.refuse(&accepted);
    }

    fn cancel(&mut self, waiter: Index) {
        if !self.waiters.is_empty() {
            let (queue, waiter) = waiter.get(&self.waiters);
            assert_eq!(self.broker.cancel(queue, *waiter), self.model.cancel(queue, *waiter));
        }
    }

    fn call_on_a_receipt(&mut self, now: Time, call: Call) {
        match call {
            Call::Ack { held } => {
                let (queue, receipt) = self.held(&held);
                let done = self.broker.ack(now, &queue, receipt).is_ok();
                assert_eq!(done, self.model.ack(&queue, receipt));
            }
            Call::Nack { held, delay } => {
                let (queue, receipt) = self.held(&held);
                let back = self.broker.nack(now, &queue, receipt, delay).is_ok();
                assert_eq!(back, self.model.nack(&queue, receipt, delay));
            }
            Call::Release { held } => {
                let (queue, receipt) = self.held(&held);
                let back = self.broker.release(now, &queue, receipt).is_ok();
                assert_eq!(back, self.model.release(&queue, receipt));
            }
            Call::Extend { held, lease } => {
                let (queue, receipt) = self.held(&held);
                let until = self.broker.extend(now, &queue, receipt, lease).ok();
                assert_eq!(until, self.model.extend(&queue, receipt, lease));
            }
            Call::Undeliver { held } => {
                let (queue, receipt) = self.held(&held);
                self.broker.undeliver(now, &queue, &[receipt]);
                self.model.undeliver(&queue, receipt);
            }
            other => unreachable!("{other:?} needs no receipt"),
        }
    }

    /// Compares both brokers: they went through the same calls and must look the same.
    fn compare(&mut self) {
        self.compare_deliveries();
        let (now, model) = (self.model.now, &self.model);
        assert_eq!(self.broker.next_deadline(), model.next_deadline());
        assert!(self.broker.names().eq(model.queues.keys()));
        for (name, queue) in &model.queues {
            let stats = self.broker.stats(now, name).unwrap();
            assert_eq!(stats, queue.stats(now));
            assert_eq!(self.broker.settings(name), Some(&queue.settings));
            let t = stats.total;
            let here = (stats.ready + stats.in_flight + stats.delayed) as u64;
            assert_eq!(t.published, t.acked + t.dead + t.purged + t.expired + here);
            let ended = t.acked + t.nacked + t.released + t.lease_expired + t.undelivered;
            let begun = t.delivered + queue.redriven - queue.purged_in_flight;
            assert_eq!(begun, ended + stats.in_flight as u64);
            for worker in ["ann", "bob"] {
                let retired = self.broker.is_retired(now, name, worker);
                assert_eq!(retired, queue.is_retired(Some(worker)), "{worker}");
            }
            assert_eq!(self.broker.workers(now, name), Some(queue.workers(now)));
            let look = |peeked: Peeked| (peeked.id, peeked.attempts, peeked.place);
            let seen = self.broker.peek(name, usize::MAX).unwrap().into_iter().map(look);
            assert!(seen.eq(queue.messages.iter().map(|m| (m.id, m.attempts, m.place.clone()))));
        }
    }

    /// The same messages went to the same receives in the same order, and the same ones were
    /// dismissed.
    fn compare_deliveries(&mut self) {
        let mut dismissed = Vec::new();
        let mut expected = Vec::new();
        for (name, queue) in &mut self.model.queues {
            dismissed.append(&mut queue.dismissed);
            expected.extend(queue.sent.drain(..).map(|(to, given)| (name.clone(), to, given)));
        }
        let events = self.broker.take_events();
        events.iter().for_each(|(queue, event)| self.history.happened(queue, event));
        let mut away: Vec<_> = events.iter().filter_map(|(_, event)| dismissed_by(event)).collect();
        away.sort();
        dismissed.sort();
        assert_eq!(away, dismissed);
        let sent = events.into_iter().filter_map(|(name, event)| match event {
            Event::Delivered { waiter, deliveries, .. } => Some((name, waiter, given(&deliveries))),
            _ => None,
        });
        let mut sent: Vec<_> = sent.collect();
        sent.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        assert_eq!(sent, expected);
        for (name, _, given) in expected {
            self.receipts.extend(given.iter().map(|(receipt, ..)| (name.clone(), *receipt)));
        }
    }
}

fn dismissed_by(event: &Event) -> Option<WaiterId> {
    match event {
        Event::Dismissed { waiter } => Some(*waiter),
        _ => None,
    }
}

fn given(deliveries: &[Delivery]) -> Given {
    deliveries.iter().map(|d| (d.receipt, d.attempts, d.body.len())).collect()
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_broker_does_what_the_model_does(calls in vec(call(), 1..200)) {
        let mut pair = Pair::new();
        for call in calls {
            pair.call(call);
            pair.compare();
        }
    }

    #[test]
    fn a_restored_broker_is_like_the_first_one(
        calls in vec(call(), 1..200), twice in any::<bool>(),
    ) {
        let mut pair = Pair::new();
        for call in calls {
            pair.call(call);
            pair.compare_deliveries();
        }
        (0..pair.written).for_each(|_| pair.end());
        pair.call(Call::Advance { by: Time::ZERO });
        pair.compare_deliveries();
        if twice {
            pair.history.replayed(&pair.broker, pair.model.now);
        }
        // Batches that were not logged are lost.
        (0..pair.begun.len()).for_each(|_| pair.refuse(0));
        history::compare(&mut pair.broker, pair.history, &pair.receipts, &pair.tried, pair.model.now);
    }
}
