//! The engine's program as it is called: by hand, by scripts, from anywhere.

#![allow(clippy::unwrap_used)] // helpers of tests

mod scripts;
mod terminal;
