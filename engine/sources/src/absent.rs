//! The followed queues that do not exist, because nobody has used them yet or a name is misspelt.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::ReadError;

/// The names of followed queues that do not exist. Clones share the set.
#[derive(Debug, Clone, Default)]
pub(super) struct Absent(Arc<Mutex<BTreeSet<String>>>);

impl Absent {
    /// Records whether a read found the queue. Other failures change nothing.
    pub(super) fn see<T>(&self, queue: &str, read: Result<&T, &ReadError>) {
        match read {
            Ok(_) => drop(self.names().remove(queue)),
            Err(ReadError::Absent(_)) => drop(self.names().insert(queue.to_owned())),
            Err(_) => {}
        }
    }

    /// Forgets the queues that are not in `queues`.
    pub(super) fn keep(&self, queues: &BTreeSet<&String>) {
        self.names().retain(|name| queues.contains(name));
    }

    pub(super) fn all(&self) -> BTreeSet<String> {
        self.names().clone()
    }

    fn names(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_absent_from_an_answer_that_says_so_until_it_is_read() {
        let absent = Absent::default();
        let unknown = ReadError::Absent("there is no queue jobs".to_owned());
        let away = ReadError::Failed("no JSON".to_owned());
        absent.see::<()>("jobs", Err(&away));
        assert_eq!(absent.all(), BTreeSet::new(), "a failed read is no answer");
        absent.see::<()>("jobs", Err(&unknown));
        absent.see::<()>("jobs", Err(&away));
        assert_eq!(absent.all(), BTreeSet::from(["jobs".to_owned()]));
        absent.see("jobs", Ok(&()));
        assert_eq!(absent.all(), BTreeSet::new());
        absent.see::<()>("jobs", Err(&unknown));
        absent.keep(&BTreeSet::new());
        assert_eq!(absent.all(), BTreeSet::new(), "it is no longer followed");
    }
}
