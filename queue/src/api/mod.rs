//! The handlers of the calls over HTTP.
//!
//! # Layout
//! - [`calls`]: [`Calls`], which answers all calls
//! - `router`: chooses the handler for each path and method
//! - `app`: the state that all handlers share
//! - [`reply`]: [`Reply`], the bodies of answers
//! - [`publish`]: publishing one message or a batch
//! - [`receive`]: receiving messages, at once or after a wait
//! - [`settle`]: ack, nack, release, and lease extensions
//! - [`workers`]: listing and retiring workers
//! - [`queues`]: settings, numbers, purge, pause, redrive, and the list of queues
//! - [`guard`]: checks the token of a call
//! - [`look`]: showing messages and redeliveries

mod app;
pub mod calls;
pub mod guard;
pub mod look;
pub mod publish;
pub mod queues;
pub mod receive;
pub mod reply;
mod router;
pub mod settle;
pub mod workers;

pub use calls::Calls;
pub use reply::Reply;
