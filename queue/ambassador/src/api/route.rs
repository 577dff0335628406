//! The calls on one upstream queue, by method and path.

use std::sync::Arc;

use ::queue::ApiError;
use ::queue::extract::Incoming;
use axum::http::{HeaderValue, Method, Request, header};
use axum::response::IntoResponse;
use service::Shutdown;

use super::answer::{Answer, Answered};
use super::path::decoded;
use super::{look, publish, queue, receive, redrive, settle};
use crate::front::Front;
use crate::front::settle::Way;
use crate::queues::Queues;

/// Answers a call on this queue. `rest` is the path after the queue's name.
pub(super) async fn route<B: Incoming>(
    queues: &Arc<Queues>,
    front: &Arc<Front>,
    rest: &str,
    request: Request<B>,
    shutdown: &Shutdown,
) -> Answered {
    let parts: Vec<&str> = rest.split('/').skip(1).collect();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let (get, post) = (method == Method::GET, method == Method::POST);
    match parts[..] {
        [] | [""] if get => queue::show(front).await,
        [] | [""] if method == Method::PUT => queue::configure(queues, front, request).await,
        ["messages"] if post => publish::publish(front, request).await,
        ["messages"] if get => look::peek(front, &uri).await,
        ["messages", "receive"] if post => receive::receive(front, request, shutdown).await,
        ["messages", "ack"] if post => settle::end_all(front, Way::Ack, request).await,
        ["messages", "nack"] if post => settle::end_all(front, Way::Nack, request).await,
        ["messages", "release"] if post => settle::end_all(front, Way::Release, request).await,
        ["messages", receipt] if method == Method::DELETE => settle::ack(front, receipt).await,
        ["messages", receipt] if method == Method::PATCH => {
            settle::extend(front, receipt, request).await
        }
        ["workers"] if get => look::workers(front),
        ["workers", worker, "retire"] if post => look::retire(front, &decoded(worker)),
        ["redelivered"] if get => look::redelivered(front, &uri),
        ["purge"] if post => queue::purge(front).await,
        ["pause"] if post => queue::pause(front, true),
        ["resume"] if post => queue::pause(front, false),
        ["redrive"] if post => redrive::from_upstream(queues, front, &uri).await,
        _ => refused(&parts, &method, uri.path()),
    }
}

/// The methods of each path, for a call whose method is not one of them.
fn refused(parts: &[&str], method: &Method, path: &str) -> Answered {
    let allowed = match parts {
        [] | [""] => "GET,HEAD,PUT",
        ["messages"] => "GET,HEAD,POST",
        ["messages", "receive" | "ack" | "nack" | "release"] => "POST",
        ["messages", _] => "DELETE,PATCH",
        ["workers"] | ["redelivered"] => "GET,HEAD",
        ["workers", _, "retire"] | ["purge" | "pause" | "resume" | "redrive"] => "POST",
        _ => return Err(ApiError::UnknownPath(path.chars().take(200).collect()).into()),
    };
    let mut answer = ApiError::WrongMethod(method.to_string()).into_response();
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    Ok(Answer::routed(answer))
}
