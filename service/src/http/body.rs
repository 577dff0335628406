//! The bodies of requests, which must arrive fast enough, and the bodies of answers.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Instant;

use super::counters::{Counters, Part};
use super::limits::Limits;
use super::state::{Alarm, State};

/// A request's body arrived too slowly; the call is answered with 408.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "less than {} bytes of the body came in {}; send it faster or in parts",
    Limits::STEP,
    humantime::format_duration(*.0)
)]
pub struct Stalled(pub Duration);

/// A request's body. Reading it fails unless [`Limits::STEP`] bytes arrive in each `patience`.
#[derive(Debug)]
pub struct Asked {
    body: Incoming,
    patience: Duration,
    state: State,
    counters: Counters,
    /// When [`Limits::STEP`] bytes must have arrived; `None` while the server does not wait.
    due: Option<Instant>,
    step: usize,
    alarm: Alarm,
    ended: bool,
}

impl Asked {
    pub(super) fn new(
        body: Incoming,
        patience: Duration,
        state: State,
        counters: Counters,
    ) -> Asked {
        let (due, step, alarm) = (None, 0, Alarm::default());
        Asked { body, patience, state, counters, due, step, alarm, ended: false }
    }

    fn came(&mut self, bytes: usize) {
        self.step += bytes;
        if self.step >= Limits::STEP {
            (self.step, self.due) = (0, None);
        }
    }

    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let due = *self.due.get_or_insert_with(|| Instant::now() + self.patience);
        self.alarm.is_past(due, cx)
    }
}

impl http_body::Body for Asked {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.came(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Poll::Pending if self.is_late(cx) => {
                self.counters.timed_out(Part::Body);
                Poll::Ready(Some(Err(Stalled(self.patience).into())))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.ended && !http_body::Body::is_end_stream(&self.body) {
            self.state.leave_unread();
        }
    }
}

/// An answer's body. After taking all of it, hyper drops it, and this drop ends the call.
#[derive(Debug)]
pub(super) struct Answer<B> {
    body: B,
    state: State,
}

impl<B> Answer<B> {
    pub(super) fn new(body: B, state: State) -> Answer<B> {
        Answer { body, state }
    }
}

impl<B: http_body::Body + Unpin> http_body::Body for Answer<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Answer<B> {
    fn drop(&mut self) {
        self.state.answered();
    }
}
