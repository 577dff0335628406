//! The ambassador: the kit's queue API in front of another queue.
//!
//! # Layout
//! - [`args`]: the command line
//! - [`table`]: the lease table of an upstream queue; pure
//! - [`upstream`]: the trait of upstream queues, and a file or folder for each kind
//! - [`front`]: an upstream queue with its table
//! - [`queues`]: all queues, upstream or in memory
//! - [`api`]: the handlers of the calls over HTTP
//! - [`error`]: [`Failure`](error::Failure), why a call failed
//! - [`metrics`]: what `/metrics` reports about upstream queues
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::sync::Arc;

use service::http::Server;
use service::{Shutdown, TokenFile};

use crate::api::Calls;
use crate::queues::Queues;

pub mod api;
pub mod args;
pub mod error;
pub mod front;
pub mod metrics;
pub mod queues;
pub mod table;
pub mod upstream;

pub use args::Args;

/// Opens the upstream queues that the flags name.
///
/// # Errors
/// When a name or the credentials do not fit the upstream. One that is away is no error.
pub async fn open(args: &Args) -> anyhow::Result<Arc<Queues>> {
    let settings = args.settings();
    settings.check().map_err(|error| service::UsageError(error.to_string()))?;
    let mut upstreams = Vec::new();
    for name in &args.upstream_queue {
        let opened = args.upstream.open(name, &args.credentials()).await;
        let opened = opened.map_err(|error| service::UsageError(error.to_string()))?;
        tracing::info!("the messages of {name} are kept by {}", args.upstream);
        upstreams.push((name.clone(), opened));
    }
    // Each run has a random number, so that receipts of earlier runs are recognised.
    let queues = Queues::new(upstreams, &settings, rand::random::<u32>().max(1));
    for name in &args.upstream_queue {
        let checked = queues.check(name, &settings);
        checked.map_err(|error| service::UsageError(format!("--dead-letter-queue: {error}")))?;
    }
    Ok(queues)
}

/// Answers calls and the `endpoints` that every program has, until the shutdown. If there is a
/// `token`, clients must send it.
///
/// # Errors
/// None at present; the signature fits that of the program `queue`.
pub async fn run(
    server: Server,
    queues: Arc<Queues>,
    endpoints: axum::Router,
    token: Option<TokenFile>,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let calls = Calls::new(queues.clone(), endpoints, token, shutdown.clone());
    tokio::select! {
        () = server.serve(calls, shutdown.wait()) => {}
        () = queues.keep_time() => {}
    }
    Ok(())
}
