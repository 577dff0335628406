//! Chooses which reads are logged: the first failed read, and the first good read after it.

use model::ReadError;

/// The result of the last read of one source.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadHistory {
    /// The last read succeeded, or no read has ended yet.
    #[default]
    Good,
    /// Nobody has used the queue yet, or the metric has no series.
    Waiting,
    /// The last read failed, and the failure was logged.
    Failing,
}

/// A log line, with its level.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Transition {
    /// Logged as information.
    Normal(String),
    /// Logged as a warning.
    Failing(String),
}

impl ReadHistory {
    /// The log line after a read of what is `called` so, such as `queue jobs`; `None` if nothing
    /// has changed.
    pub(super) fn after<T>(
        &mut self,
        called: &str,
        read: Result<&T, &ReadError>,
    ) -> Option<Transition> {
        let before = *self;
        *self = match read {
            Ok(_) => ReadHistory::Good,
            // A missing queue is normal at the start: the first publish or receive creates it.
            // After a failed read, it counts as another failure.
            Err(ReadError::Absent(_)) if before != ReadHistory::Failing => ReadHistory::Waiting,
            Err(_) => ReadHistory::Failing,
        };
        if *self == before {
            return None;
        }
        Some(match read {
            Ok(_) => Transition::Normal(format!("{called} can be read")),
            Err(ReadError::Absent(_)) => Transition::Normal(format!("waiting for {called}")),
            Err(error) => Transition::Failing(format!("{called} cannot be read: {error}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNKNOWN: &str = "there is no queue jobs";

    /// The log lines after these reads. `None` stands for a good read.
    fn logged(reads: &[Option<ReadError>]) -> Vec<Option<Transition>> {
        let mut streak = ReadHistory::default();
        reads
            .iter()
            .map(|read| streak.after("queue jobs", read.as_ref().map_or(Ok(&()), Err)))
            .collect()
    }

    fn garbled(what: &str) -> Option<ReadError> {
        Some(ReadError::Failed(client::Error::Garbled(what.to_owned()).to_string()))
    }

    fn unknown() -> Option<ReadError> {
        Some(ReadError::Absent(UNKNOWN.to_owned()))
    }

    fn again() -> Option<Transition> {
        Some(Transition::Normal("queue jobs can be read".to_owned()))
    }

    #[test]
    fn failures_in_a_row_are_logged_once_and_so_is_their_end() {
        let error = garbled("first").unwrap();
        let wrong = Some(Transition::Failing(format!("queue jobs cannot be read: {error}")));
        let reads = [None, garbled("first"), garbled("second"), unknown(), None, None];
        assert_eq!(logged(&reads), [None, wrong, None, None, again(), None]);
    }

    #[test]
    fn an_absent_queue_is_logged_as_waited_for_and_a_failure_after_that_as_wrong() {
        let waiting = Some(Transition::Normal("waiting for queue jobs".to_owned()));
        let lines = logged(&[unknown(), unknown(), garbled("it"), None]);
        assert_eq!((&lines[0], &lines[1]), (&waiting, &None));
        assert!(matches!(lines[2], Some(Transition::Failing(_))), "{lines:?}");
        assert_eq!(lines[3], again());
    }
}
