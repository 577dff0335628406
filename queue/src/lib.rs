//! The queue server: the pure broker with a clock, a lock and HTTP around it.
//!
//! # Layout
//! - [`args`]: the command line
//! - [`hub`]: [`Hub`], the broker behind one lock, its clock, and those who wait
//! - `waiter`: one receiver that waits, and what happens when it goes away
//! - [`handover`]: messages on their way to a receiver, put back if they never reach it
//! - [`api`]: the calls over HTTP, a file for each kind
//! - `ask`: reading what a call asks for
//! - `wire`: how messages and times look in JSON
//! - [`problem`]: [`Problem`], every error a call can answer
//! - [`metrics`]: [`Metrics`], read from the broker at each scrape
#![forbid(unsafe_code)]

use std::sync::Arc;

use service::http::Server;
use service::{Shutdown, TokenFile};

pub mod api;
pub mod args;
mod ask;
pub mod handover;
pub mod hub;
pub mod metrics;
pub mod problem;
mod waiter;
mod wire;

pub use args::Args;
pub use handover::Handover;
pub use hub::Hub;
pub use metrics::Metrics;
pub use problem::Problem;

/// Answers calls, of those who show the `token` where there is one, beside the `endpoints` that
/// every program has, until the word to leave: then those
/// who wait get an empty list, requests under way finish, and idle connections are closed.
///
/// # Errors
/// None so far.
pub async fn run(
    server: impl Into<Server>,
    hub: Arc<Hub>,
    endpoints: axum::Router,
    token: Option<TokenFile>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let router = api::router(hub.clone(), endpoints, shutdown.clone());
    let router = match token {
        Some(token) => api::guard::guarded(router, token),
        None => router,
    };
    tokio::select! {
        () = server.into().serve(router, shutdown.wait()) => Ok(()),
        never = hub.keep_time() => match never {},
    }
}
