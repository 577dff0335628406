//! Whether this engine decides, and who does where it does not.

use std::sync::Arc;
use std::time::Duration;

use service::Trigger;

use crate::leader::lease::Problem;
use crate::leader::{Leadership, Standing};
use crate::schedulers::kubernetes::cluster::MayWrite;

/// Whether this engine decides.
#[derive(Debug, Clone)]
pub enum Authority {
    /// There is no other one: the box.
    Alone,
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
    /// It looks on, for this reason.
    LooksOn(String),
}

impl Authority {
    /// What this engine does now.
    pub fn stand(&self) -> Stand {
        let Authority::Lease { lease, .. } = self else { return Stand::Decides };
        if lease.may_write() {
            return if lease.held() {
                Stand::LooksOn("scaling is held".to_owned())
            } else {
                Stand::Decides
            };
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

    /// Since when this engine leads; a new time is a new term.
    pub fn term(&self) -> Option<Duration> {
        match self {
            Authority::Alone => None,
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
            Authority::Alone => Arc::new(|| true),
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
