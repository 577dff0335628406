//! Whether this engine decides, and who does where it does not.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::scheduler::Written;

/// Whether the engine may write now; asked right before each write is sent.
pub type MayWrite = Arc<dyn Fn() -> bool + Send + Sync>;

/// What an engine does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlMode {
    /// It decides.
    Decides,
    /// It would, and a person holds all scaling; what is scaled by hand is.
    Held,
    /// It looks on, for this reason, and carries out nothing.
    LooksOn(String),
}

/// Whether this engine decides.
pub trait Authority: fmt::Debug + Send + Sync {
    /// What this engine does now.
    fn mode(&self) -> ControlMode;

    /// Whether a person holds all scaling, as last seen.
    fn held(&self) -> bool;

    /// Holds all scaling, or lets it go on; where several engines stand by, a new leader keeps it.
    fn hold(&mut self, hold: bool) -> Written;

    /// Since when this engine leads; a new time is a new term.
    fn term(&self) -> Option<Duration>;

    /// The name that the page shows: alone, leader, or who else.
    fn name(&self) -> String;

    /// Asked right before each write is sent.
    fn may_write(&self) -> MayWrite;

    /// Lets another engine act at once. Only when no write of ours is under way any more.
    fn release(&self) -> BoxFuture<'_, ()>;
}

/// There is no other engine: the box.
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
