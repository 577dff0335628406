//! The timeouts of calls.

use std::time::Duration;

/// Even with very short ticks a call has this much time.
const LEAST: Duration = Duration::from_millis(250);

/// The timeout of a call beside the readings: a part of a tick.
pub fn part_of(tick: Duration, part: f64) -> Duration {
    tick.mul_f64(part).max(LEAST)
}
