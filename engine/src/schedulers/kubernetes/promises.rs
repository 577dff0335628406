//! What the controllers may still do.
//!
//! A write to a Deployment is a wish. Until its controllers have caught up they may start as many
//! pods as they were ever told since they last had; a raise that was withdrawn keeps its slots
//! until then.

/// A Deployment as the watch shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
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

/// What is known of one Deployment's writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Promises {
    /// Being written; counted as if it had been.
    intended: Option<u32>,
    /// Written, but not seen by the watch yet.
    written: Option<Written>,
    /// The most it was told since its controllers last had caught up.
    most: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    replicas: u32,
    version: u64,
}

impl Promises {
    /// A write begins.
    pub fn intend(&mut self, replicas: u32) {
        self.intended = Some(replicas);
        self.most = self.most.max(replicas);
    }

    /// Whether a write of this count is the last one that was begun.
    pub fn still_intends(&self, replicas: u32) -> bool {
        self.intended == Some(replicas)
    }

    /// A write was carried out and gave this version.
    pub fn written(&mut self, replicas: u32, version: u64) {
        self.intended = self.intended.filter(|intended| *intended != replicas);
        self.written = Some(Written { replicas, version });
    }

    /// A write failed, or nobody knows; the slots stay promised until the watch agrees.
    pub fn failed(&mut self, replicas: u32) {
        self.intended = self.intended.filter(|intended| *intended != replicas);
    }

    /// How many it was last told to have, as far as is known.
    pub fn desired(&self, seen: &Seen) -> u32 {
        let written = self.written.filter(|written| written.version > seen.version);
        self.intended.or(written.map(|written| written.replicas)).unwrap_or(seen.replicas)
    }

    /// What a write that begins now is decided on: the count that was told last, and the version
    /// that says so.
    pub fn base(&self, seen: &Seen) -> (u32, u64) {
        let written = self.written.filter(|written| written.version > seen.version);
        written.map_or((seen.replicas, seen.version), |w| (w.replicas, w.version))
    }

    /// Takes in what the watches show, with the pods that are there and not told to stop;
    /// returns how many the controllers may have at most.
    pub fn update(&mut self, seen: &Seen, staying: u32) -> u32 {
        self.written = self.written.filter(|written| written.version > seen.version);
        let caught_up = self.intended.is_none()
            && self.written.is_none()
            && seen.observed_generation >= seen.generation
            && seen.status_replicas == seen.replicas
            && staying == seen.replicas;
        let told = self.desired(seen).max(seen.replicas);
        self.most = if caught_up { seen.replicas } else { self.most.max(told) };
        self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(version: u64, replicas: u32, status_replicas: u32) -> Seen {
        let generation = version as i64;
        Seen { version, generation, observed_generation: generation, replicas, status_replicas }
    }

    #[test]
    fn a_withdrawn_raise_keeps_its_slots_until_all_agree() {
        let mut promises = Promises::default();
        assert_eq!(promises.update(&seen(1, 5, 5), 5), 5);
        promises.intend(9);
        promises.written(9, 2);
        promises.intend(5);
        promises.written(5, 3);
        assert_eq!(promises.update(&seen(1, 5, 5), 5), 9, "the watch is behind the writes");
        let not_acted_on = Seen { observed_generation: 2, ..seen(3, 5, 5) };
        assert_eq!(promises.update(&not_acted_on, 5), 9, "the controller is behind the watch");
        assert_eq!(promises.update(&seen(4, 5, 7), 5), 9, "the status is behind");
        assert_eq!(promises.update(&seen(5, 5, 5), 7), 9, "the pods are behind");
        assert_eq!(promises.update(&seen(6, 5, 5), 5), 5);
    }

    #[test]
    fn a_write_counts_from_its_beginning_and_until_the_watch_has_seen_it() {
        let mut promises = Promises::default();
        promises.intend(7);
        assert_eq!(promises.desired(&seen(1, 5, 5)), 7);
        promises.written(7, 2);
        assert_eq!(promises.desired(&seen(1, 5, 5)), 7);
        assert_eq!(promises.desired(&seen(3, 4, 5)), 4, "somebody else has scaled it since");
    }

    #[test]
    fn a_write_is_decided_on_what_the_one_before_it_gave() {
        let mut promises = Promises::default();
        promises.intend(7);
        promises.written(7, 2);
        promises.intend(9);
        assert_eq!(promises.base(&seen(1, 5, 5)), (7, 2));
        assert_eq!(promises.base(&seen(3, 6, 5)), (6, 3));
    }

    #[test]
    fn a_write_that_failed_may_have_been_carried_out_all_the_same() {
        let mut promises = Promises::default();
        promises.intend(9);
        promises.failed(9);
        assert_eq!(promises.desired(&seen(1, 5, 5)), 5);
        let behind = Seen { observed_generation: 0, ..seen(1, 5, 5) };
        assert_eq!(promises.update(&behind, 5), 9);
    }
}
