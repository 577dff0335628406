//! A log beside the broker, so that what was acknowledged is there after a crash.
//!
//! Under the hub's lock the recorder turns what happens into records. One [`writer`](crate::writer)
//! takes all that has gathered, writes it as one batch, waits until it is on the disk, and tells
//! everyone whose messages were in it: no message is seen and no publisher is answered before.
//!
//! # Layout
//! - `record`: what is written, and how it looks in bytes
//! - `recorder`: from what happens to records
//! - `load`: from records to a broker, at the start
//! - `keys`: the keys of publishes that are to happen once
//! - `refusal`: why what gathered could not be written
//! - `extent`: which messages are in which segment, for those that can be deleted

pub(crate) mod extent;
mod keys;
pub(crate) mod load;
pub(crate) mod record;
pub(crate) mod recorder;
mod refusal;

pub use load::{Loaded, load, open};
pub use recorder::Recorder;
pub use refusal::Refusal;
