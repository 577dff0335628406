//! [`Calls`]: the handlers of a server's calls.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::{BoxError, Router};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::body::Asked;

/// Answers calls. A router does. If routing is most of the cost of a frequent call, a program can
/// answer that call itself and leave the others to its router.
pub trait Calls: Clone + Send + Sync + 'static {
    /// The body of an answer.
    type Body: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static;

    /// Answers a call from `peer`.
    fn call(
        &self,
        request: Request<Asked>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// Handlers get the client's address as [`ConnectInfo`].
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
