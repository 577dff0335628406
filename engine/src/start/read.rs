//! Reads a manifest.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context;
use manifest::parse::parse;
use manifest::{Manifest, Refused};
use model::{Budget, annotations};
use process::Plan;

use super::own_arguments::OwnArguments;
use crate::args::CoreArgs;

/// A manifest, and the configuration that was read from it.
#[derive(Debug)]
pub struct Read {
    pub text: String,
    pub manifest: Manifest,
    pub config: control::Config,
    pub own: OwnArguments,
    /// The capacity and the tick: from the command line, or else from the engine in the manifest.
    pub budget: Budget,
}

impl Read {
    /// One sentence for each part of the manifest that is not honoured.
    pub fn warnings<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = &'a String> {
        let unused = self.manifest.unused.warnings.iter();
        unused.chain(&plan.warnings).chain(&self.own.warning)
    }
}

/// Reads a manifest and the configuration in it.
///
/// # Errors
/// When the capacity is `auto`, or the file cannot be read or is invalid. If it is invalid, each
/// line of the message names the file.
pub fn read(file: &Path, core: &CoreArgs) -> anyhow::Result<Read> {
    core.capacity().without_cluster()?;
    let text = text(file)?;
    let in_file = |refused: Refused| anyhow::anyhow!(refused.in_file(file));
    let manifest = parse(&text).map_err(in_file)?;
    let own = OwnArguments::of(&manifest).map_err(in_file)?;
    let budget = core.or(&own.core).budget();
    let config = annotations::config(&manifest, &budget).map_err(in_file)?;
    Ok(Read { text, manifest, config, own, budget })
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
