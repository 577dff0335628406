//! The log, by which published messages survive a crash.
//!
//! Under the hub's lock the recorder turns events into records. One [`writer`](crate::writer) takes
//! all pending records, writes them as one batch, and waits until it is on the disk. Only then do
//! the messages become visible and the publishers get their answers.
//!
//! Only a publish waits for the disk: a crash may undo an ack, a setting, a purge or a pause that
//! was just answered. Receipts stay valid over a restart until their message is redelivered.
//!
//! # Layout
//! - `record`: the records and their byte format
//! - `recorder`: events into records
//! - `load`: rebuilding a broker from the log, at the start
//! - `keys`: keys of idempotent publishes
//! - `refusal`: why a batch could not be written
//! - `extent`: which messages are in which segment, and so which segments can be deleted

pub(crate) mod extent;
mod keys;
pub(crate) mod load;
pub(crate) mod record;
pub(crate) mod recorder;
mod refusal;

pub use load::{Loaded, load, open};
pub use recorder::Recorder;
pub use refusal::Refusal;
