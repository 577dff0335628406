//! The path to a value, and what is wrong there.

use serde_yaml::Value;

/// One step of the path to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a map, by a key.
    Key(String),
    /// Into a list, by an index from 0.
    Item(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Step {
        Step::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(item: usize) -> Step {
        Step::Item(item)
    }
}

/// A path with further steps.
pub fn way(path: &[Step], on: impl IntoIterator<Item = Step>) -> Vec<Step> {
    path.iter().cloned().chain(on).collect()
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and the fix.
    pub text: String,
}

/// The value that a path leads to.
pub fn at<'a>(value: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(value, child)
}

/// The value that one step leads to.
pub(super) fn child<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match step {
        Step::Key(key) => value.get(key.as_str()),
        Step::Item(item) => value.get(item),
    }
}
