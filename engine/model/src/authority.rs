//! Whether this engine makes the scaling decisions, and if not, which engine makes them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::scheduler::Written;

/// A function, called right before each write, that returns whether the engine may write now.
pub type MayWrite = Arc<dyn Fn() -> bool + Send + Sync>;

/// The mode of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlMode {
    /// The engine decides and scales.
    Decides,
    /// A person holds all scaling; the engine only carries out scaling that people request.
    Held,
    /// The engine shows the state but scales nothing, for the reason in this text.
    LooksOn(String),
}

/// Knows whether this engine or another one makes the scaling decisions.
pub trait Authority: fmt::Debug + Send + Sync {
    /// The current mode of this engine.
    fn mode(&self) -> ControlMode;

    /// Whether a person holds all scaling, as far as this engine knows now.
    fn held(&self) -> bool;

    /// Holds all scaling, or ends the hold. An engine that becomes the leader keeps a hold.
    fn hold(&mut self, hold: bool) -> Written;

    /// When this engine became the leader, a time that differs for each term. `None` if this engine
    /// does not lead, or if it is the only one.
    fn term(&self) -> Option<Duration>;

    /// The role that the page shows: `alone`, `leader`, or `standby` with the engine that leads.
    fn name(&self) -> String;

    /// A function that tells whether the engine may write; call it right before each write is sent.
    fn may_write(&self) -> MayWrite;

    /// Lets another engine take over at once. Call this only while this engine writes nothing.
    fn release(&self) -> BoxFuture<'_, ()>;
}

/// The authority of an engine that is the only one, as in a box.
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
