//! Presses become jobs: those of half a second are added together, so that a full room is two lines
//! a second in the log and not twenty.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

/// How long presses are gathered from the first one on.
const GATHER: Duration = Duration::from_millis(500);
/// How many presses may wait; the gate lets fewer through in that time.
const WAITING: usize = 64;

/// What became of a press: nothing more to say, or why no job was added.
pub type Outcome = Result<(), String>;

/// Presses the button. Clones press the same one.
#[derive(Debug, Clone)]
pub struct Button(mpsc::Sender<oneshot::Sender<Outcome>>);

/// Presses that are on their way.
#[derive(Debug)]
pub struct Presses(mpsc::Receiver<oneshot::Sender<Outcome>>);

/// A button, and the other end of it.
pub fn button() -> (Button, Presses) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Button(sender), Presses(receiver))
}

impl Button {
    /// Adds a job, and waits until it is there.
    ///
    /// # Errors
    /// Why it is not, in words.
    pub async fn press(&self) -> Outcome {
        let (reply, answer) = oneshot::channel();
        let busy = || "the engine is busy; try again".to_owned();
        self.0.try_send(reply).map_err(|_| busy())?;
        answer.await.map_err(|_| busy())?
    }
}

impl Presses {
    /// Adds jobs by `add`, which takes how many, for as long as there is a button.
    pub async fn add(mut self, add: impl AsyncFn(u32) -> Outcome) {
        while let Some(first) = self.0.recv().await {
            sleep(GATHER).await;
            let mut replies = vec![first];
            while let Ok(next) = self.0.try_recv() {
                replies.push(next);
            }
            let outcome = add(replies.len() as u32).await;
            for reply in replies {
                // Whoever pressed may have gone.
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
    async fn presses_at_once_are_added_together_and_each_hears_what_came_of_it() {
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
