//! What became of jobs whose workers were lost, as the queue tells it; pure.

use std::collections::BTreeSet;

use client::{Numbers, Redelivery};
use model::RecoveredJob;

/// Which stories of a queue were told.
#[derive(Debug, Default)]
pub(super) struct RecoveredJobs {
    /// The queue's count of leases that ran out, as last seen.
    expired: Option<u64>,
    /// Whether something has run out whose end is not known yet.
    open: bool,
    told: BTreeSet<String>,
}

impl RecoveredJobs {
    /// Takes in how many leases had run out.
    pub(super) fn see(&mut self, numbers: &Numbers) {
        let expired = numbers.lease_expired_total;
        let before = std::mem::replace(&mut self.expired, expired);
        // What there was before anybody looked is an old story.
        self.open |= before.is_some() && expired.is_some() && before != expired;
    }

    /// Whether there may be something new in the queue's list.
    pub(super) fn are_due(&self) -> bool {
        self.open
    }

    /// Takes the queue's list in, newest first; what is new and at its end, in the order in which
    /// it happened.
    pub(super) fn take(&mut self, list: &[Redelivery]) -> Vec<RecoveredJob> {
        let expired = || list.iter().filter(|it| it.reason == "expired");
        self.open = expired().any(|it| !it.done);
        let listed: BTreeSet<String> = expired().map(key).collect();
        self.told.retain(|key| listed.contains(key));
        let ended = expired().filter(|it| it.done).rev();
        let new: Vec<&Redelivery> = ended.filter(|it| self.told.insert(key(it))).collect();
        new.into_iter().map(story).collect()
    }
}

/// One message may be lost several times, each time by another worker or after another time.
fn key(it: &Redelivery) -> String {
    format!("{} {:?} {:?}", it.id, it.worker, it.after_s)
}

fn story(it: &Redelivery) -> RecoveredJob {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "somebody".to_owned());
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
    fn the_list_is_asked_for_from_a_lease_s_end_to_the_story_s_end() {
        let mut stories = RecoveredJobs::default();
        assert!(!are_due(&mut stories, 2) && !are_due(&mut stories, 2));
        assert!(are_due(&mut stories, 3));
        assert_eq!(stories.take(&[lost("7", false)]), []);
        assert!(are_due(&mut stories, 3));
        assert_eq!(stories.take(&[lost("7", true)]).len(), 1);
        assert!(!are_due(&mut stories, 3));
    }

    #[test]
    fn each_story_is_told_once_and_what_was_handed_back_is_none() {
        let mut stories = RecoveredJobs::default();
        let handed_back = Redelivery { reason: "handed_back".to_owned(), ..lost("1", true) };
        let told = stories.take(&[lost("3", true), handed_back, lost("2", true)]);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].done_by, "consumer-5");
        assert_eq!(stories.take(&[lost("3", true), lost("2", true)]), []);
    }
}
