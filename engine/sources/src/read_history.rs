//! Failures in a row are told once, and so is their end.

use model::ReadError;

/// What came of the last reads of one queue.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadHistory {
    /// The last one was good, or there was none.
    #[default]
    Good,
    /// Nobody has used the queue yet.
    Waiting,
    /// They failed, and that was told.
    Failing,
}

/// A line for the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Transition {
    /// Nothing is wrong.
    Normal(String),
    /// Something is.
    Wrong(String),
}

impl ReadHistory {
    /// The line after a read of the queue `name`, if there is something new to tell.
    pub(super) fn after<T>(
        &mut self,
        name: &str,
        read: Result<&T, &ReadError>,
    ) -> Option<Transition> {
        let before = *self;
        *self = match read {
            Ok(_) => ReadHistory::Good,
            // Normal at a start: the first job or the first receiver makes the queue. Later it
            // is one more way to fail.
            Err(ReadError::Absent(_)) if before != ReadHistory::Failing => ReadHistory::Waiting,
            Err(_) => ReadHistory::Failing,
        };
        if *self == before {
            return None;
        }
        Some(match read {
            Ok(_) => Transition::Normal(format!("queue {name} can be read")),
            Err(ReadError::Absent(_)) => Transition::Normal(format!("waiting for queue {name}")),
            Err(error) => Transition::Wrong(format!("queue {name} cannot be read: {error}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNKNOWN: &str = "there is no queue jobs";

    /// What is told of reads that end so; `None` for a good one.
    fn told(reads: &[Option<ReadError>]) -> Vec<Option<Transition>> {
        let mut streak = ReadHistory::default();
        reads.iter().map(|read| streak.after("jobs", read.as_ref().map_or(Ok(&()), Err))).collect()
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
    fn failures_in_a_row_are_told_once_and_so_is_their_end() {
        let wrong = "queue jobs cannot be read: the queue's answer makes no sense: first";
        let wrong = Some(Transition::Wrong(wrong.to_owned()));
        let reads = [None, garbled("first"), garbled("second"), unknown(), None, None];
        assert_eq!(told(&reads), [None, wrong, None, None, again(), None]);
    }

    #[test]
    fn a_queue_that_nobody_has_used_yet_is_waited_for_and_a_failure_after_that_is_told() {
        let waiting = Some(Transition::Normal("waiting for queue jobs".to_owned()));
        let told = told(&[unknown(), unknown(), garbled("it"), None]);
        assert_eq!((&told[0], &told[1]), (&waiting, &None));
        assert!(matches!(told[2], Some(Transition::Wrong(_))), "{told:?}");
        assert_eq!(told[3], again());
    }
}
