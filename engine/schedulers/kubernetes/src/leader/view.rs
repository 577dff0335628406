//! What all who look may know.

use super::elector::Elector;
use super::lease::Problem;

/// What all who look may know.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) elector: Elector,
    /// Why the last request failed, if it did.
    pub(super) problem: Option<Problem>,
}

impl View {
    pub(super) fn new(identity: String) -> View {
        View { elector: Elector::new(identity), problem: None }
    }
}
