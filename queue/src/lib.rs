//! The queue server. It adds a clock, a lock, a log and HTTP to the crate [`broker`].
//!
//! # Layout
//! - [`args`]: the command line
//! - [`hub`]: [`Hub`], the broker behind one lock, with its clock and its waiting receives
//! - [`durable`]: the log
//! - [`writer`]: writes all waiting records of the log in one batch
//! - [`start`](start()): opens the data directory, or starts in memory without any queues
//! - [`api`]: the handlers of the calls over HTTP, one file per kind of call
//! - [`idempotency`]: the header `Idempotency-Key`
//! - [`extract`]: parses calls
//! - [`wire`]: messages and times in JSON
//! - [`capabilities`]: [`Capabilities`], what a queue can do
//! - [`api_error`]: [`ApiError`], every error that a call can return
//! - [`metrics`]: [`Metrics`], which reads the broker's numbers at each scrape
//!
//! The ambassador (`queue/ambassador`) answers the same calls for other servers' queues. It uses the
//! modules that parse calls and write answers, and serves its own queues with [`api::Calls`].
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use service::http::Server;
use service::{Shutdown, TokenFile};

use crate::api::Calls;
use crate::writer::Writing;

pub mod api;
pub mod api_error;
pub mod args;
pub mod capabilities;
pub mod durable;
pub mod extract;
pub mod hub;
pub mod idempotency;
pub mod metrics;
mod start;
pub mod wire;
pub mod writer;

pub use api_error::ApiError;
pub use args::Args;
pub use capabilities::{Can, Capabilities};
pub use hub::Hub;
pub use hub::handover::Handover;
pub use metrics::Metrics;
pub use start::{Store, restored, start};
pub use wire::{WallClock, wall_clock};

/// Answers calls and the `endpoints` that every program has, until the shutdown. If there is a
/// `token`, clients must send it. At the shutdown, waiting receives get an empty list, other calls
/// finish, and idle connections are closed.
///
/// # Errors
/// When the log fails.
pub async fn run(
    server: impl Into<Server>,
    Store { hub, writer }: Store,
    endpoints: axum::Router,
    token: Option<TokenFile>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let calls = Calls::new(hub.clone(), endpoints, token, shutdown.clone());
    let mut writing = Writing::start(writer);
    tokio::select! {
        () = server.into().serve(calls, shutdown.wait()) => {}
        never = hub.keep_time() => match never {},
        // The writer ends by itself only after a failure.
        failed = writing.ended() => return failed,
    }
    hub.close();
    writing.finish().await
}
