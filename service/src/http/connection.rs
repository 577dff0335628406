//! Serves one connection: answers its calls one after the other, until either side ends it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;

use axum::http::header::{CONNECTION, HeaderValue};
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::body::{Answer, Asked};
use super::calls::Calls;
use super::counters::Counters;
use super::limits::Limits;
use super::socket::Socket;
use super::state::State;
use crate::shutdown::Shutdown;

/// What all connections of a server share.
#[derive(Debug, Clone)]
pub(super) struct Shared<C> {
    pub(super) calls: C,
    pub(super) limits: Limits,
    pub(super) counters: Counters,
}

impl<C: Calls> Shared<C> {
    /// Answers calls until the client leaves, a limit is exceeded, or the server shuts down. A call
    /// in progress at the shutdown is still answered.
    pub(super) async fn serve(self, stream: TcpStream, peer: SocketAddr, leaving: Shutdown) {
        // Answers are small and urgent, and without this option the kernel may delay them to fill a
        // packet. An error means that the client has hung up; the first read reports that.
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
            // The client hung up, was too slow, or did not speak HTTP. The server is not at fault.
            tracing::trace!(%peer, "a connection failed: {error}");
        }
    }

    async fn call(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        state: &State,
    ) -> Result<Response<Answer<C::Body>>, Infallible> {
        state.called();
        let asked = |body| Asked::new(body, self.limits.body, state.clone(), self.counters.clone());
        let answer = self.calls.call(request.map(asked), peer).await;
        Ok(finish(answer, state.clone()))
    }
}

/// Adds a header that closes the connection if the request's body was not read to its end.
fn finish<B>(mut answer: Response<B>, state: State) -> Response<Answer<B>> {
    if state.is_unread() {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer.map(|body| Answer::new(body, state))
}

fn protocol(limits: &Limits) -> http1::Builder {
    let mut protocol = http1::Builder::new();
    // hyper's timeout for a head includes the idle time before the head, so it serves as the idle
    // timeout. The timeout for heads is in `Socket`.
    protocol.timer(TokioTimer::new()).header_read_timeout(limits.idle);
    protocol.max_buf_size(Limits::BUFFER).max_header_size(Limits::HEAD);
    protocol
}
