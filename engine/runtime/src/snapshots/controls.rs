//! Which of the page's controls are disabled, and why.

use model::scheduler::Lacks;
use serde::{Deserialize, Serialize};

/// Why each of the page's controls is disabled; null for an enabled control.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Controls {
    pub load: Option<String>,
    pub burst: Option<String>,
    pub kill: Option<String>,
    pub pause: Option<String>,
    pub hold: Option<String>,
    pub reset: Option<String>,
    pub configure: Option<String>,
}

impl Controls {
    /// Disables the controls for which the scheduler lacks the permissions.
    pub fn without(lacks: Lacks) -> Controls {
        let Lacks { kill, configure } = lacks;
        Controls { kill, pause: configure.clone(), configure, ..Controls::default() }
    }

    /// Disables all controls for the same reason.
    pub fn none(because: &str) -> Controls {
        let because = Some(because.to_owned());
        Controls {
            load: because.clone(),
            burst: because.clone(),
            kill: because.clone(),
            pause: because.clone(),
            hold: because.clone(),
            reset: because.clone(),
            configure: because,
        }
    }
}
