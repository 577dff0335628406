//! Puts the engine together.
//!
//! # Layout
//! - [`in_box`]: with a manifest whose Deployments become local processes
//! - [`in_cluster`]: with a namespace of a cluster
//! - `facing`: how it faces those who look at it
//! - [`read`](mod@read) and [`plan`]: what of a manifest can be run
//! - [`own_arguments`]: what a manifest's own engine is told, for a box

pub mod in_box;
#[cfg(feature = "kubernetes")]
pub mod in_cluster;
pub mod own_arguments;
pub mod plan;
pub mod read;
mod serve;

use crate::args::{RunArgs, SchedulerKind};

/// Most of a first build would be for it.
#[cfg(not(feature = "kubernetes"))]
const NO_KUBERNETES: &str = "this engine was built without Kubernetes; build it in with \
    cargo build --release --locked --bins, or use the image";

/// Runs the engine.
///
/// # Errors
/// Whatever stops it, in a line.
pub async fn engine(args: RunArgs) -> anyhow::Result<()> {
    match args.scheduler {
        SchedulerKind::Process => in_box::start(args).await,
        #[cfg(feature = "kubernetes")]
        SchedulerKind::Kubernetes => in_cluster::start(args).await,
        #[cfg(not(feature = "kubernetes"))]
        SchedulerKind::Kubernetes => Err(service::UsageError(NO_KUBERNETES.to_owned()).into()),
    }
}
