//! Reads the YAML of manifests and scenarios. Expands the merge keys (`<<`) of each document, and
//! finds the line of each value in the text.
//!
//! # Layout
//! - [`read`](mod@read): reads a text into a limited number of values
//! - [`merge`]: expands `<<`
//! - [`place`]: finds the line of a value in the text
//! - `step` and `document`: paths to values, and the documents of a text
//! - [`typed`]: reads values into Rust types, with a message for each value that does not fit

mod document;
pub mod merge;
pub mod place;
pub mod read;
mod step;
pub mod typed;

#[cfg(test)]
mod tests;

pub use document::Document;
pub use read::documents;
pub use step::{Bad, Step, at, way};
