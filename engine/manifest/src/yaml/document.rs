//! One document of a text, and the lines of its parts.

use std::sync::Arc;

use serde_yaml::Value;

use super::step::{Step, at};
use super::{merge, place};

/// One document of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(super) text: Arc<str>,
    /// Its index among the text's documents, from 0.
    pub(super) number: usize,
    /// The value as written.
    pub(super) written: Value,
    /// The value with merge keys expanded.
    pub value: Value,
}

impl Document {
    /// The line of a value; for a missing one, the line of what it would be in.
    pub fn line(&self, path: &[Step]) -> usize {
        let found = (1..=path.len()).rev().find_map(|long| {
            let path = merge::written_path(&self.written, &path[..long])?;
            place::line(&self.text, self.number, &path)
        });
        found.or_else(|| place::line(&self.text, self.number, &[])).unwrap_or(1)
    }

    /// The value at a path.
    pub fn at(&self, path: &[Step]) -> Option<&Value> {
        at(&self.value, path)
    }
}
