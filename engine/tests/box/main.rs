//! Boxes of real processes, over their public interfaces and as they are called: two tests at a
//! time, for none of these needs all of a machine.

#![allow(clippy::unwrap_used)] // helpers of tests

mod audience;
mod blind;
mod busy;
mod configure;
mod presenter;
mod promises;
mod replay;
mod scripts;
mod sources;
mod terminal;
mod token;
mod wishes;
