//! How many jobs the container in each slot took between two readings of its queue. The page draws
//! a dot for each.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Leases;
use serde::Serialize;

use super::round::Lists;
use super::state::seconds;

/// A grid with more slots than this is not counted: the value would not fit into a frame, and
/// nobody could follow the dots.
const MOST_SLOTS: usize = 200;
/// After a longer gap between two readings nothing is counted, because the page shows jobs at about
/// the time at which they were taken.
const LONGEST_GAP: Duration = Duration::from_secs(2);
/// With more known workers than this, those that are neither listed nor in the grid are forgotten.
const MOST_KNOWN: usize = 4000;

/// The jobs that the containers in the grid took between the last two readings of a queue.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TakenJobs {
    /// The time of the later reading, in seconds of uptime. While no further job is taken, the
    /// value stays as it is.
    pub at: f64,
    /// The time between the two readings, in seconds.
    pub over_s: f64,
    /// Slots and the number of jobs that each slot's container took.
    pub taken: Vec<(usize, u64)>,
}

/// Counts the jobs of all queues.
#[derive(Debug, Default)]
pub(super) struct JobCounts(BTreeMap<String, QueueCount>);

#[derive(Debug, Default)]
struct QueueCount {
    /// When the last list was requested; `None` before the first.
    listed_at: Option<Duration>,
    /// How many jobs each worker had taken when it was listed last. `None` for containers that were
    /// there before the first list but not in it: they may have taken jobs long ago.
    totals: BTreeMap<String, Option<u64>>,
    shown: TakenJobs,
}

impl JobCounts {
    /// The jobs taken by the containers in `places`, by queue, after the last readings. A queue
    /// that does not count its workers' jobs is missing. `origin` is when the run began.
    pub(super) fn see(
        &mut self,
        lists: &Lists,
        places: &BTreeMap<&str, usize>,
        origin: Duration,
    ) -> BTreeMap<String, TakenJobs> {
        let counted = |list: &Leases| !list.taken.is_empty() || list.busy.is_empty();
        if places.values().any(|place| *place >= MOST_SLOTS) {
            *self = JobCounts::default();
            return BTreeMap::new();
        }
        self.0.retain(|queue, _| lists.get(queue).is_some_and(|list| counted(list)));
        for (queue, list) in lists.iter().filter(|(_, list)| counted(list)) {
            self.0.entry(queue.clone()).or_default().see(list, places, origin);
        }
        self.0.iter().map(|(queue, count)| (queue.clone(), count.shown.clone())).collect()
    }
}

impl QueueCount {
    fn see(&mut self, list: &Leases, places: &BTreeMap<&str, usize>, origin: Duration) {
        let Some(before) = self.listed_at else { return self.begin(list, places) };
        let gap = list.listed_at.saturating_sub(before);
        if gap.is_zero() {
            return; // The same list again.
        }
        let is_long = gap > LONGEST_GAP;
        let mut taken = Vec::new();
        for (worker, total) in &list.taken {
            let old = self.totals.insert(worker.clone(), Some(*total)).unwrap_or(Some(0));
            // A smaller total means that the queue began to count again: the jobs are unknown.
            let new = old.and_then(|old| total.checked_sub(old)).unwrap_or_default();
            let place = places.get(worker.as_str());
            if let Some(place) = place.filter(|_| new > 0 && !is_long) {
                taken.push((*place, new));
            }
        }
        self.listed_at = Some(list.listed_at);
        self.forget(list, places);
        if !taken.is_empty() {
            let at = seconds(list.listed_at.saturating_sub(origin));
            taken.sort_unstable();
            self.shown = TakenJobs { at, over_s: seconds(gap), taken };
        }
    }

    /// Takes the first list, from which all later ones count.
    fn begin(&mut self, list: &Leases, places: &BTreeMap<&str, usize>) {
        self.listed_at = Some(list.listed_at);
        self.totals = places.keys().map(|name| ((*name).to_owned(), None)).collect();
        let listed = list.taken.iter().map(|(name, total)| (name.clone(), Some(*total)));
        self.totals.extend(listed);
    }

    fn forget(&mut self, list: &Leases, places: &BTreeMap<&str, usize>) {
        if self.totals.len() > MOST_KNOWN {
            let is_there = |name: &str| list.taken.contains_key(name) || places.contains_key(name);
            self.totals.retain(|name, _| is_there(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A list of the queue "jobs" at `at` ms, with the number of jobs that each worker took.
    fn list(at: u64, taken: &[(&str, u64)]) -> Lists {
        let taken = taken.iter().map(|(name, total)| ((*name).to_owned(), *total)).collect();
        let leases = Leases { taken, listed_at: ms(at), ..Leases::default() };
        [("jobs".to_owned(), Arc::new(leases))].into()
    }

    /// What was counted, with containers a, b and c in slots 0, 1 and 2.
    fn see(counts: &mut JobCounts, lists: &Lists) -> Option<TakenJobs> {
        let places = ["a", "b", "c"].into_iter().zip(0..).collect();
        counts.see(lists, &places, ms(1000)).remove("jobs")
    }

    fn taken(at: f64, over_s: f64, taken: &[(usize, u64)]) -> Option<TakenJobs> {
        Some(TakenJobs { at, over_s, taken: taken.to_vec() })
    }

    #[test]
    fn jobs_between_two_lists_are_counted_once_by_slot() {
        let mut counts = JobCounts::default();
        let none = Some(TakenJobs::default());
        assert_eq!(
            see(&mut counts, &list(1000, &[("a", 7), ("b", 2), ("c", 3)])),
            none,
            "the first list"
        );
        let second = list(1500, &[("a", 9), ("b", 2), ("c", 4), ("elsewhere", 4)]);
        let counted = taken(0.5, 0.5, &[(0, 2), (2, 1)]);
        assert_eq!(see(&mut counts, &second), counted);
        assert_eq!(see(&mut counts, &second), counted, "the same list is the same value");
        let quiet = list(2000, &[("a", 9), ("b", 2), ("c", 4)]);
        assert_eq!(see(&mut counts, &quiet), counted, "without jobs the value stays");
        let third = list(2500, &[("a", 9), ("b", 3), ("c", 4)]);
        assert_eq!(see(&mut counts, &third), taken(1.5, 0.5, &[(1, 1)]));
    }

    #[test]
    fn a_container_that_comes_later_is_counted_from_its_first_job() {
        let mut counts = JobCounts::default();
        see(&mut counts, &list(1000, &[("a", 7)]));
        let places = [("a", 0), ("new", 1)].into();
        let counted = counts.see(&list(1500, &[("a", 7), ("new", 2)]), &places, ms(1000));
        assert_eq!(counted["jobs"].taken, [(1, 2)]);
    }

    #[test]
    fn a_queue_that_counts_from_zero_again_shows_no_jobs_at_first() {
        let mut counts = JobCounts::default();
        see(&mut counts, &list(1000, &[("a", 7), ("b", 2)]));
        assert_eq!(see(&mut counts, &list(1500, &[("a", 1)])), Some(TakenJobs::default()));
        assert_eq!(see(&mut counts, &list(2000, &[("a", 2)])), taken(1.0, 0.5, &[(0, 1)]));
    }

    #[test]
    fn a_worker_that_was_idle_for_long_is_not_counted_from_zero() {
        let mut counts = JobCounts::default();
        see(&mut counts, &list(1000, &[("b", 2)]));
        assert_eq!(see(&mut counts, &list(1500, &[("a", 57)])), Some(TakenJobs::default()));
        assert_eq!(see(&mut counts, &list(2000, &[("a", 58)])), taken(1.0, 0.5, &[(0, 1)]));
        // It is idle, no longer listed, and takes another one.
        see(&mut counts, &list(2500, &[]));
        assert_eq!(see(&mut counts, &list(3000, &[("a", 59)])), taken(2.0, 0.5, &[(0, 1)]));
    }

    #[test]
    fn after_a_long_gap_nothing_is_counted() {
        let mut counts = JobCounts::default();
        see(&mut counts, &list(1000, &[("a", 1)]));
        assert_eq!(see(&mut counts, &list(3001, &[("a", 9)])), Some(TakenJobs::default()));
        assert_eq!(see(&mut counts, &list(5001, &[("a", 11)])), taken(4.001, 2.0, &[(0, 2)]));
    }

    #[test]
    fn a_queue_that_does_not_count_is_missing_and_so_is_a_grid_of_too_many_slots() {
        let mut counts = JobCounts::default();
        let busy = Leases { busy: ["a".to_owned()].into(), ..Leases::default() };
        let untold = [("jobs".to_owned(), Arc::new(busy))].into();
        assert_eq!(see(&mut counts, &untold), None);
        assert_eq!(see(&mut counts, &Lists::new()), None);
        let places = [("a", MOST_SLOTS)].into();
        assert_eq!(counts.see(&list(1000, &[("a", 1)]), &places, ms(0)), BTreeMap::new());
    }
}
