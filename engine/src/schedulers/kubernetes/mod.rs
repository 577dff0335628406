//! Deployments of a Kubernetes namespace: watched, and scaled through their scale subresource.
//!
//! # Layout
//! - [`cluster`]: what is known of the namespace, and its writes
//! - [`watch`]: lists and watches that never stop, and when they last said something
//! - [`counts`]: pods into replicas; pure
//! - `deployments`: what a Deployment says of itself, and which pods are its own
//! - [`orphans`]: pods whose Deployment is gone; pure
//! - [`promises`]: what the controllers may still do; pure
//! - [`tenants`]: everybody else on the cluster, for `--capacity auto`
//! - [`spare`] and [`quantity`]: what they leave, in slots; pure
//! - [`rivals`]: who else scales a Deployment
//! - [`scaled_object`]: KEDA's, as much of it as tells what it scales
//! - [`forbidden`]: Deployments that may not be scaled
//! - [`may`]: what the engine may do besides scaling
//! - [`annotations`]: their edits
//! - [`writer`]: one write, with the version it was decided on
//! - [`events`]: decisions and troubles as Events on the Deployments

pub mod annotations;
pub mod cluster;
pub mod counts;
mod deployments;
pub mod events;
pub mod forbidden;
pub mod may;
pub mod orphans;
pub mod promises;
pub mod quantity;
pub mod rivals;
pub mod scaled_object;
pub mod spare;
pub mod tenants;
pub mod watch;
pub mod writer;

pub use cluster::Cluster;
