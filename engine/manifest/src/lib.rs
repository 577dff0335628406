//! The manifest: the only description of the demo, read by both worlds.
//!
//! # Layout
//! - [`parse`]: YAML documents into the few things that are used of them
//! - `described` and `manifest`: these things, and all of them together
//! - `program`: what the kit's programs are to each other
//! - `objects`: Kubernetes' objects, their parts, and of what types these are
//! - [`fields`]: what annotations, variables and words must be
//! - [`volumes`]: what a container mounts
//! - [`invalid`]: what makes no sense, and where it stands
//! - [`unused`]: what a manifest says that a world without a cluster does not honour
//! - [`yaml`]: the one reader of manifests and scenarios
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod described;
pub mod fields;
pub mod invalid;
mod manifest;
mod objects;
pub mod parse;
mod program;
pub mod unused;
pub mod volumes;
pub mod yaml;

pub use described::{Container, Deployment, PREFIX, PROGRAMS, Port, Service, Target};
pub use invalid::{Fault, Places, Refused};
pub use manifest::Manifest;
pub use program::Program;
pub use volumes::{Mount, Source};
