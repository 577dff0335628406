//! Fuzz targets for every reader of outside input, and of the log.
//!
//! Each target takes any bytes and panics if a promise is broken. `scripts/fuzz` searches for such
//! bytes; the queue's tests run the same targets over `seeds` and over some thousand random inputs.
//!
//! # Layout
//! - [`text`]: queue names and receipts
//! - [`world`]: the server's calls in process, on a paused clock
//! - [`calls`]: many calls one after the other
//! - [`bodies`]: the inputs of single calls: paths, arguments and bodies
//! - [`token`]: the check of the token
//! - [`disk`]: a disk in memory
//! - [`log`]: segments, records and incomplete ends
//! - [`restart`]: the state after a restart
#![forbid(unsafe_code)]

pub mod bodies;
pub mod calls;
pub mod disk;
pub mod log;
pub mod restart;
pub mod text;
pub mod token;
pub mod world;

/// A target: its name, and the function that takes any bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 15] = [
    ("names", text::names),
    ("receipts", text::receipts),
    ("paths", bodies::paths),
    ("arguments", bodies::arguments),
    ("settings", bodies::settings),
    ("publish", bodies::publish),
    ("batch", bodies::batch),
    ("keys", bodies::keys),
    ("settle", bodies::settle),
    ("token", token::token),
    ("calls", calls::calls),
    ("restart", restart::restart),
    ("segments", log::segments),
    ("records", log::records),
    ("tail", log::tail),
];
