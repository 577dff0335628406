//! Whoever answers the calls of a server.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::{BoxError, Router};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::body::Asked;

/// Answers calls. A router does; where a call is so frequent that finding its way through one is
/// most of its cost, a program can answer it itself and leave the others to its router.
pub trait Calls: Clone + Send + Sync + 'static {
    /// What an answer's body is.
    type Body: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static;

    /// Answers a call from `peer`.
    fn call(
        &self,
        request: Request<Asked>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// Its handlers see the caller's address as [`ConnectInfo`].
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
