//! The state of a connection, which its socket and its calls share. One task polls both, so the
//! lock is never contended.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

use super::limits::Limits;

/// Where a connection is between its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No byte has arrived yet.
    New,
    /// A head has begun.
    Head,
    /// A call is in progress, or its answer is being sent.
    Call,
    /// An answer was sent, and no further head has begun.
    Idle,
}

#[derive(Debug)]
struct Inner {
    phase: Phase,
    /// When the connection or the last head began.
    since: Instant,
    /// A call ended without reading its whole body.
    unread: bool,
    leaving: bool,
}

/// A connection's state. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct State(Arc<Mutex<Inner>>);

/// What it means that no bytes arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing: a call is in progress, or none has begun.
    Fine,
    /// The client is too slow from this moment on.
    LateFrom(Instant),
    /// The connection is over.
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

    /// Bytes have arrived.
    pub(super) fn heard(&self) {
        let mut inner = self.lock();
        if matches!(inner.phase, Phase::New | Phase::Idle) {
            (inner.phase, inner.since) = (Phase::Head, Instant::now());
        }
    }

    /// A head is complete.
    pub(super) fn called(&self) {
        let mut inner = self.lock();
        (inner.phase, inner.unread) = (Phase::Call, false);
    }

    /// An answer was handed over.
    pub(super) fn answered(&self) {
        self.lock().phase = Phase::Idle;
    }

    /// A call ended without reading its whole body.
    pub(super) fn leave_unread(&self) {
        self.lock().unread = true;
    }

    /// Whether the current or the last call left a part of its body unread.
    pub(super) fn is_unread(&self) -> bool {
        self.lock().unread
    }

    /// Whether more may arrive that is never read: of a body, or of a refused head.
    pub(super) fn has_more_to_come(&self) -> bool {
        let inner = self.lock();
        inner.unread || inner.phase == Phase::Head
    }

    /// No further call is accepted.
    pub(super) fn leave(&self) {
        self.lock().leaving = true;
    }

    /// What it means that no bytes arrive now.
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

/// Wakes the task at a time. It costs nothing before its first use.
#[derive(Debug, Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Whether the time has come; if not, the task is woken then.
    pub(super) fn is_past(&mut self, time: Instant, cx: &mut Context<'_>) -> bool {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(time)));
        if sleep.deadline() != time {
            sleep.as_mut().reset(time);
        }
        matches!(sleep.as_mut().poll(cx), Poll::Ready(()))
    }
}
