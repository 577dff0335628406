//! The rule `remainder`: whatever the others leave.

use crate::policy::Recommendation;
use crate::workload::Workload;

pub(super) fn recommend(workload: &Workload) -> Recommendation {
    Recommendation::plain(workload.max, "takes what is left")
}
