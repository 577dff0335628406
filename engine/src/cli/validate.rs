//! `engine validate -f FILE`: what of a manifest would be refused or not honoured.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::args::CoreArgs;
use crate::manifest::annotations;
use crate::manifest::parse::parse;
use crate::manifest::{Manifest, Refused};
use crate::schedulers::process::Plan;
use crate::start::in_box::refusals;
use crate::start::own_words::OwnWords;

/// What to look at.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// The manifest; - for standard input
    #[arg(short = 'f', long = "filename", value_name = "FILE")]
    file: PathBuf,

    /// The budget to check against
    #[command(flatten)]
    core: CoreArgs,
}

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

/// A manifest that was read.
#[derive(Debug)]
pub struct Read {
    /// As it is written.
    pub text: String,
    /// What is used of it.
    pub manifest: Manifest,
    /// The configuration in it.
    pub config: control::Config,
    /// What its own engine is told.
    pub own: OwnWords,
    /// The budget and the rhythm: as the command line says, else as the manifest's engine is told.
    pub core: CoreArgs,
}

impl Read {
    /// What of it is not honoured, a sentence each.
    pub fn warnings<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = &'a String> {
        let unused = self.manifest.unused.warnings.iter();
        unused.chain(&plan.warnings).chain(&self.own.warning)
    }
}

/// Reads a manifest and the configuration in it.
///
/// # Errors
/// When the capacity is `auto`, or the file cannot be read, or is refused; each line then names
/// the file.
pub fn read(file: &Path, core: &CoreArgs) -> anyhow::Result<Read> {
    core.capacity().without_cluster()?;
    let text = text(file)?;
    let in_file = |refused: Refused| anyhow::anyhow!(refused.in_file(file));
    let manifest = parse(&text).map_err(in_file)?;
    let own = OwnWords::of(&manifest).map_err(in_file)?;
    let core = core.or(&own.core);
    let config = annotations::config(&manifest, &core).map_err(in_file)?;
    Ok(Read { text, manifest, config, own, core })
}

fn text(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| {
        format!("the manifest {} cannot be read; name another with --manifest", file.display())
    })
}
