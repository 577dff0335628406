//! The queue without its server: what happens to a message, and nothing else.
//!
//! A message is ready, then in flight under a lease, then done; or delayed before it is ready.
//! Every call takes `now`, the time since the broker began. There is no clock in here, no I/O
//! and no task: tests, a simulator and the server drive the same code.
//!
//! # Layout
//! - [`broker`]: [`Broker`], the calls on many named queues
//! - `queue`: one queue, its messages and who waits for them
//! - [`settle`]: deliveries end, or get more time
//! - `shelf`: its messages by their numbers
//! - `look`: what a queue shows of itself
//! - [`workers`]: who is busy
//! - [`retire`]: workers that get no message on their way out
//! - [`limits`]: how much a queue takes, and how old it lets messages become
//! - [`keys`]: publishing once, however often it is tried
//! - [`redrive`]: what people do to a whole queue: pause it, and send the dead back
//! - [`message`]: ids, receipts and deliveries
//! - [`name`]: the names of queues
//! - [`settings`]: what a queue can be told
//! - [`stats`]: what a queue counts
//! - [`redelivery`]: the story of messages given out again
//! - `keep`: what whoever keeps messages for another run asks of a broker
//! - [`restore`]: a broker put together again from what happened in an earlier run
//! - [`event`]: what happened, for whoever keeps a log or wakes a waiter
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod broker;
pub mod event;
mod keep;
pub mod keys;
pub mod limits;
mod look;
pub mod message;
pub mod name;
mod queue;
pub mod redelivery;
pub mod redrive;
pub mod restore;
pub mod retire;
pub mod settings;
pub mod settle;
mod shelf;
pub mod stats;
pub mod workers;

pub use broker::{Accepted, Broker, PublishError, Request};
pub use event::{Event, ReturnReason};
pub use keys::{Fingerprint, KeptKey, Key, Once, Published, Tried};
pub use limits::Full;
pub use message::{Delivery, Lease, MessageId, NewMessage, Peeked, Place, Receipt, WaiterId};
pub use name::QueueName;
pub use redelivery::Redelivery;
pub use redrive::RedriveError;
pub use restore::{At, Due, Kept, Restore};
pub use retire::RETIRED_FOR;
pub use settings::{Settings, SettingsError};
pub use settle::{FREE_RELEASES, Stale};
pub use stats::Stats;
pub use workers::Worker;

/// Time since the broker began, by a clock that only goes forward.
pub type Time = std::time::Duration;
