//! Whether this engine decides, and who does where it does not.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use service::Trigger;

use crate::leader::lease::Problem;
use crate::leader::{Leadership, Standing};
use crate::schedulers::kubernetes::cluster::MayWrite;
use crate::schedulers::{ScaleError, Written};

/// Whether this engine decides.
#[derive(Debug, Clone)]
pub enum Authority {
    /// There is no other one: the box.
    Alone {
        /// Whether a person holds all scaling.
        held: bool,
    },
    /// The holder of a Lease does.
    Lease {
        /// How we stand.
        lease: Leadership,
        /// Gives the Lease back.
        resign: Trigger,
    },
}

/// What an engine does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stand {
    /// It decides.
    Decides,
    /// It would, and a person holds all scaling; what is scaled by hand is.
    Held,
    /// It looks on, for this reason, and carries out nothing.
    LooksOn(String),
}

impl Authority {
    /// What this engine does now.
    pub fn stand(&self) -> Stand {
        let lease = match self {
            Authority::Alone { held: true } => return Stand::Held,
            Authority::Alone { held: false } => return Stand::Decides,
            Authority::Lease { lease, .. } => lease,
        };
        if lease.may_write() {
            return if lease.held() { Stand::Held } else { Stand::Decides };
        }
        if let Some(problem @ (Problem::Absent(_) | Problem::Forbidden(_))) = lease.problem() {
            return Stand::LooksOn(format!("nothing is scaled: {problem}"));
        }
        Stand::LooksOn(match lease.standing() {
            Standing::Standby { leader: Some(leader) } => format!("{leader} decides"),
            Standing::Standby { leader: None } => "nobody decides at the moment".to_owned(),
            Standing::Leader | Standing::Unknown => {
                "the apiserver does not answer; nothing is scaled blind".to_owned()
            }
        })
    }

    /// Whether a person holds all scaling, as last seen.
    pub fn held(&self) -> bool {
        match self {
            Authority::Alone { held } => *held,
            Authority::Lease { lease, .. } => lease.held(),
        }
    }

    /// Holds all scaling, or lets it go on; on a cluster a new leader keeps it.
    pub fn hold(&mut self, hold: bool) -> Written {
        match self {
            Authority::Alone { held } => {
                *held = hold;
                futures::future::ready(Ok(())).boxed()
            }
            Authority::Lease { lease, .. } => {
                let lease = lease.clone();
                let refused = |problem: Problem| ScaleError::Refused(problem.to_string());
                async move { lease.hold(hold).await.map_err(refused) }.boxed()
            }
        }
    }

    /// Since when this engine leads; a new time is a new term.
    pub fn term(&self) -> Option<Duration> {
        match self {
            Authority::Alone { .. } => None,
            Authority::Lease { lease, .. } => lease.since(),
        }
    }

    /// The name that the page shows: alone, leader, or who else.
    pub fn name(&self) -> String {
        let Authority::Lease { lease, .. } = self else { return "alone".to_owned() };
        match lease.standing() {
            Standing::Leader => "leader".to_owned(),
            Standing::Standby { leader: Some(leader) } => format!("standby; {leader} leads"),
            Standing::Standby { leader: None } => "standby; nobody leads".to_owned(),
            Standing::Unknown => "unknown".to_owned(),
        }
    }

    /// Asked right before each write is sent.
    pub fn may_write(&self) -> MayWrite {
        match self.clone() {
            Authority::Alone { .. } => Arc::new(|| true),
            Authority::Lease { lease, .. } => Arc::new(move || lease.may_write()),
        }
    }

    /// Lets go of the Lease, so that another engine can act at once. Only when no write of ours
    /// is under way any more.
    pub async fn release(&self) {
        if let Authority::Lease { lease, resign } = self {
            resign.set();
            lease.clone().released().await;
        }
    }
}
