//! Finds lost workers' jobs that were done later, in a queue's list of redeliveries. No I/O.

use std::collections::BTreeSet;

use client::{Numbers, Redelivery};
use model::RecoveredJob;

/// Remembers which recovered jobs of a queue were reported, so that each is reported once.
#[derive(Debug, Default)]
pub(super) struct RecoveredJobs {
    /// The number of leases that have ever expired in the queue, as last known.
    expired: Option<u64>,
    /// Whether the queue's list may have an expired lease whose job is not reported yet.
    open: bool,
    reported: BTreeSet<String>,
}

impl RecoveredJobs {
    /// Takes the number of expired leases from the queue's numbers.
    pub(super) fn see(&mut self, numbers: &Numbers) {
        let expired = numbers.lease_expired_total;
        let before = std::mem::replace(&mut self.expired, expired);
        // Leases that expired before the first reading are ignored.
        self.open |= before.is_some() && expired.is_some() && before != expired;
    }

    /// Whether the queue's list may have jobs that are not reported yet.
    pub(super) fn are_due(&self) -> bool {
        self.open
    }

    /// Takes the queue's list, newest first. Returns the newly done jobs, oldest first.
    pub(super) fn take(&mut self, list: &[Redelivery]) -> Vec<RecoveredJob> {
        let expired = || list.iter().filter(|it| it.reason == "expired");
        self.open = expired().any(|it| !it.done);
        let listed: BTreeSet<String> = expired().map(key).collect();
        self.reported.retain(|key| listed.contains(key));
        let ended = expired().filter(|it| it.done).rev();
        let new: Vec<&Redelivery> = ended.filter(|it| self.reported.insert(key(it))).collect();
        new.into_iter().map(story).collect()
    }
}

/// Identifies one loss of a job. Other losses of the same job have other workers or times.
fn key(it: &Redelivery) -> String {
    format!("{} {:?} {:?}", it.id, it.worker, it.after_s)
}

fn story(it: &Redelivery) -> RecoveredJob {
    let name = |it: &Option<String>| it.clone().unwrap_or_else(|| "an unnamed worker".to_owned());
    let after_s = it.after_s.unwrap_or_default();
    RecoveredJob { worker: name(&it.worker), after_s, done_by: name(&it.done_by) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(id: &str, done: bool) -> Redelivery {
        Redelivery {
            id: id.to_owned(),
            worker: Some("consumer-3".to_owned()),
            reason: "expired".to_owned(),
            after_s: Some(3.0),
            next_worker: Some("consumer-5".to_owned()),
            done,
            done_by: done.then(|| "consumer-5".to_owned()),
        }
    }

    fn are_due(stories: &mut RecoveredJobs, expired: u64) -> bool {
        stories.see(&Numbers { lease_expired_total: Some(expired), ..Numbers::default() });
        stories.are_due()
    }

    #[test]
    fn the_list_is_asked_for_from_a_lease_s_expiry_until_the_job_is_done() {
        let mut stories = RecoveredJobs::default();
        assert!(!are_due(&mut stories, 2) && !are_due(&mut stories, 2));
        assert!(are_due(&mut stories, 3));
        assert_eq!(stories.take(&[lost("7", false)]), []);
        assert!(are_due(&mut stories, 3));
        assert_eq!(stories.take(&[lost("7", true)]).len(), 1);
        assert!(!are_due(&mut stories, 3));
    }

    #[test]
    fn each_recovered_job_is_reported_once_and_a_released_one_never() {
        let mut stories = RecoveredJobs::default();
        let handed_back = Redelivery { reason: "handed_back".to_owned(), ..lost("1", true) };
        let done = stories.take(&[lost("3", true), handed_back, lost("2", true)]);
        assert_eq!(done.len(), 2);
        assert_eq!(done[0].done_by, "consumer-5");
        assert_eq!(stories.take(&[lost("3", true), lost("2", true)]), []);
    }
}
