//! What the controllers may still do.
//!
//! A write to a Deployment is a wish. Until its controllers have caught up they may start as many
//! pods as they were ever told since they last had; a raise that was withdrawn keeps its slots
//! until then.

use std::time::Duration;

/// A Deployment as the watch shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WatchedDeployment {
    /// Its resourceVersion, which grows with every change.
    pub version: u64,
    /// Grows with every change of what it is told.
    pub generation: i64,
    /// The generation that its controller has acted on.
    pub observed_generation: i64,
    /// How many replicas it is told to have.
    pub replicas: u32,
    /// How many its controllers say there are.
    pub status_replicas: u32,
}

/// A write whose answer never came may still be carried out for so long: the apiserver gives up a
/// request after a minute.
const LOST: Duration = Duration::from_secs(60);
/// After a raise was withdrawn all must agree for so long: the Deployment's controller may be ahead
/// of the one that it told to start pods.
const AGREED: Duration = Duration::from_secs(1);

/// What is known of one Deployment's writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expectations {
    /// Being written; counted as if it had been.
    intended: Option<u32>,
    /// Written, but not seen by the watch yet.
    written: Option<Written>,
    /// Sent, and never answered.
    lost: Option<Lost>,
    /// The most it was told since its controllers last had caught up.
    most: u32,
    /// What it was told when they last had.
    settled: u32,
    /// Since when all agree.
    agreed_since: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    replicas: u32,
    version: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lost {
    /// The version it was decided on; any later one makes it a conflict.
    version: u64,
    until: Duration,
}

impl Expectations {
    /// A write begins.
    pub fn intend(&mut self, replicas: u32) {
        (self.intended, self.agreed_since) = (Some(replicas), None);
        self.most = self.most.max(replicas);
    }

    /// Whether a write of this count is the last one that was begun.
    pub fn still_intends(&self, replicas: u32) -> bool {
        self.intended == Some(replicas)
    }

    /// A write was carried out and gave this version.
    pub fn written(&mut self, replicas: u32, version: u64) {
        self.ended(replicas);
        self.written = Some(Written { replicas, version });
    }

    /// A write that was decided on this version was not answered, at `now`: it may be carried out
    /// yet, until something else has changed the Deployment.
    pub fn unanswered(&mut self, replicas: u32, version: u64, now: Duration) {
        self.ended(replicas);
        self.lost = Some(Lost { version, until: now + LOST });
    }

    /// A write has ended. Of one that was refused nothing else is known: its slots stay promised
    /// until the watch agrees.
    pub fn ended(&mut self, replicas: u32) {
        self.intended = self.intended.filter(|intended| *intended != replicas);
    }

    /// How many it was last told to have, as far as is known.
    pub fn desired(&self, seen: &WatchedDeployment) -> u32 {
        self.intended.unwrap_or(self.base(seen).0)
    }

    /// What a write that begins now is decided on: the count that was told last, and the version
    /// that says so.
    pub fn base(&self, seen: &WatchedDeployment) -> (u32, u64) {
        let written = self.written.filter(|written| written.version > seen.version);
        written.map_or((seen.replicas, seen.version), |w| (w.replicas, w.version))
    }

    /// Takes in what the watches show at `now`, with the pods that are there and not told to stop;
    /// returns how many the controllers may have at most.
    pub fn update(&mut self, now: Duration, seen: &WatchedDeployment, staying: u32) -> u32 {
        self.written = self.written.filter(|written| written.version > seen.version);
        self.lost = self.lost.filter(|lost| seen.version <= lost.version && now < lost.until);
        let told = self.desired(seen).max(seen.replicas);
        self.most = self.most.max(told);
        if !self.all_agree(seen, staying) {
            self.agreed_since = None;
            return self.most;
        }
        let since = *self.agreed_since.get_or_insert(now);
        // What had come to be, and is cut, is not started again by anyone.
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
    fn a_withdrawn_raise_keeps_its_slots_until_all_have_agreed_for_a_second() {
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
        assert_eq!(after(300, &seen(5, 5, 5), 5), 9, "all agree, by chance");
        assert_eq!(after(1200, &seen(5, 5, 5), 7), 9, "the pods were behind");
        assert_eq!(after(1400, &seen(6, 5, 5), 5), 9);
        assert_eq!(after(2400, &seen(6, 5, 5), 5), 5);
    }

    #[test]
    fn what_is_cut_frees_its_slots_as_soon_as_all_agree() {
        let mut expectations = Expectations::default();
        assert_eq!(expectations.update(NOW, &seen(1, 9, 9), 9), 9);
        expectations.intend(1);
        expectations.written(1, 2);
        assert_eq!(expectations.update(NOW, &seen(2, 1, 9), 9), 9);
        assert_eq!(expectations.update(NOW, &seen(3, 1, 1), 1), 1);
    }

    #[test]
    fn a_write_counts_from_its_beginning_and_until_the_watch_has_seen_it() {
        let mut expectations = Expectations::default();
        expectations.intend(7);
        assert_eq!(expectations.desired(&seen(1, 5, 5)), 7);
        expectations.written(7, 2);
        assert_eq!(expectations.desired(&seen(1, 5, 5)), 7);
        assert_eq!(expectations.desired(&seen(3, 4, 5)), 4, "somebody else has scaled it since");
    }

    #[test]
    fn a_write_is_decided_on_what_the_one_before_it_gave() {
        let mut expectations = Expectations::default();
        expectations.intend(7);
        expectations.written(7, 2);
        expectations.intend(9);
        assert_eq!(expectations.base(&seen(1, 5, 5)), (7, 2));
        assert_eq!(expectations.base(&seen(3, 6, 5)), (6, 3));
    }

    #[test]
    fn a_write_that_was_not_answered_may_be_carried_out_until_something_else_was() {
        let mut expectations = Expectations::default();
        expectations.update(NOW, &seen(4, 5, 5), 5);
        expectations.intend(9);
        expectations.unanswered(9, 4, NOW);
        assert_eq!(expectations.desired(&seen(4, 5, 5)), 5);
        let mut after =
            |s, version| expectations.update(NOW + Duration::from_secs(s), &seen(version, 5, 5), 5);
        assert_eq!(after(10, 4), 9);
        assert_eq!(after(20, 5), 9, "it can only be a conflict by now");
        assert_eq!(after(21, 5), 5);
    }

    #[test]
    fn an_apiserver_gives_up_a_request_that_nobody_waits_for() {
        let mut expectations = Expectations::default();
        expectations.update(NOW, &seen(4, 5, 5), 5);
        expectations.intend(9);
        expectations.unanswered(9, 4, NOW);
        assert_eq!(expectations.update(NOW + LOST, &seen(4, 5, 5), 5), 9);
        assert_eq!(expectations.update(NOW + LOST + AGREED, &seen(4, 5, 5), 5), 5);
    }
}
