//! Leaving in order: the first signal asks every part to finish, the second one exits at once.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

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

/// Turns SIGTERM and SIGINT into the word to leave. Call it inside a tokio runtime.
///
/// # Errors
/// When the operating system refuses a signal handler.
pub fn on_signals(trigger: Trigger) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        next(&mut terminate, &mut interrupt).await;
        trigger.set();
        let code = next(&mut terminate, &mut interrupt).await;
        std::process::exit(code);
    });
    Ok(())
}

/// Waits for a signal; its shell exit code is 128 + the signal's number.
async fn next(terminate: &mut Signal, interrupt: &mut Signal) -> i32 {
    let kind = tokio::select! {
        _ = terminate.recv() => SignalKind::terminate(),
        _ = interrupt.recv() => SignalKind::interrupt(),
    };
    128 + kind.as_raw_value()
}

/// Returns `grace` after the word to leave was given: by then everyone should be gone.
pub async fn overdue(shutdown: &Shutdown, grace: Duration) {
    shutdown.wait().await;
    tokio::time::sleep(grace).await;
}
