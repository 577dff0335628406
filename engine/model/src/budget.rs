//! The capacity and the tick, as flags set them.

use std::time::Duration;

/// The capacity and the tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The number of slots.
    pub capacity: u32,
    /// The time between two rounds of the control loop.
    pub tick: Duration,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { capacity: 10, tick: Duration::from_millis(500) }
    }
}
