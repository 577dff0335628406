//! How long a question may take.

use std::time::Duration;

/// With very short rounds a question to a queue has this time all the same.
const LEAST: Duration = Duration::from_millis(250);

/// How long a question beside the readings may take: a part of a round.
pub fn part_of(tick: Duration, part: f64) -> Duration {
    tick.mul_f64(part).max(LEAST)
}
