//! How far a reset is.

use std::time::Duration;

use model::{Actor, ScaleError};
use tokio::sync::oneshot;

use super::handle::Reply;

/// A reset under way.
#[derive(Debug)]
pub(super) struct Reset {
    pub(super) by: Actor,
    pub(super) reply: Option<Reply>,
    pub(super) step: Step,
}

/// How far it is.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing is done yet.
    Begins,
    /// Producers and surplus workers leave, at the latest at this time.
    Leaving(Duration),
    /// The queues are being emptied.
    Emptying(oneshot::Receiver<Result<(), ScaleError>>),
}

impl Reset {
    pub(super) fn new(by: Actor, reply: Reply) -> Reset {
        Reset { by, reply: Some(reply), step: Step::Begins }
    }
}
