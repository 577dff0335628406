//! The one reader of YAML, for manifests and scenarios: documents with their merge keys (`<<`)
//! written out, and the line of each value in the text.
//!
//! # Layout
//! - [`read`](mod@read): a text into values, of a size that has a bound
//! - [`merge`]: what `<<` brings into a map
//! - [`place`]: where in the text something stands
//! - `step` and `document`: the way to a value, and what it is in
//! - [`typed`]: values into types, and in words what does not fit

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
