//! What the decision core is told, where no annotation says otherwise.

use std::time::Duration;

/// The budget and the rhythm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// How many containers there are to share.
    pub capacity: u32,
    /// The time between decisions.
    pub tick: Duration,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { capacity: 10, tick: Duration::from_millis(500) }
    }
}
