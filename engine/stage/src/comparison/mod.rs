//! What others would have done with the same load: the jobs that came here, one by one, played in
//! the simulator with the live configuration, for everyone who could have scaled.
//!
//! # Layout
//! - [`record`] and `trace`: what came, and how long it took; pure
//! - [`model`]: a scenario of that, and everyone's part in it; pure
//! - [`contender`] and [`answer`]: what came of it, as it is told; [`site`]: the call

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

/// For so long an answer serves everyone who asks.
const FRESH: Duration = Duration::from_secs(2);
/// After each play it rests so many times as long as that took: on a cluster the engine has half a
/// processor, and the loop comes first.
const RESTS: u32 = 2;

/// An answer, and when it was found.
type Found = (Instant, Arc<Answer>);

/// What others would have done.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    record: Arc<Mutex<Record>>,
    /// The last answer; whoever asks meanwhile waits, so that there is one reckoning at a time.
    latest: Arc<Gate<Option<Found>>>,
}

impl Comparison {
    /// Records what comes from now on.
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

    /// What others would have done with what has come so far, at most two seconds old.
    ///
    /// # Errors
    /// Why that cannot be reckoned yet.
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
            comparison.push(played.map_err(|_| "the reckoning has ended early".to_owned())??);
            let took = began.elapsed();
            cost += took;
            tokio::time::sleep(took * RESTS).await;
        }
        let answer = Arc::new(Answer::new(&stage, comparison, cost));
        *latest = Some((Instant::now(), answer.clone()));
        Ok(answer)
    }
}
