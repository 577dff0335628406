//! The queue, for those who use it: publish, receive, ack, and what can go wrong.
//!
//! # Layout
//! - [`client`]: [`Client`], the calls on one queue
//! - `upkeep`: the calls of those who look after a queue
//! - `workers`: who works on a queue's messages
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
mod upkeep;
pub mod wire;
mod workers;

pub use args::QueueArgs;
pub use backoff::Backoff;
pub use client::{Client, ReceiveOptions};
pub use error::Error;
pub use reqwest::Url;
pub use wire::{Message, QueueSettings, QueueStats, Received, Redelivery, Worker, Workers};
