//! Reads the manifest: the only description of the demo, for the box and for a cluster.
//!
//! # Layout
//! - [`parse`]: reads the parts of YAML documents that the engine uses
//! - `described` and `manifest`: the types for these parts, and for a whole manifest
//! - `program`: the kit's programs and their roles
//! - `objects`: the fields of Kubernetes objects, and their types
//! - [`fields`]: checks that annotations, variables and arguments are text
//! - [`volumes`]: the volumes that a container mounts
//! - [`invalid`]: the faults in a manifest, with their lines
//! - [`unused`]: the parts of a manifest that are ignored without a cluster
//! - [`yaml`]: reads the YAML of manifests and scenarios
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
