//! Acks that SQS has not answered. It may have deleted the message, and a server that is not AWS
//! says at the next try that there is no such receipt.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use client::Error;

/// The most that are remembered.
const MOST: usize = 1_000;

/// The receipts of acks without an answer, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Unanswered(Mutex<VecDeque<String>>);

impl Unanswered {
    /// What the answer to an ack means. The table asks only for deliveries that nobody else got
    /// since, so a receipt that is not valid any more was acked by the call without an answer.
    pub(super) fn heard(&self, receipt: &str, answer: Result<(), Error>) -> Result<(), Error> {
        let mut all = self.lock();
        let place = all.iter().position(|it| it == receipt);
        match answer {
            Ok(()) | Err(Error::Stale(_)) if place.is_some_and(|at| all.remove(at).is_some()) => {
                Ok(())
            }
            Err(error) if error.is_passing() && place.is_none() => {
                if all.len() == MOST {
                    all.pop_front();
                }
                all.push_back(receipt.to_owned());
                Err(error)
            }
            answer => answer,
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> Result<(), Error> {
        Err(Error::Away { url: "sqs:there".to_owned(), reason: "no answer in time".to_owned() })
    }

    fn stale() -> Result<(), Error> {
        Err(Error::Stale("no such receipt".to_owned()))
    }

    #[test]
    fn an_ack_that_is_stale_after_one_without_an_answer_was_carried_out() {
        let acks = Unanswered::default();
        assert!(acks.heard("a", away()).is_err() && acks.heard("a", away()).is_err());
        assert!(acks.heard("b", stale()).is_err());
        assert!(acks.heard("a", stale()).is_ok());
        assert!(acks.heard("a", stale()).is_err());
    }

    #[test]
    fn an_ack_that_was_answered_is_forgotten() {
        let acks = Unanswered::default();
        assert!(acks.heard("a", away()).is_err() && acks.heard("a", Ok(())).is_ok());
        assert!(acks.heard("a", stale()).is_err());
    }
}
