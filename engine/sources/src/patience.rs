//! The timeouts of calls.

use std::time::Duration;

/// The shortest timeout, even with very short ticks.
const LEAST: Duration = Duration::from_millis(250);

/// The timeout of a call that is no reading: a part of a tick, but at least `LEAST`.
pub fn part_of(tick: Duration, part: f64) -> Duration {
    tick.mul_f64(part).max(LEAST)
}
