//! This engine's leader state.

use std::time::Duration;

use kube::Client;
use model::Clock;
use prometheus::{PullingGauge, Registry};
use service::Shutdown;
use tokio::sync::{mpsc, oneshot, watch};

use super::candidate::{Candidate, HoldRequest};
use super::elector::{self, Elector};
use super::lease::{self, LeaseError};
use super::status::View;
use super::terms::LeaderState;

/// This engine's leader state, which the candidate updates. Clones share the state.
#[derive(Debug, Clone)]
pub struct Leadership {
    view: watch::Receiver<View>,
    /// Requests to hold or resume all scaling. The candidate writes them to [`lease::HOLD`].
    requests: mpsc::UnboundedSender<HoldRequest>,
    clock: Clock,
    shutdown: Shutdown,
}

impl Leadership {
    /// Competes for the Lease until `shutdown`. Call this inside a tokio runtime. While the Lease
    /// does not exist, [`Self::problem`] says so and no engine leads. No two living engines may
    /// have the same `identity`; use the pod's name.
    pub fn start(
        client: Client,
        namespace: &str,
        lease_name: &str,
        identity: &str,
        clock: Clock,
        shutdown: Shutdown,
    ) -> Leadership {
        let lease = lease::LeaseObject::new(client, namespace, lease_name.to_owned());
        let elector = Elector::new(identity.to_owned());
        let (sender, view) = watch::channel(View { elector, problem: None });
        let (requests, heard) = mpsc::unbounded_channel();
        tokio::spawn(Candidate::new(lease, sender, heard, clock, shutdown.clone()).run());
        Leadership { view, requests, clock, shutdown }
    }

    /// Whether a write may be sent now. Ask again before each write, and limit each write to 1 s:
    /// if renewals fail, another engine may write from 2 s after the first `false` on.
    pub fn may_write(&self) -> bool {
        !self.shutdown.is_set() && self.view.borrow().elector.may_write(self.clock.now())
    }

    /// This engine's state now.
    pub fn leader_state(&self) -> LeaderState {
        match self.view.borrow().elector.leader_state(self.clock.now()) {
            LeaderState::Leader if self.shutdown.is_set() => LeaderState::Standby { leader: None },
            leader_state => leader_state,
        }
    }

    /// Whether a person holds all scaling by the annotation [`lease::HOLD`], as last read.
    pub fn held(&self) -> bool {
        self.view.borrow().elector.held()
    }

    /// Holds all scaling, or resumes it, by the annotation [`lease::HOLD`].
    ///
    /// # Errors
    /// When the Lease cannot be written.
    pub async fn hold(&self, hold: bool) -> Result<(), LeaseError> {
        let (reply, answer) = oneshot::channel();
        let left = || LeaseError::Left;
        self.requests.send(HoldRequest { hold, reply }).map_err(|_| left())?;
        answer.await.map_err(|_| left())?
    }

    /// When this engine began to lead, by its own clock; `None` while it does not lead. A new
    /// leader should observe for a while before it acts.
    pub fn since(&self) -> Option<Duration> {
        let since = self.view.borrow().elector.since(self.clock.now());
        since.filter(|_| !self.shutdown.is_set())
    }

    /// Why the last request for the Lease failed; `None` if it succeeded.
    pub fn problem(&self) -> Option<LeaseError> {
        self.view.borrow().problem.clone()
    }

    /// Registers the gauge `microscaling_leader`: 1 while this engine may act, else 0.
    ///
    /// # Errors
    /// When a metric of this name is already registered.
    pub fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        let help = "1 while this engine is the one that may scale, else 0.";
        let this = self.clone();
        // The value is computed at each scrape, because time alone can end a leadership.
        let leads = Box::new(move || if this.may_write() { 1.0 } else { 0.0 });
        registry.register(Box::new(PullingGauge::new("microscaling_leader", help, leads)?))
    }

    /// Returns when the state, the hold or the problem has changed since the last call on this
    /// clone. Never returns once the candidate has left, because nothing changes any more.
    pub async fn changed(&mut self) {
        if self.view.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns after the shutdown, once the engine has given the Lease back or did not hold it.
    /// Waits at most [`elector::FAREWELL`] from the shutdown on.
    pub async fn released(mut self) {
        self.shutdown.wait().await;
        let left = async { while self.view.changed().await.is_ok() {} };
        // After a timeout, the next leader has to wait until the Lease has expired.
        let _ = tokio::time::timeout(elector::FAREWELL, left).await;
    }
}
