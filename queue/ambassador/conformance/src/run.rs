//! Runs the claims, and prints or compares the results.

use std::time::Instant;

use anyhow::{Context, ensure};
use service::output;

use crate::args::Args;
use crate::claims::CLAIMS;
use crate::scene::{Places, Scene};
use crate::server::{Kind, Server};
use crate::verdict::{Differs, Holds, Results};
use crate::{cost, page};

/// Tries all claims on all kinds.
///
/// # Errors
/// When a claim fails, or the page has other results.
pub(crate) async fn run(args: &Args) -> anyhow::Result<()> {
    let places = places(args)?;
    if args.cost {
        return cost::print(&args.kinds, &places).await;
    }
    let mut columns = Vec::new();
    for kind in &args.kinds {
        columns.push((*kind, try_all(*kind, args, &places).await?));
    }
    let Some(file) = args.page.as_ref().filter(|_| args.only.is_empty()) else { return Ok(()) };
    page::bring(file, &columns, args.write)
}

fn places(args: &Args) -> anyhow::Result<Places> {
    let here = std::env::current_exe()?;
    let beside = here.with_file_name("ambassador");
    let ambassador = args.ambassador.clone().unwrap_or(beside).canonicalize();
    let ambassador = ambassador.context("build the ambassador first, or name it")?;
    let programs = args.programs.canonicalize().with_context(|| {
        format!("{}: build the kit's programs first, or name --programs", args.programs.display())
    })?;
    Ok(Places { programs, ambassador, manifest: args.manifest.clone() })
}

async fn try_all(kind: Kind, args: &Args, places: &Places) -> anyhow::Result<Results> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(kind, folder.path(), &places.programs).await?;
    output::print(&format!("{}:", kind.title())).await?;
    let (mut results, mut failed) = (Results::new(), 0);
    for (number, claim) in CLAIMS.iter().enumerate() {
        if !claim.name.contains(&args.only) {
            continue;
        }
        let began = Instant::now();
        let tried = async {
            let mut scene = Scene::new(&mut server, places, number).await?;
            (claim.tried)(&mut scene).await
        };
        let tried = tried.await;
        let word = match &tried {
            Ok(Holds) => "holds".to_owned(),
            Ok(Differs(how)) => format!("differs: {how}"),
            Err(error) => format!("FAILED: {error:#}"),
        };
        let seconds = began.elapsed().as_secs_f64();
        output::print(&format!("  {} - {word} ({seconds:.1} s)", claim.name)).await?;
        match tried {
            Ok(verdict) => results.push((claim.name, verdict)),
            Err(_) => failed += 1,
        }
    }
    ensure!(failed == 0, "{failed} claims failed for {}", kind.title());
    Ok(results)
}
