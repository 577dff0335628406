//! A connection's socket, with timeouts.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::counters::{Counters, Part};
use super::limits::Limits;
use super::state::{Alarm, Silence, State};

/// A socket with the timeouts that hyper lacks: for request heads that have begun, and for answers
/// that the client does not read.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    limits: Limits,
    state: State,
    counters: Counters,
    silence: Alarm,
    /// When the client stopped reading an answer; `None` while it reads.
    stuck_since: Option<Instant>,
    stuck: Alarm,
    drain: Option<Drain>,
}

/// An answer of at most this many bytes is written in one piece.
const SMALL: usize = 512;

/// The remaining limits for discarding an unread body before the connection is closed.
#[derive(Debug)]
struct Drain {
    until: Instant,
    bytes: usize,
}

impl Socket {
    pub(super) fn new(
        stream: TcpStream,
        limits: Limits,
        state: State,
        counters: Counters,
    ) -> Socket {
        let (silence, stuck_since, stuck, drain) = (Alarm::default(), None, Alarm::default(), None);
        Socket { stream, limits, state, counters, silence, stuck_since, stuck, drain }
    }

    /// The result of a read for which no bytes have arrived: a timeout, the end, or pending.
    fn nothing(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.state.silence(&self.limits) {
            Silence::LateFrom(time) if self.silence.is_past(time, cx) => {
                self.counters.timed_out(Part::Head);
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Silence::Fine | Silence::LateFrom(_) => Poll::Pending,
            Silence::IsTheEnd => Poll::Ready(Ok(())),
        }
    }

    /// Returns the result of a write, but fails if the client has read nothing for too long.
    fn wrote<T>(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.stuck_since = None;
            return result;
        }
        let since = *self.stuck_since.get_or_insert_with(Instant::now);
        if self.stuck.is_past(since + self.limits.answer, cx) {
            self.counters.timed_out(Part::Answer);
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }

    /// Reads and discards bytes that still arrive. If a socket is closed while it has unread bytes,
    /// the connection is reset, and many systems then drop the answer that explains the refusal.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = Instant::now() + self.limits.linger;
        let drain = self.drain.get_or_insert(Drain { until, bytes: Limits::LINGER });
        let mut scrap = [0; 8 << 10];
        loop {
            let mut buffer = ReadBuf::new(&mut scrap);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() && drain.bytes > 0 => {
                    drain.bytes = drain.bytes.saturating_sub(buffer.filled().len());
                }
                Poll::Pending if !self.silence.is_past(drain.until, cx) => return Poll::Pending,
                _ => return Poll::Ready(()),
            }
        }
    }
}

/// Joins the parts of a small answer, because one plain write costs the kernel less.
fn in_one(parts: &[io::IoSlice<'_>]) -> Option<([u8; SMALL], usize)> {
    let (mut whole, mut len) = ([0; SMALL], 0);
    for part in parts {
        whole.get_mut(len..len + part.len())?.copy_from_slice(part);
        len += part.len();
    }
    Some((whole, len))
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending => self.nothing(cx),
            ready => {
                if buffer.filled().len() > before {
                    self.state.heard();
                }
                ready
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = match in_one(parts) {
            Some((whole, len)) => Pin::new(&mut self.stream).poll_write(cx, &whole[..len]),
            None => Pin::new(&mut self.stream).poll_write_vectored(cx, parts),
        };
        self.wrote(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        if self.state.has_more_to_come() {
            ready!(self.poll_drain(cx));
        }
        Poll::Ready(Ok(()))
    }
}
