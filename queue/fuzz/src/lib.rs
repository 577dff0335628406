//! What is tried with arbitrary bytes: every reader of what comes from outside, and of the log.
//!
//! Each target takes any bytes and panics where a promise is broken. `scripts/fuzz` looks for such
//! bytes; the queue's tests run the same targets over `seeds` and over some thousand random inputs.
//!
//! # Layout
//! - [`text`]: queues' names and receipts
//! - [`world`]: the server's calls in process, on a paused clock
//! - [`calls`]: many calls one after the other
//! - [`bodies`]: what single calls take: paths, arguments and bodies
//! - [`token`]: who may call
//! - [`disk`]: a disk in memory
//! - [`log`]: segments, records and torn ends
//! - [`restart`]: what calls have left in the log comes back
#![forbid(unsafe_code)]

pub mod bodies;
pub mod calls;
pub mod disk;
pub mod log;
pub mod restart;
pub mod text;
pub mod token;
pub mod world;

/// A target: its name, and what it does with any bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 14] = [
    ("names", text::names),
    ("receipts", text::receipts),
    ("paths", bodies::paths),
    ("arguments", bodies::arguments),
    ("settings", bodies::settings),
    ("publish", bodies::publish),
    ("batch", bodies::batch),
    ("settle", bodies::settle),
    ("token", token::token),
    ("calls", calls::calls),
    ("restart", restart::restart),
    ("segments", log::segments),
    ("records", log::records),
    ("tail", log::tail),
];
