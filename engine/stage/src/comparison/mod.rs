//! The comparison: how other autoscalers would have handled the same load. For each contender,
//! the simulator plays the jobs of this engine's queues, with the live settings: for the tables all
//! of the last minutes again for each answer, for the two worlds only what is new.
//!
//! # Layout
//! - [`record`] and `trace`: the jobs that were published, and how long they took; pure
//! - [`model`]: makes a scenario of these jobs, and a simulation for each contender; pure
//! - [`worlds`]: two worlds that are advanced as the jobs come; pure
//! - [`contender`] and [`answer`]: the results; [`site`]: the routes

pub mod answer;
pub mod contender;
pub mod model;
pub mod record;
pub mod site;
mod trace;
pub mod worlds;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use runtime::control_loop::Handle;
use tokio::sync::Mutex as Gate;

use answer::Answer;
use contender::Contender;
use model::Stage;
use record::{Load, Record};
use worlds::Worlds;
use worlds::answer::Answer as TwoWorlds;
use worlds::other::Other;

/// How long an answer is reused.
const FRESH: Duration = Duration::from_secs(2);
/// The pause after a simulation, as a multiple of the time that it took. On a cluster the engine
/// has half a processor, and the control loop comes first.
const RESTS: u32 = 2;

/// Worlds at which nobody has looked for this time are dropped.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// An answer and when it was computed.
type Found = (Instant, Arc<Answer>);

/// Records the load and compares contenders on it.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    record: Arc<Mutex<Record>>,
    /// The last answer. Its lock is held while a new one is computed, so only one simulation runs.
    latest: Arc<Gate<Option<Found>>>,
    /// The worlds, and when somebody last looked at them. The lock is held while they go on.
    worlds: Arc<Gate<Option<(Instant, Worlds)>>>,
}

impl Comparison {
    /// Records the load from now on.
    pub fn start(mut handle: Handle) -> Comparison {
        let this = Comparison::default();
        let (record, worlds) = (this.record.clone(), this.worlds.clone());
        tokio::spawn(async move {
            loop {
                let snapshot = handle.snapshots.borrow_and_update().clone();
                let now = snapshot.run;
                record.lock().unwrap_or_else(PoisonError::into_inner).see(now, &snapshot.seen);
                forget(&worlds);
                if handle.snapshots.changed().await.is_err() {
                    return;
                }
            }
        });
        this
    }

    /// Compares all contenders on the load so far. The answer may be up to 2 s old.
    ///
    /// # Errors
    /// The reason why no comparison is possible yet, or why the simulation failed.
    pub async fn answer(&self) -> Result<Arc<Answer>, String> {
        let mut latest = self.latest.lock().await;
        if let Some((at, answer)) = &*latest
            && at.elapsed() < FRESH
        {
            return Ok(answer.clone());
        }
        let stage = self.record.lock().unwrap_or_else(PoisonError::into_inner).stage()?;
        let answer = Arc::new(with_rests(&stage).await?);
        *latest = Some((Instant::now(), answer.clone()));
        Ok(answer)
    }

    /// Compares all contenders on another load, once no other comparison is computed.
    ///
    /// # Errors
    /// The reason why the simulation failed.
    pub async fn of(&self, stage: &Stage) -> Result<Answer, String> {
        let _only_one = self.latest.lock().await;
        with_rests(stage).await
    }

    /// Advances the worlds to the last reading of the queues, and shows two of them: this one and
    /// ours.
    ///
    /// # Errors
    /// The reason why nothing can be simulated yet, or no longer.
    pub async fn worlds(&self, other: Other) -> Result<TwoWorlds, String> {
        let mut worlds = self.worlds.lock().await;
        let load = self.record.lock().unwrap_or_else(PoisonError::into_inner).load()?;
        let before = worlds.take().map(|(_, before)| before);
        let gone_on = tokio::task::spawn_blocking(move || go_on(before, &load)).await;
        let mut after = gone_on.map_err(|_| "the simulation ended early".to_owned())??;
        let answer = after.answer(other);
        *worlds = Some((Instant::now(), after));
        answer
    }
}

/// Simulates all contenders one after the other, with a rest after each.
async fn with_rests(stage: &Stage) -> Result<Answer, String> {
    let mut contenders: Vec<Contender> = Vec::new();
    let mut cost = Duration::ZERO;
    for part in stage.parts() {
        let began = Instant::now();
        let played = tokio::task::spawn_blocking(move || part.play()).await;
        contenders.push(played.map_err(|_| "the simulation ended early".to_owned())??);
        let took = began.elapsed();
        cost += took;
        tokio::time::sleep(took * RESTS).await;
    }
    Ok(Answer::new(stage, contenders, cost))
}

/// Advances the worlds, or begins anew if there are none that fit.
fn go_on(before: Option<Worlds>, load: &Load) -> Result<Worlds, String> {
    match before.filter(|worlds| worlds.fit(load)) {
        Some(mut worlds) => worlds.go_on(load).map(|()| worlds),
        None => Worlds::begin(load),
    }
}

/// Drops worlds at which nobody looks.
fn forget(worlds: &Gate<Option<(Instant, Worlds)>>) {
    // If the lock is taken, somebody looks.
    if let Ok(mut worlds) = worlds.try_lock() {
        worlds.take_if(|(looked, _)| looked.elapsed() > FORGOTTEN);
    }
}
