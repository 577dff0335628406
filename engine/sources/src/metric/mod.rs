//! Reads metrics: figures that are no queues, from servers that are not the kit's own.
//!
//! A failure is never a zero. An answer that is late, too large, of another form, or no number of 0
//! or more is a failed read, and its one line says why.
//!
//! # Layout
//! - [`servers`]: [`MetricServers`], which opens metrics
//! - `document`: requests a document of a bounded size, in a bounded time
//! - `prometheus`: instant queries to a Prometheus server; `http`: numbers in JSON documents
//! - `words`: texts of others in a line of ours

mod document;
mod http;
mod prometheus;
pub mod servers;
mod words;

pub use servers::MetricServers;
