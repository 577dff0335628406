//! Runs the Deployments of a manifest as local processes. The programs are in the engine's folder.
//!
//! # Layout
//! - [`recipe`]: makes a local command line from a container of the manifest
//! - [`folders`]: replaces a container's volumes by temporary folders
//! - [`services`]: finds the Services that lead to a process, and those that are ignored
//! - [`localize`]: replaces cluster addresses by local addresses
//! - `run_folder`: the temporary folder of one run of the engine
//! - [`pool`]: starts and stops replicas
//! - `members`: the state that the pool and its replicas share
//! - `replica`: one replica's process, from its start to its end
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
