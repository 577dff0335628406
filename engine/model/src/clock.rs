//! The engine's time.

use std::time::Duration;

use tokio::time::Instant;

/// The engine's clock, which is monotonic and begins at 0 with the engine.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Instant);

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Clock {
        Clock(Instant::now())
    }

    /// The time since the engine began.
    pub fn now(self) -> Duration {
        self.0.elapsed()
    }

    /// The instant at which the engine began.
    pub fn began(self) -> Instant {
        self.0
    }
}
