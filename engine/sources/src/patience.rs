//! The timeouts of calls to queues.

use std::time::Duration;

/// The shortest timeout of a call, even with very short ticks.
const LEAST: Duration = Duration::from_millis(250);

/// The timeout of a call that takes no reading: a part of a tick, but at least `LEAST`.
pub fn part_of(tick: Duration, part: f64) -> Duration {
    tick.mul_f64(part).max(LEAST)
}
