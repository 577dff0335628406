//! The state of a connection, which its socket and its calls share. One task polls the socket and
//! the calls, so neither ever waits for the lock.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

use super::limits::Limits;

/// The current phase of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No byte has arrived yet.
    New,
    /// The first bytes of a request's head have arrived.
    Head,
    /// A call is in progress, or its answer is being sent.
    Call,
    /// An answer was sent, and no byte of another request has arrived.
    Idle,
}

#[derive(Debug)]
struct Inner {
    phase: Phase,
    /// When the last request's head began; before the first head, when the connection began.
    since: Instant,
    /// Whether the last call ended before its whole body was read.
    unread: bool,
    /// Whether the server is shutting down.
    leaving: bool,
}

/// A connection's state. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct State(Arc<Mutex<Inner>>);

/// How to treat a connection on which no bytes arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Accept the silence: a call is in progress, or the connection is idle.
    Fine,
    /// Treat the client as too slow from this moment on.
    LateFrom(Instant),
    /// End the connection, because the server shuts down.
    IsTheEnd,
}

impl State {
    /// The state of a new connection.
    pub(super) fn new() -> State {
        let since = Instant::now();
        let inner = Inner { phase: Phase::New, since, unread: false, leaving: false };
        State(Arc::new(Mutex::new(inner)))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that bytes have arrived. If no call is in progress, they begin a request's head.
    pub(super) fn heard(&self) {
        let mut inner = self.lock();
        if matches!(inner.phase, Phase::New | Phase::Idle) {
            (inner.phase, inner.since) = (Phase::Head, Instant::now());
        }
    }

    /// Notes that a request's head has arrived completely, and that its call begins.
    pub(super) fn called(&self) {
        let mut inner = self.lock();
        (inner.phase, inner.unread) = (Phase::Call, false);
    }

    /// Notes that hyper has taken the whole answer.
    pub(super) fn answered(&self) {
        self.lock().phase = Phase::Idle;
    }

    /// Notes that a call ended before its whole body was read.
    pub(super) fn leave_unread(&self) {
        self.lock().unread = true;
    }

    /// Whether the current or the last call left a part of its body unread.
    pub(super) fn is_unread(&self) -> bool {
        self.lock().unread
    }

    /// Whether more bytes of an unread body or a refused head may still arrive.
    pub(super) fn has_more_to_come(&self) -> bool {
        let inner = self.lock();
        inner.unread || inner.phase == Phase::Head
    }

    /// Notes that the server shuts down, so that no further call is accepted.
    pub(super) fn leave(&self) {
        self.lock().leaving = true;
    }

    /// Returns how to treat the connection if no bytes arrive now.
    pub(super) fn silence(&self, limits: &Limits) -> Silence {
        let inner = self.lock();
        match inner.phase {
            Phase::Call => Silence::Fine,
            _ if inner.leaving => Silence::IsTheEnd,
            Phase::Idle => Silence::Fine,
            Phase::New | Phase::Head => Silence::LateFrom(inner.since + limits.head),
        }
    }
}

/// Wakes the task at a given time. The timer is created at the first use.
#[derive(Debug, Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Whether `time` has come; if not, wakes the task at `time`.
    pub(super) fn is_past(&mut self, time: Instant, cx: &mut Context<'_>) -> bool {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(time)));
        if sleep.deadline() != time {
            sleep.as_mut().reset(time);
        }
        matches!(sleep.as_mut().poll(cx), Poll::Ready(()))
    }
}
