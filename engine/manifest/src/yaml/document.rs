//! One document of a YAML text, and the lines of its parts.

use std::sync::Arc;

use serde_yaml::Value;

use super::step::{Step, at};
use super::{merge, place};

/// One document of a YAML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(super) text: Arc<str>,
    /// The index of the document in the text, from 0.
    pub(super) number: usize,
    /// The document's value as written, with its merge keys (`<<`).
    pub(super) written: Value,
    /// The document's value with merge keys expanded.
    pub value: Value,
}

impl Document {
    /// The line of the value at a path. If it is missing, this is the line of its innermost parent.
    pub fn line(&self, path: &[Step]) -> usize {
        let found = (1..=path.len()).rev().find_map(|long| {
            let path = merge::written_path(&self.written, &path[..long])?;
            place::line(&self.text, self.number, &path)
        });
        found.or_else(|| place::line(&self.text, self.number, &[])).unwrap_or(1)
    }

    /// The value at a path; `None` if it is missing.
    pub fn at(&self, path: &[Step]) -> Option<&Value> {
        at(&self.value, path)
    }
}
