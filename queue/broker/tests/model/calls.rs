//! Random calls in random order.

use std::sync::Arc;
use std::time::Duration;

use broker::{QueueName, Request, Settings, Time};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// A call. Receipts and waiters are chosen among all that ever existed, including stale ones.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Publish {
        queue: usize,
        key: Option<u8>,
        sizes: Vec<usize>,
        delay: Time,
        begin: bool,
    },
    TryAgain {
        tried: Index,
    },
    /// Logs the next accepted batch.
    Write,
    /// Commits the first accepted batch, or refuses one that is not logged.
    End {
        refused: Option<Index>,
    },
    Receive {
        queue: usize,
        request: Request,
    },
    Wait {
        queue: usize,
        request: Request,
    },
    Cancel {
        waiter: Index,
    },
    Ack {
        held: Held,
    },
    Nack {
        held: Held,
        delay: Time,
    },
    Release {
        held: Held,
    },
    Extend {
        held: Held,
        lease: Time,
    },
    Undeliver {
        held: Held,
    },
    Purge {
        queue: usize,
    },
    Pause {
        queue: usize,
        paused: bool,
    },
    Retire {
        queue: usize,
        worker: Arc<str>,
    },
    Redrive {
        queue: usize,
        max: usize,
    },
    Configure {
        queue: usize,
        settings: Settings,
    },
    Advance {
        by: Time,
    },
}

/// Which receipt, and the queue at which it is used.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) receipt: Index,
    pub(crate) elsewhere: Option<usize>,
    pub(crate) foreign: bool,
}

const QUEUES: usize = 3;

pub(crate) fn name(queue: usize) -> QueueName {
    ["a", "b", "c"][queue].parse().unwrap()
}

fn millis(range: std::ops::Range<u64>) -> impl Strategy<Value = Time> {
    range.prop_map(Duration::from_millis)
}

/// Half of all delays are zero.
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

fn worker() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![Just("ann".into()), Just("bob".into())]
}

fn request() -> impl Strategy<Value = Request> {
    let worker = prop::option::of(worker());
    (1..4_usize, prop::option::of(millis(1..30)), worker).prop_map(|(max, lease, worker)| Request {
        max,
        lease,
        worker,
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let dead_letters = prop::option::of((0..QUEUES).prop_map(name));
    let bytes = prop_oneof![1..60_u64, 300..700_u64];
    let limits = (1..30_usize, bytes, 1..5_usize, prop::option::of(millis(1..100)));
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

pub(crate) fn call() -> impl Strategy<Value = Call> {
    let queue = 0..QUEUES;
    prop_oneof![
        6 => publish(),
        3 => any::<Index>().prop_map(|tried| Call::TryAgain { tried }),
        3 => prop::option::weighted(0.3, any::<Index>()).prop_map(|refused| Call::End { refused }),
        2 => Just(Call::Write),
        5 => (queue.clone(), request())
            .prop_map(|(queue, request)| Call::Receive { queue, request }),
        3 => (queue.clone(), request()).prop_map(|(queue, request)| Call::Wait { queue, request }),
        1 => any::<Index>().prop_map(|waiter| Call::Cancel { waiter }),
        4 => held().prop_map(|held| Call::Ack { held }),
        4 => (held(), delay()).prop_map(|(held, delay)| Call::Nack { held, delay }),
        3 => held().prop_map(|held| Call::Release { held }),
        2 => (held(), millis(1..40)).prop_map(|(held, lease)| Call::Extend { held, lease }),
        3 => held().prop_map(|held| Call::Undeliver { held }),
        1 => queue.clone().prop_map(|queue| Call::Purge { queue }),
        1 => (queue.clone(), prop::bool::weighted(0.3))
            .prop_map(|(queue, paused)| Call::Pause { queue, paused }),
        1 => (queue.clone(), worker()).prop_map(|(queue, worker)| Call::Retire { queue, worker }),
        1 => (queue.clone(), 1..5_usize).prop_map(|(queue, max)| Call::Redrive { queue, max }),
        2 => (queue, settings()).prop_map(|(queue, settings)| Call::Configure { queue, settings }),
        10 => millis(0..30).prop_map(|by| Call::Advance { by }),
        // Only keys, retired workers and idle workers last this long.
        1 => millis(4_000..11_000).prop_map(|by| Call::Advance { by }),
        1 => millis(100_000..310_000).prop_map(|by| Call::Advance { by }),
    ]
}

fn publish() -> impl Strategy<Value = Call> {
    let key = prop::option::of(0..3_u8);
    let begin = prop::bool::weighted(0.3);
    (0..QUEUES, key, vec(0..5_usize, 1..4), delay(), begin).prop_map(
        |(queue, key, sizes, delay, begin)| Call::Publish { queue, key, sizes, delay, begin },
    )
}
