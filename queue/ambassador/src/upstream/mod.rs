//! The queues that the ambassador can stand in front of.
//!
//! An upstream implements the house's traits, [`WorkQueue`] and [`WatchedQueue`], as the client of
//! the kit's own queue does, and [`Upstream`], which has what an ambassador needs besides.
//!
//! # Layout
//! - [`address`]: [`Address`], the URL that names an upstream; its kinds are the variants
//! - [`any`]: [`Any`], an open upstream of any kind
//! - `kit`: the kit's own queue, the baseline of the conformance tests
//! - `nats`: NATS JetStream
//! - `nsq`: NSQ
//! - `sqs`: SQS

use std::time::Duration;

use broker::Settings;
use bytes::Bytes;
use client::{Error, Numbers, Shown, TakenIn, WatchedQueue, WorkQueue};
use queue::Capabilities;

use crate::table::Habits;

pub mod address;
pub mod any;
mod kit;
mod nats;
mod nsq;
mod sqs;

pub use address::Address;
pub use any::Any;

/// How long a call to an upstream may take. It is less than the 5 s after which the kit's clients
/// give up, so that they hear why their call failed.
pub const TIMEOUT: Duration = Duration::from_secs(4);

/// By how much an upstream's lease outlasts the worker's, where its length can be chosen. The table
/// ends the worker's lease and hands the message back; the upstream's own end is only needed if the
/// ambassador dies.
pub const MARGIN: Duration = Duration::from_secs(5);

/// What never changes about an upstream.
#[derive(Debug, Clone, Copy)]
pub struct Nature {
    /// What the ambassador can offer in front of it.
    pub capabilities: Capabilities,
    /// How its leases work.
    pub habits: Habits,
}

/// Messages to publish.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The bodies; at least one.
    pub bodies: Vec<Bytes>,
    /// How long the messages stay hidden. Zero unless `publish_delay` is possible.
    pub delay: Duration,
    /// What makes a repeated publish have no effect. `None` unless `idempotency` is possible.
    pub once: Option<Once>,
}

/// What makes a repeated publish have no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The key, as text of letters and digits.
    pub key: String,
    /// Differs for other messages. A key that comes with another fingerprint is refused by the
    /// upstream with the code `key_reused`, if it can tell.
    pub fingerprint: [u8; 16],
}

impl Batch {
    /// Messages without a delay and without a key.
    pub fn of(bodies: Vec<Vec<u8>>) -> Batch {
        let bodies = bodies.into_iter().map(Bytes::from).collect();
        Batch { bodies, delay: Duration::ZERO, once: None }
    }
}

/// The limits of an upstream, which were set here or elsewhere. `None` is no limit, or not known.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    pub max_depth: Option<u64>,
    pub max_bytes: Option<u64>,
    pub max_message_bytes: Option<u64>,
    pub max_age: Option<Duration>,
}

/// The numbers of an upstream at one moment. What it does not report is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels {
    /// As the engine reads them. Only totals that the upstream itself counts.
    pub numbers: Numbers,
    /// Messages that are hidden for a while; those are not in `numbers.ready`.
    pub delayed: u64,
    /// The bytes of all messages.
    pub bytes: Option<u64>,
    /// How old the oldest ready message is; `None` also if none is ready.
    pub oldest_age: Option<Duration>,
    /// Its limits; `None` if it does not report any.
    pub limits: Option<Limits>,
}

/// A queue behind the ambassador.
///
/// Errors decide what the ambassador's client hears: [`Error::Away`], [`Error::Failing`],
/// [`Error::Garbled`] and [`Error::Unauthorized`] become 503, [`Error::Full`] 429,
/// [`Error::Unsupported`] 501. Each call must end within [`TIMEOUT`] (a receive may wait in
/// addition), also if it is never answered.
///
/// The table of leases makes dead letters, stale receipts, workers, pause and retirement. So an
/// upstream need not limit attempts, and `receive` may ignore the worker's name.
pub trait Upstream: WorkQueue + WatchedQueue {
    /// What never changes about it.
    fn nature(&self) -> Nature;

    /// Publishes messages; returns their ids, as `receive` will show them, or an empty text for each
    /// if they are not known.
    ///
    /// # Errors
    /// See [`Upstream`]. If some messages were published and others not, [`Error::Failing`].
    fn publish(&self, batch: &Batch) -> impl Future<Output = Result<TakenIn, Error>> + Send;

    /// Hands a message back, to stay hidden for `delay`, which is zero unless `nack_delay` is
    /// possible.
    ///
    /// # Errors
    /// [`Error::Stale`] if it knows that the lease is over; for others see [`Upstream`].
    fn nack(
        &self,
        receipt: &str,
        delay: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Its numbers.
    ///
    /// # Errors
    /// See [`Upstream`]; [`Error::Unknown`] while there is no such queue.
    fn levels(&self) -> impl Future<Output = Result<Levels, Error>> + Send;

    /// Deletes all messages; returns how many, if it says so.
    ///
    /// # Errors
    /// See [`Upstream`].
    fn clear(&self) -> impl Future<Output = Result<Option<u64>, Error>> + Send {
        async { self.purge().await.map(|()| None) }
    }

    /// Its oldest messages, at most `max`. The ambassador corrects `state` and `attempts`.
    ///
    /// # Errors
    /// See [`Upstream`].
    fn peek(&self, _max: usize) -> impl Future<Output = Result<Vec<Shown>, Error>> + Send {
        std::future::ready(Err(Error::Unsupported("it shows no messages".to_owned())))
    }

    /// Applies the settings `max_depth`, `max_bytes`, `max_message_bytes` and `max_age`. The table
    /// applies the others.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if one that differs from the default cannot be applied; its text
    /// names it.
    fn limit(&self, settings: &Settings) -> impl Future<Output = Result<(), Error>> + Send {
        let fixed = settings_text(settings);
        std::future::ready(fixed.map_or(Ok(()), |name| {
            let text = format!("{name} is set at the upstream itself; leave it out here");
            Err(Error::Unsupported(text))
        }))
    }
}

/// The first setting for an upstream that is not the default.
fn settings_text(settings: &Settings) -> Option<&'static str> {
    let default = Settings::default();
    [
        ("max_depth", settings.max_depth != default.max_depth),
        ("max_bytes", settings.max_bytes != default.max_bytes),
        ("max_message_bytes", settings.max_message_bytes != default.max_message_bytes),
        ("max_age_s", settings.max_age != default.max_age),
    ]
    .into_iter()
    .find_map(|(name, differs)| differs.then_some(name))
}
