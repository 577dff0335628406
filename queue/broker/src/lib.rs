//! The logic of the queue, without its server: it keeps each message from its publish to its ack.
//!
//! A message is ready, then in flight under a lease, then done; it may be delayed before it is
//! ready. Every call takes `now`, the time since the broker began. The crate has no clock, no I/O
//! and no background task, so tests, a simulator and the server can run the same code.
//!
//! # Layout
//! The modules from the outside in; each uses only modules listed below it.
//! - [`broker`]: [`Broker`], which holds many named queues, and most calls on them
//! - `publish`: accepts messages, but only once per key
//! - [`redrive`]: pauses a queue, and sends dead messages back to the queue where they died
//! - `look`: reads the statistics, messages and workers of a queue
//! - `keep`: reads the state of messages and keys, for the log
//! - [`restore`]: rebuilds a broker from the log of earlier runs
//!
//! One queue:
//! - `timers`: ends leases, delays, ages, keys and retirements as time passes
//! - `settle`: ends deliveries and extends leases
//! - `giving`: delivers messages to receives
//! - `queue`: a queue's messages and their places, its waiting receives, and its limits
//!
//! Parts of a queue:
//! - `shelf`: the messages of a queue, sorted by id
//! - [`workers`]: workers and their leases
//! - [`retire`]: workers that receive no more messages, because they are about to stop
//! - [`keys`]: keys, which make publishes idempotent
//!
//! Types that all these modules use:
//! - [`event`]: the events of a queue, for the log and for waiting receives
//! - [`limits`]: the reasons for which a batch is refused
//! - [`message`]: ids, receipts and deliveries
//! - [`name`]: the names of queues
//! - [`settings`]: the settings of a queue
//! - [`stats`]: the statistics of a queue
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
pub mod retire;
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
