//! Which of the page's controls can be used.

use model::scheduler::Lacks;
use serde::{Deserialize, Serialize};

/// Which of the page's controls cannot be used: null where it can, else why not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Controls {
    /// Setting the load.
    pub load: Option<String>,
    /// Many jobs at once.
    pub burst: Option<String>,
    /// Killing a container.
    pub kill: Option<String>,
    /// Freezing a workload.
    pub pause: Option<String>,
    /// Holding all scaling.
    pub hold: Option<String>,
    /// Beginning anew.
    pub reset: Option<String>,
    /// Changing settings.
    pub configure: Option<String>,
}

impl Controls {
    /// All but those that the scheduler is not allowed to carry out.
    pub fn without(lacks: Lacks) -> Controls {
        let Lacks { kill, configure } = lacks;
        Controls { kill, pause: configure.clone(), configure, ..Controls::default() }
    }

    /// None of them can be used.
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
