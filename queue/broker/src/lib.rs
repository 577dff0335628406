//! The queue without its server: what happens to a message, and nothing else.
//!
//! A message is ready, then in flight under a lease, then done; or delayed before it is ready.
//! Every call takes `now`, the time since the broker began. There is no clock in here, no I/O
//! and no task: tests, a simulator and the server drive the same code.
//!
//! # Layout
//! From the outside in; a module uses only those below it.
//! - [`broker`]: [`Broker`], many named queues: messages go out, deliveries end, and time goes on
//! - `publish`: messages come in, with a key once, however often it is tried
//! - [`redrive`]: what people do to a whole queue: pause it, and send the dead back
//! - `look`: what a queue shows of itself, and who is busy
//! - `keep`: what whoever keeps messages for another run asks of a broker
//! - [`restore`]: a broker put together again from what happened in an earlier run
//!
//! One queue:
//! - `timers`: what ends by itself
//! - `settle`: deliveries end, or get more time
//! - `giving`: messages go out
//! - `queue`: its messages, where each is, who waits for them, and how much it takes
//!
//! Its parts:
//! - `shelf`: its messages by their numbers
//! - [`workers`]: who is busy
//! - `retire`: workers that get no message on their way out
//! - [`keys`]: the keys of publishes that are to happen once
//!
//! What all of them speak of:
//! - [`event`]: what happened, for whoever keeps a log or wakes a waiter
//! - [`limits`]: why a batch is not taken in
//! - [`message`]: ids, receipts and deliveries
//! - [`name`]: the names of queues
//! - [`settings`]: what a queue can be told
//! - [`stats`]: what a queue counts
//! - [`redelivery`]: the story of messages given out again
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

/// Time since the broker began, by a clock that only goes forward.
pub type Time = std::time::Duration;
