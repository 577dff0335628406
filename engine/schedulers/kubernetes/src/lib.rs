//! Watches and scales the Deployments of a Kubernetes namespace.
//!
//! # Layout
//! - [`Connection`]: connects to a cluster
//! - [`cluster`]: reads the state of the scaled namespace, and writes to it
//! - [`watch`]: keeps lists of objects up to date, and restarts a watch that has failed
//! - [`counts`]: counts pods by phase; does no I/O
//! - `deployments`: the fields of a Deployment that the engine uses, and which pods belong to it
//! - [`orphans`]: pods whose Deployment is gone; does no I/O
//! - [`expectations`]: how many pods Kubernetes' controllers may still start; does no I/O
//! - [`other_pods`]: the cluster's nodes and pods, which `--capacity auto` needs
//! - [`spare`] and [`quantity`]: the capacity that other pods leave, in slots; do no I/O
//! - [`other_autoscalers`]: other autoscalers of the same Deployments
//! - [`scaled_object`]: the fields of KEDA's ScaledObject that name the scaled Deployment
//! - [`forbidden`]: Deployments that the engine may not scale
//! - [`permissions`]: the rights that the engine has besides scaling
//! - [`annotations`]: edits annotations
//! - [`writer`]: writes a replica count, unless the Deployment has changed meanwhile
//! - [`leader`]: decides which of several engines may act
//! - [`rights`] and [`binding`]: the kubectl commands that grant a missing right
//! - [`events`]: publishes decisions and warnings as Events on the Deployments
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod annotations;
pub mod binding;
pub mod cluster;
mod connection;
pub mod counts;
mod deployments;
pub mod events;
pub mod expectations;
pub mod forbidden;
pub mod leader;
pub mod orphans;
pub mod other_autoscalers;
pub mod other_pods;
pub mod permissions;
pub mod quantity;
pub mod rights;
pub mod scaled_object;
pub mod spare;
pub mod watch;
pub mod writer;

pub use cluster::Cluster;
pub use connection::Connection;
