//! Connects the parts of the engine and runs it.
//!
//! # Layout
//! - [`in_box`]: runs the engine on a manifest whose Deployments become local processes
//! - [`in_cluster`]: runs the engine on a namespace of a cluster
//! - `serve`: serves the page, the API and the audience's page, and records the run
//! - [`read`](mod@read) and [`plan`]: reads a manifest, and checks that this machine can run it
//! - [`own_arguments`]: the flags of the engine's own Deployment in a manifest, for a box

pub mod in_box;
#[cfg(feature = "kubernetes")]
pub mod in_cluster;
pub mod own_arguments;
pub mod plan;
pub mod read;
mod serve;

use crate::args::{RunArgs, SchedulerKind};

/// The feature `kubernetes` is optional because it doubles the time of a first build.
#[cfg(not(feature = "kubernetes"))]
const NO_KUBERNETES: &str = "this engine was built without Kubernetes; build it in with \
    cargo build --release --locked --bins, or use the image";

pub async fn engine(args: RunArgs) -> anyhow::Result<()> {
    match args.scheduler {
        SchedulerKind::Process => in_box::start(args).await,
        #[cfg(feature = "kubernetes")]
        SchedulerKind::Kubernetes => in_cluster::start(args).await,
        #[cfg(not(feature = "kubernetes"))]
        SchedulerKind::Kubernetes => Err(service::UsageError(NO_KUBERNETES.to_owned()).into()),
    }
}
