//! The rule `remainder`: whatever the others leave.

use crate::policy::sight::Recommendation;

pub(super) fn recommend(max: u32) -> Recommendation {
    Recommendation::plain(max, "takes what is left")
}
