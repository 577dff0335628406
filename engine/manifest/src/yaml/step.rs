//! Paths to values in a YAML text, and errors in the text.

use serde_yaml::Value;

/// One step of the path to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The step into a map, to the value of this key.
    Key(String),
    /// The step into a list, to the item at this index, from 0.
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

/// The path that consists of `path` and the steps `on`.
pub fn way(path: &[Step], on: impl IntoIterator<Item = Step>) -> Vec<Step> {
    path.iter().cloned().chain(on).collect()
}

/// An error in a YAML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The line of the error, from 1.
    pub line: usize,
    /// What is wrong, and the fix.
    pub text: String,
}

/// The value at the end of a path; `None` if it is missing.
pub fn at<'a>(value: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(value, child)
}

/// The value that one step leads to; `None` if it is missing.
pub(super) fn child<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match step {
        Step::Key(key) => value.get(key.as_str()),
        Step::Item(item) => value.get(item),
    }
}
