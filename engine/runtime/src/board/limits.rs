//! Who has all that it can get.

use std::time::Duration;

use control::{Limit, Workload};

use super::round::Round;

/// A limit that lasts so long is one, and no passing moment of a ramp.
pub(super) const LIMIT_LASTS: Duration = Duration::from_secs(3);

/// Whether a workload has all that it can get, and works.
pub(super) fn has_all_it_can_get(workload: &Workload, round: &Round<'_>) -> bool {
    let limit = round.core.why(&workload.name).and_then(|why| why.limited_by);
    let limited = matches!(limit, Some(Limit::Capacity | Limit::Max));
    let at_work = round
        .deployments
        .get(&workload.name)
        .is_some_and(|status| status.replicas.ready == status.replicas.desired);
    limited && at_work
}
