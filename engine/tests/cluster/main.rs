//! The demo on a real cluster, driven as a presenter does it: `scripts/e2e` runs this.
//!
//! # Layout
//! - [`demo`]: the demo in a namespace of its own, and kubectl in it
//! - [`seen`]: what a watch of the namespace shows, moment by moment
//! - [`forward`]: the queue and the engines, through port-forwards
//! - [`outside`]: an engine outside of the cluster, and what can be done to its apiserver
//! - `leader`: engines' candidates without engines, at a Lease of their own
//! - `manifest`: what demo.yaml asks of a cluster; this needs none
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
