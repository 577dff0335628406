//! The calls over HTTP.

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
