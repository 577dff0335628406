//! The reader of YAML for manifests and scenarios: documents with their merge keys (`<<`) expanded,
//! and the line of each value in the text.
//!
//! # Layout
//! - [`read`](mod@read): reads a text into values, up to a maximum number
//! - [`merge`]: expands `<<`
//! - [`place`]: finds the line of a value in the text
//! - `step` and `document`: the path to a value, and its document
//! - [`typed`]: reads values into types, with a message for what does not fit

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
