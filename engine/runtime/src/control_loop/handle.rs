//! The interface to the control loop: its commands and its snapshots.

use std::sync::Arc;

use model::Actor;
use model::configure::Change;
use model::configure::overview::Overview;
use model::scheduler::ScaleError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::feed::Feed;
use crate::snapshots::Snapshot;
use crate::snapshots::log::LogEvent;

/// A command to the control loop, the only part of the engine that changes anything.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Sets a Deployment's replicas.
    Scale {
        deployment: String,
        replicas: u32,
    },
    /// Holds or resumes all scaling.
    Hold(bool),
    /// Kills a container of this workload without a grace period; the answer is its name.
    Kill {
        workload: String,
    },
    /// Sends many jobs at once, by default to the first queue that a workload follows.
    Burst {
        queue: Option<String>,
        jobs: u32,
    },
    /// Makes a queue unreadable for the engine, or readable again.
    Blind {
        queue: String,
        blind: bool,
    },
    /// Edits annotations.
    Configure(Vec<Change>),
    /// Restores all annotations to the values that the engine saw first.
    Defaults,
    Pause {
        workload: String,
        paused: bool,
    },
    /// Resets everything to second 0. The answer comes once the reset is done.
    Reset,
    /// Publishes changed contributions at once, in an extra round, and logs the event, if any.
    Show(Option<LogEvent>),
}

/// A command that waits for the control loop.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) by: Actor,
    pub(super) command: Command,
    pub(super) reply: Reply,
}

/// The channel for the answer to a command: the result as a text, or an error.
pub(super) type Reply = oneshot::Sender<Result<String, ScaleError>>;

/// The interface to the control loop. All clones lead to the same loop.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) commands: mpsc::Sender<Request>,
    /// The latest snapshot.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    /// The snapshots as a stream of changes.
    pub feed: Feed,
    /// The latest configuration.
    pub overviews: watch::Receiver<Arc<Overview>>,
}

impl Handle {
    /// Carries out a command. Returns the result as a text.
    ///
    /// # Errors
    /// When the command cannot be carried out; the error says why.
    pub async fn command(&self, by: Actor, command: Command) -> Result<String, ScaleError> {
        let (reply, answer) = oneshot::channel();
        let leaving = || ScaleError::Refused("the engine is shutting down".to_owned());
        let request = Request { by, command, reply };
        self.commands.send(request).await.map_err(|_| leaving())?;
        answer.await.map_err(|_| leaving())?
    }
}
