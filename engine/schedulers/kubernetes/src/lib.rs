//! Deployments of a Kubernetes namespace: watched, and scaled through their scale subresource.
//!
//! # Layout
//! - [`Connection`]: the way to a cluster
//! - [`cluster`]: what is known of the namespace, and its writes
//! - [`watch`]: lists and watches that never stop, and when they last said something
//! - [`counts`]: pods into replicas; pure
//! - `deployments`: what a Deployment says of itself, and which pods are its own
//! - [`orphans`]: pods whose Deployment is gone; pure
//! - [`expectations`]: what the controllers may still do; pure
//! - [`other_pods`]: everybody else on the cluster, for `--capacity auto`
//! - [`spare`] and [`quantity`]: what they leave, in slots; pure
//! - [`other_autoscalers`]: who else scales a Deployment
//! - [`scaled_object`]: KEDA's, as much of it as tells what it scales
//! - [`forbidden`]: Deployments that may not be scaled
//! - [`permissions`]: what the engine may do besides scaling
//! - [`annotations`]: their edits
//! - [`writer`]: one write, with the version it was decided on
//! - [`leader`]: which of several engines may act
//! - [`rights`] and [`binding`]: the lines that give the engine a right that it lacks
//! - [`events`]: decisions and troubles as Events on the Deployments
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
