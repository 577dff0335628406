//! How others see the loop, and what they may ask of it.

use std::sync::Arc;

use model::Actor;
use model::configure::Change;
use model::configure::overview::Overview;
use model::scheduler::ScaleError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::feed::Feed;
use crate::snapshots::Snapshot;
use crate::snapshots::log::LogEvent;

/// What is wished of the loop. Nobody else changes anything.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A Deployment shall have so many replicas.
    Scale {
        /// Which one.
        deployment: String,
        /// How many.
        replicas: u32,
    },
    /// All scaling is held, or goes on.
    Hold(bool),
    /// A container of this workload ends without a word; the answer is its name.
    Kill {
        /// Which workload.
        workload: String,
    },
    /// Jobs come at once.
    Burst {
        /// Onto which queue; the first that is followed where nobody says.
        queue: Option<String>,
        /// How many.
        jobs: u32,
    },
    /// A queue cannot be read, or can be again.
    Blind {
        /// Which queue.
        queue: String,
        /// Whether it cannot.
        blind: bool,
    },
    /// Annotations are edited.
    Configure(Vec<Change>),
    /// Annotations are as they were when they were seen first.
    Defaults,
    /// A workload is frozen, or goes on.
    Pause {
        /// Which workload.
        workload: String,
        /// Whether it is frozen.
        paused: bool,
    },
    /// All begins anew; answered once it has.
    Reset,
    /// A contribution has changed; with what is to be told of it.
    Show(Option<LogEvent>),
}

/// A wish on its way.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) by: Actor,
    pub(super) command: Command,
    pub(super) reply: Reply,
}

/// Where the answer goes: what came of it, in words.
pub(super) type Reply = oneshot::Sender<Result<String, ScaleError>>;

/// How others see the loop, and what they may ask of it.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) commands: mpsc::Sender<Request>,
    /// The moments, the latest first to be seen.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    /// The same as a stream of changes.
    pub feed: Feed,
    /// The configuration, as it changes.
    pub overviews: watch::Receiver<Arc<Overview>>,
}

impl Handle {
    /// Carries out a wish; what came of it, in words.
    ///
    /// # Errors
    /// Why it could not be carried out.
    pub async fn command(&self, by: Actor, command: Command) -> Result<String, ScaleError> {
        let (reply, answer) = oneshot::channel();
        let leaving = || ScaleError::Refused("the engine is leaving".to_owned());
        let command = Request { by, command, reply };
        self.commands.send(command).await.map_err(|_| leaving())?;
        answer.await.map_err(|_| leaving())?
    }
}
