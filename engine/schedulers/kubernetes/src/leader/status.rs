//! The state that the candidate publishes, and the log of its changes. Each change is logged once;
//! a renewal is not logged.

use std::mem::discriminant;
use std::time::Duration;

use super::elector::{Elector, RENEW_DEADLINE};
use super::lease::{HOLD, LeaseError};
use super::terms::LeaderState;

/// The state that the candidate publishes.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) elector: Elector,
    /// Why the last request failed; `None` if it succeeded.
    pub(super) problem: Option<LeaseError>,
}

/// Whether the log treats two problems as the same. The apiserver may word one problem differently
/// each time. The engine's own text for a missing right varies only with the right.
fn is_same(one: Option<&LeaseError>, other: Option<&LeaseError>) -> bool {
    match (one, other) {
        (Some(LeaseError::Forbidden(one)), Some(LeaseError::Forbidden(other))) => one == other,
        _ => one.map(discriminant) == other.map(discriminant),
    }
}

/// The part of a [`View`] whose changes are logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeaderStatus {
    leader_state: LeaderState,
    held: bool,
    problem: Option<LeaseError>,
}

impl LeaderStatus {
    pub(super) fn of(view: &View, now: Duration) -> LeaderStatus {
        let leader_state = view.elector.leader_state(now);
        LeaderStatus { leader_state, held: view.elector.held(), problem: view.problem.clone() }
    }

    /// Logs the differences from `before`.
    pub(super) fn log_after(&self, before: &LeaderStatus) {
        if !is_same(self.problem.as_ref(), before.problem.as_ref()) {
            match &self.problem {
                Some(problem) => tracing::warn!("{problem}"),
                None => tracing::info!("the Lease can be read and written again"),
            }
        }
        if self.leader_state != before.leader_state {
            self.log_leader_state(&before.leader_state);
        }
        if self.held != before.held {
            let how = if self.held { "held" } else { "no longer held" };
            tracing::info!("all scaling is {how}, by the annotation {HOLD} of the Lease");
        }
    }

    fn log_leader_state(&self, before: &LeaderState) {
        if *before == LeaderState::Leader {
            tracing::warn!("this engine no longer leads: {}", self.why_lost());
        }
        match &self.leader_state {
            LeaderState::Leader => tracing::info!("this engine leads"),
            LeaderState::Standby { leader: Some(leader) } => {
                tracing::info!("{leader} leads; this engine is on standby");
            }
            LeaderState::Standby { leader: None } | LeaderState::Unknown => {}
        }
    }

    fn why_lost(&self) -> String {
        match (&self.leader_state, &self.problem) {
            (LeaderState::Standby { .. }, _) => "another engine has taken the Lease".to_owned(),
            (_, Some(problem)) => {
                format!("no renewal for {} s: {problem}", RENEW_DEADLINE.as_secs())
            }
            (_, None) => format!("no renewal for {} s", RENEW_DEADLINE.as_secs()),
        }
    }
}
