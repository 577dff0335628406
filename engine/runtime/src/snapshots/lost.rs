//! How many jobs were lost: dead-lettered, or expired before a worker received them.

use std::collections::BTreeMap;

/// The losses since the last reset, added up across restarts of the queue's process.
#[derive(Debug, Clone, Default)]
pub struct Lost {
    /// The last value of each queue's counter of lost jobs.
    last: BTreeMap<String, u64>,
    sum: Option<u64>,
}

impl Lost {
    /// Records the losses that a queue has counted since its process began.
    pub fn see(&mut self, queue: &str, counted: u64) {
        let last = self.last.insert(queue.to_owned(), counted);
        let more = match last {
            // Losses before the first reading do not belong to this run.
            None => 0,
            Some(last) if counted >= last => counted - last,
            // The queue's process restarted.
            Some(_) => counted,
        };
        *self.sum.get_or_insert(0) += more;
    }

    /// The number of lost jobs; `None` before the first reading.
    pub fn sum(&self) -> Option<u64> {
        self.sum
    }

    /// Sets the sum to 0; an unknown sum stays unknown.
    pub fn reset(&mut self) {
        self.sum = self.sum.map(|_| 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_before_the_first_reading() {
        assert_eq!(Lost::default().sum(), None);
    }

    #[test]
    fn losses_of_all_queues_count_since_the_reset_and_over_restarts() {
        let mut lost = Lost::default();
        lost.see("jobs", 7);
        assert_eq!(lost.sum(), Some(0));
        lost.see("jobs", 9);
        lost.see("other", 1);
        lost.see("other", 2);
        assert_eq!(lost.sum(), Some(3));
        lost.see("jobs", 1);
        assert_eq!(lost.sum(), Some(4));
        lost.reset();
        lost.see("jobs", 3);
        assert_eq!(lost.sum(), Some(2));
    }
}
