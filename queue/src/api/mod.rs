//! The calls over HTTP.
//!
//! # Layout
//! - [`calls`]: [`Calls`], the way from a request to what it asks for
//! - `router`: all calls by their paths
//! - `app`: what every call works on
//! - [`reply`]: [`Reply`], what answers are as bytes
//! - `publish`: messages come in, one or a batch
//! - `receive`: messages go out, at once or after a wait
//! - `settle`: deliveries end: ack, nack, release, and more time
//! - `workers`: who works on messages, and who shall get none any more
//! - `queues`: settings, numbers, purge, the list of queues
//! - `guard`: who may call, where a token is wanted
//! - `look`: messages and their stories, changing nothing

mod app;
pub mod calls;
mod guard;
mod look;
mod publish;
mod queues;
mod receive;
pub mod reply;
mod router;
mod settle;
mod workers;

pub use calls::Calls;
pub use reply::Reply;
