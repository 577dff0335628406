//! How this engine stands among its replicas.

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

/// How this engine stands among its replicas. Clones see the same.
#[derive(Debug, Clone)]
pub struct Leadership {
    view: watch::Receiver<View>,
    /// What a person wants of the annotation [`lease::HOLD`]; carried out by the candidate.
    requests: mpsc::UnboundedSender<HoldRequest>,
    clock: Clock,
    shutdown: Shutdown,
}

impl Leadership {
    /// Begins to stand for leader, until `shutdown`. Call it inside a tokio runtime. The Lease
    /// must exist; while it does not, [`Self::problem`] says so and nobody leads. No two engines
    /// that live may have the same `identity`; the pod's name is a good one.
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

    /// Whether a write may be sent at this moment. Ask again before each one, and let none take
    /// longer than a second: another engine may act two seconds after this turns false.
    pub fn may_write(&self) -> bool {
        !self.shutdown.is_set() && self.view.borrow().elector.may_write(self.clock.now())
    }

    /// Where this engine stands at this moment.
    pub fn leader_state(&self) -> LeaderState {
        match self.view.borrow().elector.leader_state(self.clock.now()) {
            LeaderState::Leader if self.shutdown.is_set() => LeaderState::Standby { leader: None },
            leader_state => leader_state,
        }
    }

    /// Whether a person holds all scaling, by the annotation [`lease::HOLD`]; as last seen.
    pub fn held(&self) -> bool {
        self.view.borrow().elector.held()
    }

    /// Holds all scaling, or lets it go on, by that annotation.
    ///
    /// # Errors
    /// Why the Lease could not be written.
    pub async fn hold(&self, hold: bool) -> Result<(), LeaseError> {
        let (reply, answer) = oneshot::channel();
        let left = || LeaseError::Left;
        self.requests.send(HoldRequest { hold, reply }).map_err(|_| left())?;
        answer.await.map_err(|_| left())?
    }

    /// Since when this engine leads, in the time of its clock; none while it does not. A new
    /// leader does well to look for a while before it acts.
    pub fn since(&self) -> Option<Duration> {
        let since = self.view.borrow().elector.since(self.clock.now());
        since.filter(|_| !self.shutdown.is_set())
    }

    /// What keeps the Lease from being read or written at present.
    pub fn problem(&self) -> Option<LeaseError> {
        self.view.borrow().problem.clone()
    }

    /// Registers the gauge `microscaling_leader`: 1 where this engine may act, else 0.
    ///
    /// # Errors
    /// When its name is taken.
    pub fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        let help = "1 where this engine is the one that may scale, else 0.";
        let this = self.clone();
        // It looks when it is read: a leadership ends by time alone.
        let leads = Box::new(move || if this.may_write() { 1.0 } else { 0.0 });
        registry.register(Box::new(PullingGauge::new("microscaling_leader", help, leads)?))
    }

    /// Returns when the standing, the hold, or the problem is another than at the last call on
    /// this clone. Never returns once the candidate has left: nothing changes any more.
    pub async fn changed(&mut self) {
        if self.view.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns when the Lease has been given back, if it was ours: soon after the word to leave,
    /// and at most [`elector::FAREWELL`] after it.
    pub async fn released(mut self) {
        self.shutdown.wait().await;
        let left = async { while self.view.changed().await.is_ok() {} };
        // It cannot be reached then, and the successor waits until the Lease has expired.
        let _ = tokio::time::timeout(elector::FAREWELL, left).await;
    }
}
