//! Sends each call to an upstream queue, or to the kit's own handlers for queues in memory.

use std::net::SocketAddr;
use std::sync::Arc;

use ::queue::ApiError;
use ::queue::api::guard;
use ::queue::extract::Incoming;
use axum::Router;
use axum::http::{Method, Request, Response};
use broker::QueueName;
use service::http::Asked;
use service::{Shutdown, TokenFile};

use super::answer::{Answer, Answered};
use super::{path, queue, redrive, route};
use crate::front::Front;
use crate::queues::Queues;

/// Answers the calls on the server. All clones share one state.
#[derive(Debug, Clone)]
pub struct Calls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queues: Arc<Queues>,
    /// The handlers for queues in memory.
    kit: ::queue::api::Calls,
    /// The token that clients must send; `None` if anyone may call.
    token: Option<TokenFile>,
    shutdown: Shutdown,
}

/// Who answers a call.
enum Whose<'a> {
    /// An upstream queue; with the rest of the path, which begins with a slash unless it is empty.
    Upstream(&'a Arc<Front>, &'a str),
    /// `GET /v1/queues`.
    All,
    /// A call on a queue in memory that may concern one that is upstream, too.
    Both(QueueName, Touching),
    /// The kit's own handlers.
    Kit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touching {
    Settings,
    Redrive,
}

impl Calls {
    /// Creates a service that answers calls on these queues and the `endpoints` that every program
    /// has. If there is a `token`, clients must send it.
    pub fn new(
        queues: Arc<Queues>,
        endpoints: Router,
        token: Option<TokenFile>,
        shutdown: Shutdown,
    ) -> Calls {
        let kit = ::queue::api::Calls::new(queues.hub.clone(), endpoints, None, shutdown.clone());
        Calls(Arc::new(Inner { queues, kit, token, shutdown }))
    }

    /// Answers a call.
    pub async fn answer<B: Incoming>(&self, request: Request<B>) -> Response<Answer> {
        let is_let_in = |token: &TokenFile| guard::lets_in(token, &request);
        if !self.0.token.as_ref().is_none_or(is_let_in) {
            return Answer::failed(ApiError::Unauthorized.into());
        }
        self.pass(request).await.unwrap_or_else(Answer::failed)
    }

    async fn pass<B: Incoming>(&self, request: Request<B>) -> Answered {
        let Inner { queues, kit, shutdown, .. } = &*self.0;
        let called = request.uri().path().to_owned();
        match whose(queues, request.method(), &called) {
            Whose::Upstream(front, rest) => {
                route::route(queues, front, rest, request, shutdown).await
            }
            Whose::All => queue::list(queues).await,
            Whose::Both(name, Touching::Redrive) => {
                match redrive::from_memory(queues, &name, request.uri()).await? {
                    Some(answer) => Ok(answer),
                    None => Ok(kit.answer(request).await.map(Answer::Kit)),
                }
            }
            Whose::Both(name, Touching::Settings) => {
                let request = queue::checked(queues, &name, request).await?;
                Ok(kit.answer(request).await.map(Answer::Kit))
            }
            Whose::Kit => Ok(kit.answer(request).await.map(Answer::Kit)),
        }
    }
}

fn whose<'a>(queues: &'a Queues, method: &Method, called: &'a str) -> Whose<'a> {
    let Some(rest) = called.strip_prefix("/v1/queues") else { return Whose::Kit };
    if rest.is_empty() && method == Method::GET {
        return Whose::All;
    }
    let Some(rest) = rest.strip_prefix('/') else { return Whose::Kit };
    let (name, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let Ok(name) = path::decoded(name).parse::<QueueName>() else { return Whose::Kit };
    match (queues.front(&name), rest) {
        (Some(front), rest) => Whose::Upstream(front, rest),
        (None, "/redrive") if method == Method::POST => Whose::Both(name, Touching::Redrive),
        (None, "") if method == Method::PUT => Whose::Both(name, Touching::Settings),
        (None, _) => Whose::Kit,
    }
}

impl service::http::Calls for Calls {
    type Body = Answer;

    async fn call(&self, request: Request<Asked>, _: SocketAddr) -> Response<Answer> {
        self.answer(request).await
    }
}
