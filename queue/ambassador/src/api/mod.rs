//! The handlers of the calls over HTTP.
//!
//! # Layout
//! - [`calls`]: [`Calls`], which sends each call to an upstream queue or to those in memory
//! - [`answer`]: [`Answer`], the bodies of answers
//! - `route`: the calls on one queue, by method and path
//! - `path`: parts of a path
//! - `publish`: publishing
//! - `receive`: receiving
//! - `settle`: ack, nack, release, and lease extensions
//! - `look`: messages, redeliveries and workers
//! - `queue`: numbers and settings of an upstream queue
//! - `redrive`: dead messages go back

pub mod answer;
pub mod calls;
mod look;
mod path;
mod publish;
mod queue;
mod receive;
mod redrive;
mod route;
mod settle;

pub use answer::Answer;
pub use calls::Calls;
