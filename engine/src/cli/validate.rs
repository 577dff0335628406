//! `engine validate -f FILE`: checks a manifest without running it.

use crate::args::ValidateArgs;
use crate::start::plan::refusals;
use crate::start::read::{Read, read};

/// Checks a manifest; returns its warnings and a summary as text.
///
/// # Errors
/// Returns everything that the engine would refuse.
pub fn run(args: &ValidateArgs) -> anyhow::Result<String> {
    let read = read(&args.file, &args.core)?;
    let plan = refusals(&args.file, &read, false)?;
    let warnings = read.warnings(&plan);
    let warnings: String =
        warnings.into_iter().map(|warning| format!("warning: {warning}\n")).collect();
    let Read { manifest, config, .. } = read;
    let scaled: Vec<_> = config.workloads.iter().map(|w| w.name.as_str()).collect();
    Ok(format!(
        "{warnings}{}: {} Deployments, {} scaled ({}), capacity {}; the engine would accept it",
        args.file.display(),
        manifest.deployments.len(),
        scaled.len(),
        scaled.join(", "),
        config.capacity,
    ))
}
