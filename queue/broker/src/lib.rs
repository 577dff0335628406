//! The queue without its server: what happens to a message from its publish to its ack.
//!
//! A message is ready, then in flight under a lease, then done; it may be delayed before it is
//! ready. Every call takes `now`, the time since the broker began. The crate has no clock, no I/O
//! and no task, so tests, a simulator and the server drive the same code.
//!
//! # Layout
//! From the outside in; a module uses only those below it.
//! - [`broker`]: [`Broker`], many named queues: receives, ends of deliveries, and time
//! - `publish`: accepting messages, once per key
//! - [`redrive`]: pausing a queue, and sending dead messages back
//! - `look`: the numbers, messages and workers of a queue
//! - `keep`: what the log reads from a broker
//! - [`restore`]: rebuilding a broker from the log of an earlier run
//!
//! One queue:
//! - `timers`: the ends of leases, delays, ages, keys and retirements
//! - `settle`: ends of deliveries, and lease extensions
//! - `giving`: deliveries to receives
//! - `queue`: a queue's messages, their places, its waiters and its limits
//!
//! Parts of a queue:
//! - `shelf`: the messages by id
//! - [`workers`]: workers and their leases
//! - `retire`: workers that receive no more, because they are about to stop
//! - [`keys`]: keys of idempotent publishes
//!
//! Types that all these modules use:
//! - [`event`]: what happened in a queue, for the log and for waiting receives
//! - [`limits`]: why a batch is refused
//! - [`message`]: ids, receipts and deliveries
//! - [`name`]: the names of queues
//! - [`settings`]: the settings of a queue
//! - [`stats`]: the numbers of a queue
//! - [`redelivery`]: the history of redelivered messages
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod broker;
pub mod event;
mod giving;
mod keep;
pub mod keys;
pub mod limits;
mod look;
pub mod message;
pub mod name;
mod publish;
mod queue;
pub mod redelivery;
pub mod redrive;
pub mod restore;
mod retire;
pub mod settings;
mod settle;
mod shelf;
pub mod stats;
mod timers;
pub mod workers;

pub use broker::Broker;
pub use event::{Event, ReturnReason};
pub use keys::{Fingerprint, KeptKey, Key, Once};
pub use limits::{Full, PublishError};
pub use message::{
    Delivery, Lease, MessageId, NewMessage, Peeked, Place, Receipt, Request, Stale, WaiterId,
};
pub use name::QueueName;
pub use publish::{Accepted, Tried};
pub use redelivery::Redelivery;
pub use redrive::RedriveError;
pub use restore::{At, Due, Kept, Restore};
pub use retire::RETIRED_FOR;
pub use settings::{Settings, SettingsError};
pub use settle::FREE_RELEASES;
pub use stats::Stats;
pub use workers::Worker;

/// The time since the broker was created, by a clock that never goes back.
pub type Time = std::time::Duration;
