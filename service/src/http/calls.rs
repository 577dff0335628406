//! The trait [`Calls`], by which a program answers the HTTP requests to its server.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::{BoxError, Router};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::body::Asked;

/// Answers the HTTP requests (calls) to a server. axum's [`Router`] implements this trait. A
/// program can implement it to answer a frequent call without the cost of routing, and pass others
/// to its router.
pub trait Calls: Clone + Send + Sync + 'static {
    /// The body of an answer.
    type Body: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static;

    /// Answers a call from the client at the address `peer`.
    fn call(
        &self,
        request: Request<Asked>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// Handlers of the router get the client's address as [`ConnectInfo`].
impl Calls for Router {
    type Body = Body;

    async fn call(&self, mut request: Request<Asked>, peer: SocketAddr) -> Response<Body> {
        request.extensions_mut().insert(ConnectInfo(peer));
        match TowerToHyperService::new(self.clone()).call(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }
}
