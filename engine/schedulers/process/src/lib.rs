//! Deployments as local processes: the sibling binaries of the engine.
//!
//! # Layout
//! - [`recipe`]: a container of the manifest into a command line on this machine
//! - [`folders`]: what it mounts into temporary folders
//! - [`services`]: which Services lead to a process, and which are left out
//! - [`localize`]: cluster addresses into local ones
//! - `run_folder`: where these folders are, gone with the run
//! - [`pool`]: which replicas there are, and which shall go
//! - `members`: what it and its replicas know together
//! - `replica`: one replica's life, from its start to its end
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod folders;
pub mod localize;
mod members;
pub mod pool;
pub mod recipe;
mod replica;
mod run_folder;
pub mod services;

pub use pool::Pool;
pub use recipe::{Plan, Recipe, recipes};
