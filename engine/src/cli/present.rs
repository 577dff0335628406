//! `engine play FILE`: plays the steps of a scenario on a running engine and prints each caption.

use std::io::BufRead;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;
use service::UsageError;
use service::output::say;
use simulator::Scenario;
use stage::presenter::{Scene, file};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::Engine;
use super::summary::Summary;

/// The time between two requests for the state.
const LOOK: Duration = Duration::from_millis(100);
/// How long a box may take until it is ready and begins its scenario.
const BEGINS: Duration = Duration::from_secs(20);

/// The fields of the engine's state that are used here.
#[derive(Debug, Deserialize)]
struct State {
    scenario: Option<Scene>,
    lost: Option<u64>,
}

/// Reads and checks a scenario, which must have steps.
///
/// # Errors
/// Returns the first problem, with its line.
pub(super) fn read(path: &Path) -> Result<Scenario, UsageError> {
    let scenario = file::read(path)?;
    if scenario.steps.is_empty() {
        let text = "it has no steps to play; engine simulate can run it";
        return Err(UsageError(format!("{}: {text}", path.display())));
    }
    Ok(scenario)
}

/// Makes a running engine play a scenario.
///
/// # Errors
/// When the file cannot be read, no engine answers, or the engine refuses the scenario.
pub(super) async fn begin(engine: &Engine, file: &Path, by_hand: bool) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let mut url = engine.url.join("api/v1/scenario")?;
    url.set_query(by_hand.then_some("step=true"));
    engine.send("command", engine.http.put(url).body(text)).await
}

/// Prints each caption until the scenario is over. With `by_hand`, each Enter begins the next step.
///
/// # Errors
/// When the engine does not answer or plays no scenario.
pub(super) async fn follow(engine: &Engine, by_hand: bool) -> anyhow::Result<Summary> {
    let mut keys = by_hand.then(enter_keys);
    let (mut shown, until) = (None, Instant::now() + BEGINS);
    loop {
        let State { scenario, lost } = engine.get("api/v1/state").await?;
        match (&scenario, &shown) {
            (Some(scene), _) if shown != Some(scene.step) => {
                say(&format!("  {} of {}  {}", scene.step, scene.of, scene.caption));
                shown = Some(scene.step);
            }
            (Some(_), _) => {}
            (None, Some(_)) => return Ok(Summary::of(lost)),
            (None, None) => {
                anyhow::ensure!(Instant::now() < until, "the engine plays no scenario");
            }
        }
        match &mut keys {
            Some(keys) => next(engine, keys, scenario.as_ref()).await?,
            None => sleep(LOOK).await,
        }
    }
}

/// Waits for Enter, but at most for [`LOOK`]. Enter begins the next step, or ends the scenario in
/// its last step. The end of the input ends the scenario in any step.
async fn next(
    engine: &Engine,
    keys: &mut mpsc::Receiver<()>,
    scene: Option<&Scene>,
) -> anyhow::Result<()> {
    let is_last = scene.is_some_and(|scene| scene.step == scene.of);
    let call = tokio::select! {
        key = keys.recv(), if scene.is_some() => match key {
            Some(()) if !is_last => engine.http.post(engine.url.join("api/v1/scenario/next")?),
            Some(()) | None => engine.http.delete(engine.url.join("api/v1/scenario")?),
        },
        () = sleep(LOOK) => return Ok(()),
    };
    engine.send("command", call).await
}

/// Sends a message for each Enter. Uses a thread, because a task cannot be stopped while it reads.
fn enter_keys() -> mpsc::Receiver<()> {
    let (sender, keys) = mpsc::channel(1);
    std::thread::spawn(move || {
        let lines = std::io::stdin().lock().lines();
        for _ in lines.map_while(Result::ok) {
            if sender.blocking_send(()).is_err() {
                return;
            }
        }
    });
    keys
}
