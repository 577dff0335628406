//! The client of a queue: publish, receive, ack, and the errors of these calls.
//!
//! # Layout
//! - [`work`]: [`WorkQueue`], the calls that workers need from any queue
//! - [`watch`]: [`WatchedQueue`], the calls that the scaling engine needs from any queue
//! - `kit`: implements both traits for the queue server of this project
//! - [`client`]: [`Client`], the HTTP calls to this project's queue server
//! - [`wire`]: the JSON of these calls, as the queue documents it
//! - [`relay`]: further calls to it, which an ambassador makes for its own clients
//! - [`error`]: [`Error`], grouped by what a client can do about it
//! - [`args`]: the flags `--queue-url`, `--queue` and `--queue-token-file`
//! - [`backoff`]: longer waits after each failure, and one log line for a series of failures
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod args;
pub mod backoff;
pub mod client;
pub mod error;
mod kit;
pub mod relay;
pub mod watch;
pub mod wire;
pub mod work;

pub use args::QueueArgs;
pub use backoff::Backoff;
pub use client::{Client, TIMEOUT};
pub use error::Error;
pub use relay::{Shown, TakenIn};
pub use reqwest::Url;
pub use watch::{Answer, Held, Holders, Numbers, WatchedQueue};
pub use wire::{QueueSettings, QueueStats, Redelivery};
pub use work::{Given, Job, ReceiveOptions, WorkQueue};
