//! What was told of writes that failed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::scheduler::ScaleError;

/// Why a Deployment could not be scaled the last time. It is tried again with every tick, but
/// told once.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<String, ScaleError>>);

impl Refusals {
    /// Takes in what came of a write; whether it is a refusal that was not told yet.
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
