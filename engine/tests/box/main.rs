//! Boxes of real processes, tested over their public interfaces and command lines. Two tests run at
//! a time, because none of them needs a whole machine.

#![allow(clippy::unwrap_used)] // helpers of tests

mod audience;
mod blind;
mod busy;
mod commands;
mod configure;
mod metrics;
mod presenter;
mod promises;
mod replay;
mod report;
mod scripts;
mod sources;
mod terminal;
mod token;
mod worlds;
