//! The one reader of YAML, for manifests and scenarios: documents with their merge keys (`<<`)
//! written out, and the line of each value in the text.
//!
//! # Layout
//! - [`read`](mod@read): a text into values, of a size that has a bound
//! - [`merge`]: what `<<` brings into a map
//! - [`place`]: where in the text something stands
//! - [`typed`]: values into types, and in words what does not fit

pub mod merge;
pub mod place;
pub mod read;
pub mod typed;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_yaml::Value;

pub use read::documents;

/// One step of the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a map, by a key.
    Key(String),
    /// Into a list, by a number from 0 on.
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

/// A way that goes on after another one.
pub fn way(path: &[Step], on: impl IntoIterator<Item = Step>) -> Vec<Step> {
    path.iter().cloned().chain(on).collect()
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The line, from 1 on.
    pub line: usize,
    /// What is wrong, with the mend.
    pub text: String,
}

/// One document of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    text: Arc<str>,
    /// Which one of the text's documents it is, from 0 on.
    number: usize,
    /// As it is written.
    written: Value,
    /// What it means: merge keys are written out.
    pub value: Value,
}

impl Document {
    /// The line of a value; where it is not there, of what it would be in.
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

/// The value that a path leads to.
pub fn at<'a>(value: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(value, child)
}

/// The value that one step leads to.
fn child<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match step {
        Step::Key(key) => value.get(key.as_str()),
        Step::Item(item) => value.get(item),
    }
}
