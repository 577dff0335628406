//! `engine validate -f FILE`: what of a manifest would be refused or not honoured.

use crate::args::ValidateArgs;
use crate::start::plan::refusals;
use crate::start::read::{Read, read};

/// What is in a manifest, and what would not be honoured.
///
/// # Errors
/// Everything that would be refused.
pub fn run(args: &ValidateArgs) -> anyhow::Result<String> {
    let read = read(&args.file, &args.core)?;
    let plan = refusals(&args.file, &read, false)?;
    let warnings = read.warnings(&plan);
    let warnings: String =
        warnings.into_iter().map(|warning| format!("warning: {warning}\n")).collect();
    let Read { manifest, config, .. } = read;
    let scaled: Vec<_> = config.workloads.iter().map(|w| w.name.as_str()).collect();
    Ok(format!(
        "{warnings}{}: {} Deployments, {} scaled ({}), capacity {}; nothing would be refused",
        args.file.display(),
        manifest.deployments.len(),
        scaled.len(),
        scaled.join(", "),
        config.capacity,
    ))
}
