//! Whether this engine decides, and which engine does if not.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::scheduler::Written;

/// Whether the engine may write now; asked right before each write is sent.
pub type MayWrite = Arc<dyn Fn() -> bool + Send + Sync>;

/// The mode of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlMode {
    /// It decides and scales.
    Decides,
    /// A person holds all scaling; the engine only carries out what is scaled by hand.
    Held,
    /// It carries out nothing, for this reason.
    LooksOn(String),
}

/// Whether this engine decides.
pub trait Authority: fmt::Debug + Send + Sync {
    /// The current mode of this engine.
    fn mode(&self) -> ControlMode;

    /// Whether a person holds all scaling, by the last known state.
    fn held(&self) -> bool;

    /// Holds all scaling, or ends the hold. With several engines, a new leader keeps the hold.
    fn hold(&mut self, hold: bool) -> Written;

    /// When this engine became the leader; another time is another term.
    fn term(&self) -> Option<Duration>;

    /// The name that the page shows: alone, leader, or the engine that leads.
    fn name(&self) -> String;

    /// Asked right before each write is sent.
    fn may_write(&self) -> MayWrite;

    /// Lets another engine take over at once. Only called when no write of ours is under way.
    fn release(&self) -> BoxFuture<'_, ()>;
}

/// The authority of an engine without others: the box.
#[derive(Debug, Default)]
pub struct Alone {
    held: bool,
}

impl Authority for Alone {
    fn mode(&self) -> ControlMode {
        if self.held { ControlMode::Held } else { ControlMode::Decides }
    }

    fn held(&self) -> bool {
        self.held
    }

    fn hold(&mut self, hold: bool) -> Written {
        self.held = hold;
        ready(Ok(())).boxed()
    }

    fn term(&self) -> Option<Duration> {
        None
    }

    fn name(&self) -> String {
        "alone".to_owned()
    }

    fn may_write(&self) -> MayWrite {
        Arc::new(|| true)
    }

    fn release(&self) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}
