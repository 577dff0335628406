//! Turns presses into jobs. The presses within half a second are added as one request, so that a
//! full room causes 2 log events a second and not 20.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

/// How long further presses are collected after the first one.
const GATHER: Duration = Duration::from_millis(500);
/// The most presses that wait to be collected; the gate accepts fewer in `GATHER`.
const WAITING: usize = 64;

/// The result of a press; the error says why no job was added.
pub type Outcome = Result<(), String>;

/// The sending end of a channel for presses. Clones send to the same [`Presses`].
#[derive(Debug, Clone)]
pub struct Button(mpsc::Sender<oneshot::Sender<Outcome>>);

/// The receiving end of a channel for presses.
#[derive(Debug)]
pub struct Presses(mpsc::Receiver<oneshot::Sender<Outcome>>);

/// Makes a channel for presses.
pub fn button() -> (Button, Presses) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Button(sender), Presses(receiver))
}

impl Button {
    /// Adds a job, and waits until the queue has it.
    ///
    /// # Errors
    /// The reason why no job was added.
    pub async fn press(&self) -> Outcome {
        let (reply, answer) = oneshot::channel();
        let busy = || "the engine is busy; try again".to_owned();
        self.0.try_send(reply).map_err(|_| busy())?;
        answer.await.map_err(|_| busy())?
    }
}

impl Presses {
    /// Collects presses and calls `add` with their number, until every [`Button`] is dropped.
    pub async fn add(mut self, add: impl AsyncFn(u32) -> Outcome) {
        while let Some(first) = self.0.recv().await {
            sleep(GATHER).await;
            let mut replies = vec![first];
            while let Ok(next) = self.0.try_recv() {
                replies.push(next);
            }
            let outcome = add(replies.len() as u32).await;
            for reply in replies {
                // The phone may have disconnected.
                let _ = reply.send(outcome.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn presses_at_once_are_added_together_and_each_gets_the_result() {
        let (button, presses) = button();
        let added = Arc::new(Mutex::new(Vec::new()));
        let all = added.clone();
        tokio::spawn(presses.add(async move |jobs| {
            all.lock().unwrap().push(jobs);
            if jobs == 1 { Err("the queue is away".to_owned()) } else { Ok(()) }
        }));
        let together = join_all((0..7).map(|_| button.press())).await;
        assert!(together.iter().all(Result::is_ok), "{together:?}");
        assert_eq!(button.press().await, Err("the queue is away".to_owned()));
        assert_eq!(*added.lock().unwrap(), [7, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_press_that_nobody_takes_is_answered() {
        let (button, presses) = button();
        drop(presses);
        assert!(button.press().await.is_err());
    }
}
