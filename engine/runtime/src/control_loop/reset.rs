//! The progress of a reset.

use std::time::Duration;

use model::{Actor, ScaleError};
use tokio::sync::oneshot;

use super::handle::Reply;

/// A reset that is under way.
#[derive(Debug)]
pub(super) struct Reset {
    pub(super) by: Actor,
    pub(super) reply: Option<Reply>,
    pub(super) step: Step,
}

/// A step of a reset.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing has been done yet.
    Begins,
    /// Producers and surplus workers are leaving. The reset waits at most until this time.
    Leaving(Duration),
    /// The queues are being purged.
    Emptying(oneshot::Receiver<Result<(), ScaleError>>),
}

impl Reset {
    pub(super) fn new(by: Actor, reply: Reply) -> Reset {
        Reset { by, reply: Some(reply), step: Step::Begins }
    }
}
