//! The demo on a real cluster, driven as a presenter does: `scripts/e2e` runs this.
//!
//! # Layout
//! - [`demo`]: the demo in its own namespace, and kubectl in it
//! - [`seen`]: the history of the namespace, from watches
//! - [`forward`]: the queue and the engines, through port-forwards
//! - [`outside`]: an engine outside of the cluster
//! - `leader`: candidates without engines, with their own Lease
//! - `manifest`: the resources that demo.yaml requests; needs no cluster
//! - `apiserver`, `busy`, `configure`, `engines`, `load`, `machines`, `others`, `overlays`,
//!   `rights`, `rollouts`, `settings`, `spare`, `stage`, `token`: the other tests

#![allow(unreachable_pub, clippy::unwrap_used)] // helpers of tests

mod apiserver;
mod busy;
mod configure;
mod demo;
mod engines;
mod forward;
mod leader;
mod load;
mod machines;
mod manifest;
mod others;
mod outside;
mod overlays;
mod rights;
mod rollouts;
mod seen;
mod settings;
mod spare;
mod stage;
mod token;
