//! Checks that this machine can run a manifest.

use std::path::{Path, PathBuf};

use anyhow::Context;
use control::Followed;
use process::services::QUEUE_URL;
use process::{Plan, recipes};

use super::own_arguments::OwnArguments;
use super::read::Read;

/// Plans how to run a manifest on this machine, before anything starts.
///
/// # Errors
/// Returns everything that cannot run here, by Deployment.
pub fn refusals(file: &Path, read: &Read, queue_is_given: bool) -> anyhow::Result<Plan> {
    let plan = recipes(&read.manifest, &programs()?, queue_is_given);
    let plan = plan.map_err(|refused| anyhow::anyhow!(refused.in_file(file)))?;
    let mut follows = read.config.workloads.iter().filter_map(|w| w.rule.followed());
    if follows.any(Followed::is_queue) && !queue_is_given {
        own_queue(&read.own)?;
    }
    Ok(plan)
}

/// The folder of the kit's programs, which also contains the engine's own program.
fn programs() -> anyhow::Result<PathBuf> {
    let engine = std::env::current_exe().context("the engine's own path is unknown")?;
    engine.parent().map(PathBuf::from).context("the engine has no folder")
}

/// The queue's address in the engine's own Deployment.
pub(super) fn own_queue(own: &OwnArguments) -> anyhow::Result<&str> {
    let (name, value) = own.queue_url.as_ref().with_context(|| {
        let (_, variable) = QUEUE_URL;
        format!("the manifest's engine has no variable {variable}; give --queue-url instead")
    })?;
    client::args::parse_url(value)
        .map_err(|why| anyhow::anyhow!("the engine's {name} is {value:?}: {why}"))?;
    Ok(value)
}
