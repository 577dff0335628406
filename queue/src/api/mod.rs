//! The calls over HTTP.
//!
//! # Layout
//! - `publish`: messages come in, one or a batch
//! - `receive`: messages go out, at once or after a wait
//! - `settle`: deliveries end: ack, nack, and more time
//! - `queues`: settings, numbers, purge, the list of queues
//! - [`guard`]: who may call, where a token is wanted
//! - `look`: messages and their stories, changing nothing

use std::sync::Arc;

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::Method;
use axum::routing::{delete, get, post, put};
use service::Shutdown;

use crate::hub::Hub;
use crate::problem::Problem;

pub mod guard;
mod look;
mod publish;
mod queues;
mod receive;
mod settle;

/// What every call works on.
#[derive(Debug, Clone)]
struct App {
    hub: Arc<Hub>,
    /// Those who wait are sent away when it is time to leave.
    shutdown: Shutdown,
}

/// All calls, beside the `endpoints` that every program has.
///
/// Leases and delays end in time only while [`Hub::keep_time`] runs beside it.
pub fn router(hub: Arc<Hub>, endpoints: Router, shutdown: Shutdown) -> Router {
    let queue = Router::new()
        .route("/", put(queues::configure).get(queues::show))
        .route("/messages", post(publish::publish).get(look::peek))
        .route("/messages/receive", post(receive::receive))
        .route("/messages/ack", post(settle::ack_all))
        .route("/messages/nack", post(settle::nack_all))
        .route("/messages/{receipt}", delete(settle::ack).patch(settle::extend))
        .route("/redelivered", get(look::redelivered))
        .route("/purge", post(queues::purge))
        .route("/pause", post(queues::pause))
        .route("/resume", post(queues::resume))
        .route("/redrive", post(queues::redrive));
    Router::new()
        .route("/v1/queues", get(queues::list))
        .nest("/v1/queues/{queue}", queue)
        .with_state(App { hub, shutdown })
        .merge(endpoints)
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_path)
}

async fn unknown_path(OriginalUri(uri): OriginalUri) -> Problem {
    Problem::UnknownPath(uri.path().chars().take(200).collect())
}

async fn wrong_method(method: Method) -> Problem {
    Problem::WrongMethod(method.to_string())
}
