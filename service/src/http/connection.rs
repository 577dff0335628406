//! One connection: its calls, one after the other, until either side has enough.

use std::net::SocketAddr;
use std::pin::pin;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::header::{CONNECTION, HeaderValue};
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;

use super::body::{Answer, Asked};
use super::counters::Counters;
use super::limits::Limits;
use super::socket::Socket;
use super::state::State;
use crate::shutdown::Shutdown;

/// What all connections of a server have in common.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) router: TowerToHyperService<Router>,
    pub(super) limits: Limits,
    pub(super) counters: Counters,
}

impl Shared {
    /// Answers calls until the caller or its patience ends, or it is time to leave: then a call
    /// that is under way is the last one.
    pub(super) async fn serve(self, stream: TcpStream, peer: SocketAddr, leaving: Shutdown) {
        // Answers are small and wanted now; without this the kernel may hold one back to fill a
        // packet. It fails where the caller has hung up already, which the first read will tell.
        let _ = stream.set_nodelay(true);
        let state = State::new();
        let socket = Socket::new(stream, self.limits, state.clone(), self.counters.clone());
        let calls = service_fn(|request| self.call(request, peer, &state));
        let socket = TokioIo::new(socket);
        let mut connection = pin!(protocol(&self.limits).serve_connection(socket, calls));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = leaving.wait() => {
                state.leave();
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            // A caller's own affair: it hung up, was too slow, or spoke something else.
            tracing::trace!(%peer, "a connection broke off: {error}");
        }
    }

    fn call(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        state: &State,
    ) -> impl Future<Output = Result<Response<Answer>, std::convert::Infallible>> + use<> {
        state.called();
        let (state, counters) = (state.clone(), self.counters.clone());
        let asked = |body| Asked::new(body, self.limits.body, state.clone(), counters);
        let mut request = request.map(asked);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = self.router.call(request);
        async move { answer.await.map(|answer| finish(answer, state)) }
    }
}

/// After a body that was not read to its end nothing more can be understood.
fn finish(mut answer: Response<axum::body::Body>, state: State) -> Response<Answer> {
    if state.is_unread() {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer.map(|body| Answer::new(body, state))
}

fn protocol(limits: &Limits) -> http1::Builder {
    let mut protocol = http1::Builder::new();
    // hyper's clock for a head begins with the silence before it, so it is the one for idle
    // connections. The one for heads is in the socket.
    protocol.timer(TokioTimer::new()).header_read_timeout(limits.idle);
    protocol.max_buf_size(Limits::BUFFER).max_header_size(Limits::HEAD);
    protocol
}
