//! Answers all calls on the server. Publish, receive and ack skip the router, because every job
//! needs them and the router would take a fifth of their time. All other calls use the router.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use axum::response::IntoResponse;
use broker::QueueName;
use service::http::Asked;
use service::{Shutdown, TokenFile};
use tower::ServiceExt;

use super::app::App;
use super::reply::Reply;
use super::{guard, publish, receive, router, settle};
use crate::api_error::ApiError;
use crate::extract::Incoming;
use crate::hub::Hub;

/// Answers the calls on the server. All clones share one state.
#[derive(Debug, Clone)]
pub struct Calls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    /// The token that clients must send; `None` if anyone may call.
    token: Option<TokenFile>,
    /// The router. It also answers frequent calls if their paths have escaped characters.
    router: Router,
}

/// One of the three calls that every job needs. Paths with escaped characters go to the router.
#[derive(Debug, PartialEq)]
enum Frequent {
    Publish(QueueName),
    Receive(QueueName),
    Ack(QueueName),
}

impl Frequent {
    fn of(method: &Method, path: &str) -> Option<Frequent> {
        let (name, rest) = path.strip_prefix("/v1/queues/")?.split_once('/')?;
        let rest = rest.strip_prefix("messages")?;
        let name = || name.parse().ok();
        match rest {
            "" if method == Method::POST => Some(Frequent::Publish(name()?)),
            "/receive" if method == Method::POST => Some(Frequent::Receive(name()?)),
            "/ack" if method == Method::POST => Some(Frequent::Ack(name()?)),
            _ => None,
        }
    }
}

impl Calls {
    /// Creates a service that answers calls on `hub` and the `endpoints` that every program has. If
    /// there is a `token`, clients must send it.
    ///
    /// Leases and delays end only while [`Hub::keep_time`] runs.
    pub fn new(
        hub: Arc<Hub>,
        endpoints: Router,
        token: Option<TokenFile>,
        shutdown: Shutdown,
    ) -> Calls {
        let app = App { hub, shutdown };
        let router = router::router(app.clone(), endpoints);
        Calls(Arc::new(Inner { app, token, router }))
    }

    /// Answers a call.
    pub async fn answer<B: Incoming>(&self, request: Request<B>) -> Response<Reply> {
        let Inner { app, token, router } = &*self.0;
        if token.as_ref().is_some_and(|token| !guard::lets_in(token, &request)) {
            return ApiError::Unauthorized.into_response().map(Reply::Routed);
        }
        let answer = match Frequent::of(request.method(), request.uri().path()) {
            Some(Frequent::Publish(name)) => publish::publish(app, &name, request).await,
            Some(Frequent::Receive(name)) => receive::receive(app, &name, request).await,
            Some(Frequent::Ack(name)) => settle::ack_all(app, &name, request.into_body()).await,
            None => match router.clone().oneshot(request.map(Body::new)).await {
                Ok(answer) => Ok(answer.map(Reply::Routed)),
                Err(never) => match never {},
            },
        };
        answer.unwrap_or_else(|api_error| api_error.into_response().map(Reply::Routed))
    }
}

impl service::http::Calls for Calls {
    type Body = Reply;

    async fn call(&self, request: Request<Asked>, _: SocketAddr) -> Response<Reply> {
        self.answer(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &Method, path: &str) -> Option<Frequent> {
        Frequent::of(method, &format!("/v1/queues/{path}"))
    }

    #[test]
    fn the_three_calls_of_a_job_are_recognised() {
        let jobs = || "jobs".parse().unwrap();
        let publish = of(&Method::POST, "jobs/messages");
        assert_eq!(publish, Some(Frequent::Publish(jobs())));
        let receive = of(&Method::POST, "jobs/messages/receive");
        assert_eq!(receive, Some(Frequent::Receive(jobs())));
        let ack = of(&Method::POST, "jobs/messages/ack");
        assert_eq!(ack, Some(Frequent::Ack(jobs())));
    }

    #[test]
    fn other_paths_go_to_the_router() {
        let posts = ["jo%62s/messages", "jobs/messages/", "jobs//messages", "/messages", "jobs"];
        assert!(posts.iter().all(|path| of(&Method::POST, path).is_none()));
        assert_eq!(of(&Method::GET, "jobs/messages"), None);
        assert_eq!(of(&Method::POST, "jobs/messages/ack/"), None);
        assert_eq!(Frequent::of(&Method::POST, "/v2/queues/jobs/messages"), None);
    }
}
