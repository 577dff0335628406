//! Leaving in order: the first signal asks every part to finish, the second one exits at once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::output;
use crate::signals::{Signalled, Signals};

/// Says when it is time to leave. Clones hear the same word.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<bool>);

/// Gives the word to leave.
#[derive(Debug, Clone)]
pub struct Trigger(watch::Sender<bool>);

impl Shutdown {
    /// A word and the one who may give it.
    pub fn new() -> (Trigger, Shutdown) {
        let (tx, rx) = watch::channel(false);
        (Trigger(tx), Shutdown(rx))
    }

    /// Whether it is time to leave.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is time to leave; also when nobody is left to say so.
    pub async fn wait(&self) {
        let mut word = self.0.clone();
        let _ = word.wait_for(|set| *set).await;
    }
}

impl Trigger {
    /// Asks all who wait on the [`Shutdown`] to finish.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Returns once nobody holds a [`Shutdown`] of this trigger any more.
    pub(crate) async fn heard_by_all(&self) {
        self.0.closed().await;
    }
}

/// Turns each signal that ends a process into the word to leave. Call it inside a tokio runtime.
///
/// # Errors
/// When the operating system refuses a signal handler.
pub fn on_signals(trigger: Trigger) -> std::io::Result<()> {
    let mut signals = Signals::listen()?;
    tokio::spawn(async move {
        signals.next().await;
        trigger.set();
        let Signalled(code) = signals.next().await;
        exit(code.into());
    });
    Ok(())
}

/// What is done before a process ends at once.
static BEFORE_EXIT: Mutex<Vec<Box<dyn Fn() + Send>>> = Mutex::new(Vec::new());

/// Has something done also where a second signal ends the process at once, and nothing is dropped.
pub fn before_exit(last: impl Fn() + Send + 'static) {
    BEFORE_EXIT.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(last));
}

/// Ends the process at once.
pub fn exit(code: i32) -> ! {
    BEFORE_EXIT.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|last| last());
    output::flush();
    std::process::exit(code)
}

/// Returns `grace` after the word to leave was given: by then everyone should be gone.
pub async fn overdue(shutdown: &Shutdown, grace: Duration) {
    shutdown.wait().await;
    tokio::time::sleep(grace).await;
}
