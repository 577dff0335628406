//! The queue server: the pure broker with a clock, a lock and HTTP around it.
//!
//! # Layout
//! - [`args`]: the command line
//! - [`hub`]: [`Hub`], the broker behind one lock, its clock, and those who wait
//! - [`durable`]: the log beside the broker
//! - [`writer`]: one write and one sync for all who wait
//! - [`start`](start()): memory only, or what was in a data directory
//! - [`api`]: the calls over HTTP, a file for each kind
//! - `idempotency`: publishes that happen once, however often they are tried
//! - `ask`: reading what a call asks for
//! - `wire`: how messages and times look in JSON
//! - [`problem`]: [`ApiError`], every error a call can answer
//! - [`metrics`]: [`Metrics`], read from the broker at each scrape
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use service::http::Server;
use service::{Shutdown, TokenFile};

use crate::api::Calls;
use crate::writer::Writing;

pub mod api;
pub mod api_error;
pub mod args;
pub mod durable;
mod extract;
pub mod hub;
mod idempotency;
pub mod metrics;
mod start;
mod wire;
pub mod writer;

pub use api_error::ApiError;
pub use args::Args;
pub use hub::Hub;
pub use hub::handover::Handover;
pub use metrics::Metrics;
pub use start::{Store, restored, start};
pub use wire::{WallClock, wall_clock};

/// Answers calls, of those who show the `token` where there is one, beside the `endpoints` that
/// every program has, until the word to leave: then those who wait get an empty list, requests
/// under way finish, and idle connections are closed.
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
        // It ends by itself only where it must not go on.
        failed = writing.ended() => return failed,
    }
    hub.close();
    writing.finish().await
}
