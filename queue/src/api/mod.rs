//! The calls over HTTP.
//!
//! # Layout
//! - [`calls`]: [`Calls`], the way from a request to what it asks for
//! - [`reply`]: [`Reply`], what answers are as bytes
//! - `publish`: messages come in, one or a batch
//! - `receive`: messages go out, at once or after a wait
//! - `settle`: deliveries end: ack, nack, release, and more time
//! - `workers`: who works on messages, and who shall get none any more
//! - `queues`: settings, numbers, purge, the list of queues
//! - `guard`: who may call, where a token is wanted
//! - `look`: messages and their stories, changing nothing

use std::sync::Arc;

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::Method;
use axum::routing::{delete, get, post, put};
use service::Shutdown;

use crate::hub::Hub;
use crate::problem::Problem;

pub mod calls;
mod guard;
mod look;
mod publish;
mod queues;
mod receive;
pub mod reply;
mod settle;
mod workers;

pub use calls::Calls;
pub use reply::Reply;

/// What every call works on.
#[derive(Debug, Clone)]
struct App {
    hub: Arc<Hub>,
    /// Those who wait are sent away when it is time to leave.
    shutdown: Shutdown,
}

/// All calls by their paths.
fn router(app: App, endpoints: Router) -> Router {
    let queue = Router::new()
        .route("/", put(queues::configure).get(queues::show))
        .route("/messages", post(publish::routed).get(look::peek))
        .route("/messages/receive", post(receive::routed))
        .route("/messages/ack", post(settle::routed_ack_all))
        .route("/messages/nack", post(settle::nack_all))
        .route("/messages/release", post(settle::release_all))
        .route("/messages/{receipt}", delete(settle::ack).patch(settle::extend))
        .route("/workers", get(workers::list))
        .route("/workers/{worker}/retire", post(workers::retire))
        .route("/redelivered", get(look::redelivered))
        .route("/purge", post(queues::purge))
        .route("/pause", post(queues::pause))
        .route("/resume", post(queues::resume))
        .route("/redrive", post(queues::redrive));
    Router::new()
        .route("/v1/queues", get(queues::list))
        .nest("/v1/queues/{queue}", queue)
        .with_state(app)
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
