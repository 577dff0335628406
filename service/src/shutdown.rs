//! The shutdown: the first signal asks all parts to finish, the second signal exits at once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::output;
use crate::signals::{Signalled, Signals};

/// Reports when the program must shut down. Clones share the state.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<bool>);

/// Starts the shutdown.
#[derive(Debug, Clone)]
pub struct Trigger(watch::Sender<bool>);

impl Shutdown {
    /// Creates a shutdown that has not begun, and its trigger.
    pub fn new() -> (Trigger, Shutdown) {
        let (tx, rx) = watch::channel(false);
        (Trigger(tx), Shutdown(rx))
    }

    /// Whether the shutdown has begun.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the shutdown begins, or all triggers are dropped.
    pub async fn wait(&self) {
        let mut word = self.0.clone();
        let _ = word.wait_for(|set| *set).await;
    }
}

impl Trigger {
    /// Starts the shutdown.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Waits until all [`Shutdown`]s of this trigger are dropped.
    pub(crate) async fn heard_by_all(&self) {
        self.0.closed().await;
    }
}

/// Makes the first signal start the shutdown, and the second signal exit. Needs a tokio runtime.
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

/// The functions that [`exit`] calls before it ends the process.
static BEFORE_EXIT: Mutex<Vec<Box<dyn Fn() + Send>>> = Mutex::new(Vec::new());

/// Registers a function that [`exit`] calls first, because `exit` drops no values.
pub fn before_exit(last: impl Fn() + Send + 'static) {
    BEFORE_EXIT.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(last));
}

/// Calls the functions that [`before_exit`] registered, and ends the process.
pub fn exit(code: i32) -> ! {
    BEFORE_EXIT.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|last| last());
    output::flush();
    std::process::exit(code)
}

/// Waits until `grace` has passed since the shutdown began. All work should have ended by then.
pub async fn overdue(shutdown: &Shutdown, grace: Duration) {
    shutdown.wait().await;
    tokio::time::sleep(grace).await;
}
