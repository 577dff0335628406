//! Watches and scales the Deployments of a Kubernetes namespace.
//!
//! # Layout
//! - [`Connection`]: connects to a cluster
//! - [`cluster`]: the state of the scaled namespace, and the writes to it
//! - [`watch`]: lists and watches that restart after a failure, and their health
//! - [`counts`]: counts pods by phase; pure
//! - `deployments`: the fields of a Deployment that the engine uses, and which pods belong to it
//! - [`orphans`]: pods whose Deployment is gone; pure
//! - [`expectations`]: how many pods the controllers may still start; pure
//! - [`other_pods`]: the pods of others on the cluster, for `--capacity auto`
//! - [`spare`] and [`quantity`]: the capacity that other pods leave, in slots; pure
//! - [`other_autoscalers`]: other autoscalers of the same Deployments
//! - [`scaled_object`]: the fields of KEDA's ScaledObject that name what it scales
//! - [`forbidden`]: Deployments that the engine may not scale
//! - [`permissions`]: the rights that the engine has besides scaling
//! - [`annotations`]: edits annotations
//! - [`writer`]: one write, based on a resourceVersion
//! - [`leader`]: which of several engines may act
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
