//! Computes how many pods Kubernetes' controllers may still start.
//!
//! The controllers act on a write with a delay. While they lag behind, they may start as many pods
//! as the highest count written since they were last up to date. If an increase is withdrawn, its
//! slots therefore stay reserved until the controllers are up to date again.

use std::time::Duration;

/// A Deployment as the watch shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WatchedDeployment {
    /// The resourceVersion, which grows with every change of the Deployment.
    pub version: u64,
    /// A number that grows with every change of the Deployment's spec.
    pub generation: i64,
    /// The generation that the Deployment's controller has acted on.
    pub observed_generation: i64,
    /// The replicas in the Deployment's spec.
    pub replicas: u32,
    /// The replicas in the Deployment's status, as the controllers count them.
    pub status_replicas: u32,
}

/// How long a write that was not answered may still take effect: the apiserver abandons a request
/// after a minute.
const LOST: Duration = Duration::from_secs(60);
/// How long spec, status and pods must agree after an increase was withdrawn. The Deployment's
/// controller may be ahead of the ReplicaSet's controller, which starts the pods.
const AGREED: Duration = Duration::from_secs(1);

/// The writes to one Deployment whose effects may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expectations {
    /// The count of a write under way. The engine uses it as if the write had succeeded.
    intended: Option<u32>,
    /// The last successful write; `None` once the watch shows it.
    written: Option<Written>,
    /// The last write that was not answered; `None` once it can no longer take effect.
    lost: Option<Lost>,
    /// The highest count written since the controllers were last up to date.
    most: u32,
    /// The count when the controllers were last up to date.
    settled: u32,
    /// When spec, status and pods began to agree; `None` while they differ.
    agreed_since: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    replicas: u32,
    version: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lost {
    /// The version that the write was based on. The write fails if the Deployment has a newer one.
    version: u64,
    until: Duration,
}

impl Expectations {
    /// Records that a write of this count begins.
    pub fn intend(&mut self, replicas: u32) {
        (self.intended, self.agreed_since) = (Some(replicas), None);
        self.most = self.most.max(replicas);
    }

    /// Whether the latest write is still under way and has this count.
    pub fn still_intends(&self, replicas: u32) -> bool {
        self.intended == Some(replicas)
    }

    /// Records that a write succeeded and gave the Deployment this version.
    pub fn written(&mut self, replicas: u32, version: u64) {
        self.ended(replicas);
        self.written = Some(Written { replicas, version });
    }

    /// Records at `now` that a write based on this version was not answered. The write may still
    /// take effect, until another write changes the Deployment.
    pub fn unanswered(&mut self, replicas: u32, version: u64, now: Duration) {
        self.ended(replicas);
        self.lost = Some(Lost { version, until: now + LOST });
    }

    /// Records the end of a write. A refused write's slots stay reserved until the watch agrees.
    pub fn ended(&mut self, replicas: u32) {
        self.intended = self.intended.filter(|intended| *intended != replicas);
    }

    /// The count that was written last or is being written.
    pub fn desired(&self, seen: &WatchedDeployment) -> u32 {
        self.intended.unwrap_or(self.base(seen).0)
    }

    /// The last known count and its version, on which the next write is based.
    pub fn base(&self, seen: &WatchedDeployment) -> (u32, u64) {
        let written = self.written.filter(|written| written.version > seen.version);
        written.map_or((seen.replicas, seen.version), |w| (w.replicas, w.version))
    }

    /// Updates the record at `now`, by the watched Deployment and its number of pods that are not
    /// being stopped (`staying`). Returns the highest number of pods that the controllers may run.
    pub fn update(&mut self, now: Duration, seen: &WatchedDeployment, staying: u32) -> u32 {
        self.written = self.written.filter(|written| written.version > seen.version);
        self.lost = self.lost.filter(|lost| seen.version <= lost.version && now < lost.until);
        self.most = self.most.max(self.desired(seen)).max(seen.replicas);
        if !self.all_agree(seen, staying) {
            self.agreed_since = None;
            return self.most;
        }
        let since = *self.agreed_since.get_or_insert(now);
        // A decrease need not wait if no increase was withdrawn: stopped pods stay stopped.
        let was_withdrawn = self.most > self.settled.max(seen.replicas);
        if !was_withdrawn || now >= since + AGREED {
            (self.most, self.settled) = (seen.replicas, seen.replicas);
        }
        self.most
    }

    fn all_agree(&self, seen: &WatchedDeployment, staying: u32) -> bool {
        self.intended.is_none()
            && self.written.is_none()
            && self.lost.is_none()
            && seen.observed_generation >= seen.generation
            && seen.status_replicas == seen.replicas
            && staying == seen.replicas
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn seen(version: u64, replicas: u32, status_replicas: u32) -> WatchedDeployment {
        let generation = version as i64;
        WatchedDeployment {
            version,
            generation,
            observed_generation: generation,
            replicas,
            status_replicas,
        }
    }

    #[test]
    fn a_withdrawn_increase_keeps_its_slots_until_all_have_agreed_for_a_second() {
        let mut expectations = Expectations::default();
        assert_eq!(expectations.update(NOW, &seen(1, 5, 5), 5), 5);
        expectations.intend(9);
        expectations.written(9, 2);
        expectations.intend(5);
        expectations.written(5, 3);
        let mut after = |ms, seen: &WatchedDeployment, staying| {
            expectations.update(NOW + Duration::from_millis(ms), seen, staying)
        };
        assert_eq!(after(0, &seen(1, 5, 5), 5), 9, "the watch is behind the writes");
        let not_acted_on = WatchedDeployment { observed_generation: 2, ..seen(3, 5, 5) };
        assert_eq!(after(100, &not_acted_on, 5), 9, "the controller is behind the watch");
        assert_eq!(after(200, &seen(4, 5, 7), 5), 9, "the status is behind");
        assert_eq!(after(300, &seen(5, 5, 5), 5), 9, "all agree, but not for a second yet");
        assert_eq!(after(1200, &seen(5, 5, 5), 7), 9, "the pods were behind");
        assert_eq!(after(1400, &seen(6, 5, 5), 5), 9);
        assert_eq!(after(2400, &seen(6, 5, 5), 5), 5);
    }

    #[test]
    fn a_decrease_frees_its_slots_as_soon_as_all_agree() {
        let mut expectations = Expectations::default();
        assert_eq!(expectations.update(NOW, &seen(1, 9, 9), 9), 9);
        expectations.intend(1);
        expectations.written(1, 2);
        assert_eq!(expectations.update(NOW, &seen(2, 1, 9), 9), 9);
        assert_eq!(expectations.update(NOW, &seen(3, 1, 1), 1), 1);
    }

    #[test]
    fn a_write_counts_from_its_start_until_the_watch_has_seen_it() {
        let mut expectations = Expectations::default();
        expectations.intend(7);
        assert_eq!(expectations.desired(&seen(1, 5, 5)), 7);
        expectations.written(7, 2);
        assert_eq!(expectations.desired(&seen(1, 5, 5)), 7);
        assert_eq!(expectations.desired(&seen(3, 4, 5)), 4, "another client has scaled it since");
    }

    #[test]
    fn a_write_is_based_on_the_result_of_the_one_before() {
        let mut expectations = Expectations::default();
        expectations.intend(7);
        expectations.written(7, 2);
        expectations.intend(9);
        assert_eq!(expectations.base(&seen(1, 5, 5)), (7, 2));
        assert_eq!(expectations.base(&seen(3, 6, 5)), (6, 3));
    }

    #[test]
    fn an_unanswered_write_may_take_effect_until_another_change_is_seen() {
        let mut expectations = Expectations::default();
        expectations.update(NOW, &seen(4, 5, 5), 5);
        expectations.intend(9);
        expectations.unanswered(9, 4, NOW);
        assert_eq!(expectations.desired(&seen(4, 5, 5)), 5);
        let mut after =
            |s, version| expectations.update(NOW + Duration::from_secs(s), &seen(version, 5, 5), 5);
        assert_eq!(after(10, 4), 9);
        assert_eq!(after(20, 5), 9, "now it can only be a conflict; the second begins");
        assert_eq!(after(21, 5), 5);
    }

    #[test]
    fn an_unanswered_write_can_no_longer_take_effect_after_a_minute() {
        let mut expectations = Expectations::default();
        expectations.update(NOW, &seen(4, 5, 5), 5);
        expectations.intend(9);
        expectations.unanswered(9, 4, NOW);
        assert_eq!(expectations.update(NOW + LOST, &seen(4, 5, 5), 5), 9);
        assert_eq!(expectations.update(NOW + LOST + AGREED, &seen(4, 5, 5), 5), 5);
    }
}
