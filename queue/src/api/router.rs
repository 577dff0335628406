//! The router: chooses the handler for each path and method.

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{Method, Request};
use axum::routing::{delete, get, post, put};

use super::app::App;
use super::{look, publish, queues, receive, settle, workers};
use crate::api_error::ApiError;
use crate::extract::Named;

pub(super) fn router(app: App, endpoints: Router) -> Router {
    let publish = async |State(app): State<App>, Named(name): Named, request: Request<Body>| {
        publish::publish(&app, &name, request).await
    };
    let receive = async |State(app): State<App>, Named(name): Named, request: Request<Body>| {
        receive::receive(&app, &name, request).await
    };
    let ack = async |State(app): State<App>, Named(name): Named, body: Body| {
        settle::ack_all(&app, &name, body).await
    };
    let queue = Router::new()
        .route("/", put(queues::configure).get(queues::show))
        .route("/messages", post(publish).get(look::peek))
        .route("/messages/receive", post(receive))
        .route("/messages/ack", post(ack))
        .route("/messages/nack", post(settle::nack_all))
        .route("/messages/release", post(settle::release_all))
        .route("/messages/{receipt}", delete(settle::ack).patch(settle::extend))
        .route("/workers", get(workers::list))
        .route("/workers/{worker}/retire", post(workers::retire))
        .route("/redelivered", get(look::redelivered))
        .route("/purge", post(queues::purge))
        .route("/pause", post(|app, name| queues::pause(app, name, true)))
        .route("/resume", post(|app, name| queues::pause(app, name, false)))
        .route("/redrive", post(queues::redrive));
    Router::new()
        .route("/v1/queues", get(queues::list))
        .nest("/v1/queues/{queue}", queue)
        .with_state(app)
        .merge(endpoints)
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_path)
}

async fn unknown_path(OriginalUri(uri): OriginalUri) -> ApiError {
    ApiError::UnknownPath(uri.path().chars().take(200).collect())
}

async fn wrong_method(method: Method) -> ApiError {
    ApiError::WrongMethod(method.to_string())
}
