//! The rule `remainder`: all spare capacity.

use crate::policy::sight::Recommendation;

pub(super) fn recommend(max: u32) -> Recommendation {
    Recommendation::plain(max, "uses spare capacity")
}
