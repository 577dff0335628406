//! Any calls in any order: the broker does what a broker that is obviously right does.
//!
//! `PROPTEST_CASES=5000` tries more. A failure prints the shortest list of calls that shows it.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

#[path = "model/naive.rs"]
mod naive;
#[path = "model/told.rs"]
mod told;

use std::time::Duration;

use broker::{
    Broker, Delivery, Event, MessageId, NewMessage, Peeked, QueueName, Receipt, Request, Settings,
    Time, WaiterId,
};
use naive::{Given, Model, RUN};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use told::Told;

/// One call. Receipts and waiters are chosen among all there ever were, stale ones included.
#[derive(Debug, Clone)]
enum Call {
    Publish { queue: usize, sizes: Vec<usize>, delay: Time },
    Receive { queue: usize, request: Request },
    Wait { queue: usize, request: Request },
    Cancel { waiter: Index },
    Ack { held: Held },
    Nack { held: Held, delay: Time },
    Extend { held: Held, lease: Time },
    Undeliver { held: Held },
    Purge { queue: usize },
    Pause { queue: usize, paused: bool },
    Redrive { queue: usize, max: usize },
    Configure { queue: usize, settings: Settings },
    Advance { by: Time },
}

/// Which receipt, and at which queue it is shown.
#[derive(Debug, Clone)]
struct Held {
    receipt: Index,
    elsewhere: Option<usize>,
    foreign: bool,
}

const QUEUES: usize = 3;

fn name(queue: usize) -> QueueName {
    ["a", "b", "c"][queue].parse().unwrap()
}

fn millis(range: std::ops::Range<u64>) -> impl Strategy<Value = Time> {
    range.prop_map(Duration::from_millis)
}

/// Half of all delays are none.
fn delay() -> impl Strategy<Value = Time> {
    prop_oneof![Just(Time::ZERO), millis(0..40)]
}

fn held() -> impl Strategy<Value = Held> {
    let elsewhere = prop_oneof![9 => Just(None), 1 => (0..QUEUES).prop_map(Some)];
    let foreign = prop::bool::weighted(0.05);
    (any::<Index>(), elsewhere, foreign).prop_map(|(receipt, elsewhere, foreign)| Held {
        receipt,
        elsewhere,
        foreign,
    })
}

fn request() -> impl Strategy<Value = Request> {
    let worker = prop::option::of(prop_oneof![Just("ann".into()), Just("bob".into())]);
    (1..4_usize, prop::option::of(millis(1..30)), worker).prop_map(|(max, lease, worker)| Request {
        max,
        lease,
        worker,
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let dead_letters = prop::option::of((0..QUEUES).prop_map(name));
    let limits = (1..30_usize, 1..60_u64, 1..5_usize, prop::option::of(millis(1..100)));
    (millis(1..50), 1..4_u32, dead_letters, limits).prop_map(
        |(lease, max_attempts, dead_letter_queue, limits)| Settings {
            lease,
            max_attempts,
            dead_letter_queue,
            max_depth: limits.0,
            max_bytes: limits.1,
            max_message_bytes: limits.2,
            max_age: limits.3,
        },
    )
}

fn call() -> impl Strategy<Value = Call> {
    let queue = 0..QUEUES;
    prop_oneof![
        6 => (queue.clone(), vec(0..5_usize, 1..4), delay())
            .prop_map(|(queue, sizes, delay)| Call::Publish { queue, sizes, delay }),
        5 => (queue.clone(), request())
            .prop_map(|(queue, request)| Call::Receive { queue, request }),
        3 => (queue.clone(), request()).prop_map(|(queue, request)| Call::Wait { queue, request }),
        1 => any::<Index>().prop_map(|waiter| Call::Cancel { waiter }),
        4 => held().prop_map(|held| Call::Ack { held }),
        4 => (held(), delay()).prop_map(|(held, delay)| Call::Nack { held, delay }),
        2 => (held(), millis(1..40)).prop_map(|(held, lease)| Call::Extend { held, lease }),
        3 => held().prop_map(|held| Call::Undeliver { held }),
        1 => queue.clone().prop_map(|queue| Call::Purge { queue }),
        1 => (queue.clone(), prop::bool::weighted(0.3))
            .prop_map(|(queue, paused)| Call::Pause { queue, paused }),
        1 => (queue.clone(), 1..5_usize).prop_map(|(queue, max)| Call::Redrive { queue, max }),
        2 => (queue, settings()).prop_map(|(queue, settings)| Call::Configure { queue, settings }),
        5 => millis(0..30).prop_map(|by| Call::Advance { by }),
    ]
}

/// Both brokers, what a third one is told, and all receipts and waiters there ever were.
struct Pair {
    told: Told,
    broker: Broker,
    model: Model,
    receipts: Vec<(QueueName, Receipt)>,
    waiters: Vec<(QueueName, WaiterId)>,
}

impl Pair {
    fn new() -> Pair {
        let (told, receipts, waiters) = (Told::new(), Vec::new(), Vec::new());
        Pair { told, broker: Broker::new(RUN), model: Model::default(), receipts, waiters }
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
            Call::Publish { queue, sizes, delay } => self.publish(&name(queue), &sizes, delay),
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
        // What has come of it may be too old already.
        self.broker.advance(now);
        self.model.advance(Time::ZERO);
    }

    fn publish(&mut self, queue: &QueueName, sizes: &[usize], delay: Time) {
        let new = |size: &usize| NewMessage { body: vec![b'x'; *size].into(), delay };
        let batch: Vec<_> = sizes.iter().map(new).collect();
        let taken = self.model.publish(queue, &batch);
        let wall = told::wall(self.model.now);
        let ids = self.broker.publish(self.model.now, queue, batch.clone(), wall);
        self.told.published(queue, ids.as_deref().unwrap_or_default(), &batch, self.model.now);
        assert_eq!(ids.is_ok(), taken);
        assert!(ids.is_err() || ids.is_ok_and(|ids| ids.len() == sizes.len()));
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

    /// Both went through the same and look the same.
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
            let look = |peeked: Peeked| (peeked.id, peeked.attempts, peeked.place);
            let seen = self.broker.peek(name, usize::MAX).unwrap().into_iter().map(look);
            assert!(seen.eq(queue.messages.iter().map(|m| (m.id, m.attempts, m.place.clone()))));
        }
    }

    /// The same messages went to the same receivers in the same order.
    fn compare_deliveries(&mut self) {
        let mut expected = Vec::new();
        for (name, queue) in &mut self.model.queues {
            expected.extend(queue.sent.drain(..).map(|(to, given)| (name.clone(), to, given)));
        }
        let events = self.broker.take_events();
        events.iter().for_each(|(queue, event)| self.told.happened(queue, event));
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
    fn a_broker_that_is_told_what_happened_is_as_the_first_one_was(
        calls in vec(call(), 1..200), twice in any::<bool>(),
    ) {
        let mut pair = Pair::new();
        for call in calls {
            pair.call(call);
            pair.compare_deliveries();
        }
        if twice {
            pair.told.told_again(&pair.broker, pair.model.now);
        }
        told::compare(&mut pair.broker, pair.told, &pair.receipts, pair.model.now);
    }
}
