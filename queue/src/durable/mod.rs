//! The log, which lets published messages survive a crash.
//!
//! Under the hub's lock the recorder turns events into records. One [`writer`](crate::writer) takes
//! all pending records, writes them as one batch, and waits until the batch is on the disk. Only
//! then are published messages visible, and only then do their publishers get answers.
//!
//! Only a publish waits for the disk: a crash may undo an ack, a setting, a purge or a pause that
//! was just answered. Receipts stay valid after a restart until their message is redelivered.
//!
//! # Layout
//! - `record`: the records and their byte format
//! - `recorder`: turns events into records
//! - `load`: reads the log at the start of the process, to rebuild the broker
//! - `keys`: the keys of idempotent publishes in records
//! - `refusal`: why a batch could not be written
//! - `extent`: which messages are in which segment, and which segments can therefore be deleted

pub(crate) mod extent;
mod keys;
pub(crate) mod load;
pub(crate) mod record;
pub(crate) mod recorder;
mod refusal;

pub use load::{Loaded, load, open};
pub use recorder::Recorder;
pub use refusal::Refusal;
