//! Logs each failure of a write once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::scheduler::ScaleError;

/// The last error of each Deployment that could not be scaled. The engine retries at every tick,
/// but logs each error once.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<String, ScaleError>>);

impl Refusals {
    /// Records the result of a write. Returns whether it is an error that was not logged yet.
    pub(crate) fn is_news(&self, name: &str, refusal: Option<&ScaleError>) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match refusal {
            None => {
                last.remove(name);
                false
            }
            Some(refusal) => {
                last.insert(name.to_owned(), refusal.clone()).as_ref() != Some(refusal)
            }
        }
    }
}
