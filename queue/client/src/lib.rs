//! The queue, for those who use it: publish, receive, ack, and what can go wrong.
//!
//! # Layout
//! - [`work`]: [`WorkQueue`], what workers need of a queue, whichever queue it is
//! - [`watch`]: [`WatchedQueue`], what an engine needs of one
//! - `kit`: the kit's own queue as they see any queue, and its calls
//! - [`client`]: [`Client`], one queue of the kit, and how it is called
//! - [`wire`]: the JSON that goes over the line, as the queue documents it
//! - [`error`]: [`Error`], by what a caller can do about it
//! - [`args`]: `--queue-url`, `--queue` and `--queue-token-file`, in the same words everywhere
//! - [`backoff`]: waiting longer each time, and saying so once
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod args;
pub mod backoff;
pub mod client;
pub mod error;
mod kit;
pub mod watch;
pub mod wire;
pub mod work;

pub use args::QueueArgs;
pub use backoff::Backoff;
pub use client::{Client, TIMEOUT};
pub use error::Error;
pub use reqwest::Url;
pub use watch::{Answer, Holders, Numbers, WatchedQueue};
pub use wire::{QueueSettings, QueueStats, Redelivery};
pub use work::{Given, Job, ReceiveOptions, WorkQueue};
