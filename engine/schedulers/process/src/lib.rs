//! Runs the Deployments of a manifest as local processes of the programs in the engine's folder.
//!
//! # Layout
//! - [`recipe`]: makes a local command line from a container of the manifest
//! - [`folders`]: makes temporary folders from its mounts
//! - [`services`]: which Services lead to a process, and which are left out
//! - [`localize`]: makes local addresses from cluster addresses
//! - `run_folder`: the folder of a run, which is removed with the run
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
