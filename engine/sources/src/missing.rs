//! The followed queues and metrics that do not exist or cannot be read, each with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use control::Followed;
use model::ReadError;

/// The reasons by name. Clones share them.
///
/// A queue is missing only if its server says so, because nobody has used it yet or its name is
/// misspelt. A metric is missing after each failed read: most failures, such as a query that gives
/// several series, last until somebody edits the workload.
#[derive(Debug, Clone, Default)]
pub(super) struct Missing(Arc<Mutex<BTreeMap<String, String>>>);

impl Missing {
    /// Records a read. A queue's other failures change nothing.
    pub(super) fn see<T>(&self, followed: &Followed, read: Result<&T, &ReadError>) {
        let because = match read {
            Ok(_) => return drop(self.reasons().remove(&followed.name)),
            Err(ReadError::Failed(_)) if followed.is_queue() => return,
            Err(because) => because.to_string(),
        };
        self.reasons().insert(followed.name.clone(), because);
    }

    /// Forgets all names that are not in `names`.
    pub(super) fn keep(&self, names: &BTreeSet<&String>) {
        self.reasons().retain(|name, _| names.contains(name));
    }

    pub(super) fn all(&self) -> BTreeMap<String, String> {
        self.reasons().clone()
    }

    fn reasons(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use control::Source;

    use super::*;

    fn names(missing: &Missing) -> Vec<String> {
        missing.all().into_keys().collect()
    }

    #[test]
    fn a_queue_is_missing_from_an_answer_that_says_so_until_it_is_read() {
        let (missing, jobs) = (Missing::default(), Followed::queue("jobs"));
        let unknown = ReadError::Absent("there is no queue jobs".to_owned());
        let away = ReadError::Failed("no JSON".to_owned());
        missing.see::<()>(&jobs, Err(&away));
        assert_eq!(names(&missing), [""; 0], "a failed read is no answer");
        missing.see::<()>(&jobs, Err(&unknown));
        missing.see::<()>(&jobs, Err(&away));
        assert_eq!(names(&missing), ["jobs"]);
        missing.see(&jobs, Ok(&()));
        assert_eq!(names(&missing), [""; 0]);
        missing.see::<()>(&jobs, Err(&unknown));
        missing.keep(&BTreeSet::new());
        assert_eq!(names(&missing), [""; 0], "it is no longer followed");
    }

    #[test]
    fn a_metric_is_missing_for_its_last_reason_until_it_is_read() {
        let source = Source::Prometheus { query: "up".to_owned() };
        let (missing, up) = (Missing::default(), Followed { source, ..Followed::queue("up") });
        missing.see::<()>(&up, Err(&ReadError::Absent("no series".to_owned())));
        missing.see::<()>(&up, Err(&ReadError::Failed("2 series".to_owned())));
        assert_eq!(missing.all()["up"], "2 series");
        missing.see(&up, Ok(&()));
        assert_eq!(names(&missing), [""; 0]);
    }
}
