//! The comparison: how other autoscalers would have handled the same load. For each contender,
//! the simulator plays the jobs of this engine's queues, with the live settings.
//!
//! # Layout
//! - [`record`] and `trace`: the jobs that were published, and how long they took; pure
//! - [`model`]: makes a scenario of these jobs, and a simulation for each contender; pure
//! - [`contender`] and [`answer`]: the results; [`site`]: the route

pub mod answer;
pub mod contender;
pub mod model;
pub mod record;
pub mod site;
mod trace;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use runtime::control_loop::Handle;
use tokio::sync::Mutex as Gate;

use answer::Answer;
use contender::Contender;
use record::Record;

/// How long an answer is reused.
const FRESH: Duration = Duration::from_secs(2);
/// The pause after a simulation, as a multiple of the time that it took. On a cluster the engine
/// has half a processor, and the control loop comes first.
const RESTS: u32 = 2;

/// An answer and when it was computed.
type Found = (Instant, Arc<Answer>);

/// Records the load and compares contenders on it.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    record: Arc<Mutex<Record>>,
    /// The last answer. Its lock is held while a new one is computed, so only one simulation runs.
    latest: Arc<Gate<Option<Found>>>,
}

impl Comparison {
    /// Records the load from now on.
    pub fn start(mut handle: Handle) -> Comparison {
        let this = Comparison::default();
        let record = this.record.clone();
        tokio::spawn(async move {
            loop {
                let snapshot = handle.snapshots.borrow_and_update().clone();
                let now = snapshot.run;
                record.lock().unwrap_or_else(PoisonError::into_inner).see(now, &snapshot.seen);
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
        let mut comparison: Vec<Contender> = Vec::new();
        let mut cost = Duration::ZERO;
        for part in stage.parts() {
            let began = Instant::now();
            let played = tokio::task::spawn_blocking(move || part.play()).await;
            comparison.push(played.map_err(|_| "the simulation ended early".to_owned())??);
            let took = began.elapsed();
            cost += took;
            tokio::time::sleep(took * RESTS).await;
        }
        let answer = Arc::new(Answer::new(&stage, comparison, cost));
        *latest = Some((Instant::now(), answer.clone()));
        Ok(answer)
    }
}
