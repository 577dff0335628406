//! The authority to decide: the engine has it while it holds the Lease.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use model::{Authority, ControlMode, MayWrite, ScaleError, Written};
use service::Trigger;

use super::leadership::Leadership;
use super::lease::LeaseError;
use super::terms::LeaderState;

/// Lets the engine decide only while it holds the Lease.
#[derive(Debug)]
pub struct ByLease {
    lease: Leadership,
    /// When this is set, the engine gives the Lease back.
    resign: Trigger,
}

impl ByLease {
    /// Decides by the state of `lease`. When `resign` is set, the engine must give the Lease back.
    pub fn new(lease: Leadership, resign: Trigger) -> ByLease {
        ByLease { lease, resign }
    }
}

impl Authority for ByLease {
    fn mode(&self) -> ControlMode {
        let lease = &self.lease;
        if lease.may_write() {
            return if lease.held() { ControlMode::Held } else { ControlMode::Decides };
        }
        if let Some(problem @ (LeaseError::Absent(_) | LeaseError::Forbidden(_))) = lease.problem()
        {
            return ControlMode::LooksOn(format!("nothing is scaled: {problem}"));
        }
        ControlMode::LooksOn(match lease.leader_state() {
            LeaderState::Standby { leader: Some(leader) } => format!("{leader} leads"),
            LeaderState::Standby { leader: None } => "no engine leads at the moment".to_owned(),
            LeaderState::Leader | LeaderState::Unknown => {
                "the apiserver does not answer; scaling waits until it does".to_owned()
            }
        })
    }

    fn held(&self) -> bool {
        self.lease.held()
    }

    fn hold(&mut self, hold: bool) -> Written {
        let lease = self.lease.clone();
        let refused = |problem: LeaseError| ScaleError::Refused(problem.to_string());
        async move { lease.hold(hold).await.map_err(refused) }.boxed()
    }

    fn term(&self) -> Option<Duration> {
        self.lease.since()
    }

    fn name(&self) -> String {
        match self.lease.leader_state() {
            LeaderState::Leader => "leader".to_owned(),
            LeaderState::Standby { leader: Some(leader) } => format!("standby; {leader} leads"),
            LeaderState::Standby { leader: None } => "standby; no engine leads".to_owned(),
            LeaderState::Unknown => "unknown".to_owned(),
        }
    }

    fn may_write(&self) -> MayWrite {
        let lease = self.lease.clone();
        Arc::new(move || lease.may_write())
    }

    fn release(&self) -> BoxFuture<'_, ()> {
        self.resign.set();
        self.lease.clone().released().boxed()
    }
}
