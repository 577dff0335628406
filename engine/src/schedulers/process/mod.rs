//! Deployments as local processes: the sibling binaries of the engine.
//!
//! # Layout
//! - [`recipe`]: a container of the manifest into a command line on this machine
//! - [`localize`]: cluster addresses into local ones
//! - `folder`: what is on the disk, and gone with the run
//! - [`pool`]: which replicas there are, and which shall go
//! - `replica`: one replica's life, from its start to its end

mod folder;
pub mod localize;
pub mod pool;
pub mod recipe;
mod replica;

pub use pool::Pool;
pub use recipe::{Recipe, recipes};
