//! One replica's process, from its start to its end.

use std::future::Future;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use model::scheduler::Phase;
use rustix::process::{Pid, Signal, kill_process};
use service::Shutdown;
use service::parent::Word;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout};
use tokio::time::{Instant, sleep, timeout};

use super::members::{Key, Shared};
use super::recipe::Recipe;
use super::run_folder::RunFolder;

/// The wait before a crashed process is started again after its second crash. There is no wait
/// after the first crash, and after each further crash the wait doubles.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);
/// If a process has run for this time, its next crash counts as the first one.
const PROVEN: Duration = Duration::from_secs(10);

/// How long to read the last lines of an ended process, which are already in the pipe.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// One replica of a Deployment, which has at most one process at a time.
pub(super) struct Replica {
    pub(super) key: Key,
    pub(super) name: String,
    pub(super) recipe: Recipe,
    pub(super) start_delay: Duration,
    pub(super) stop: Shutdown,
    pub(super) shared: Shared,
    /// The run's folder, which contains the replica's folder; `None` if no process needs a folder.
    pub(super) folder: Option<RunFolder>,
}

impl Replica {
    /// Runs the process, and restarts it after each crash, until the replica has to stop.
    pub(super) async fn live(self) {
        let mut crashes = 0;
        // Like an emptyDir of a pod, the folder outlives crashes of the process.
        let folder = self.own_folder();
        let folder = folder.as_ref().map(TempDir::path);
        while !self.stop.is_set() {
            let began = Instant::now();
            let Some(how) = self.run_once(folder).await else { break };
            crashes = if began.elapsed() > PROVEN { 1 } else { crashes + 1 };
            let wait = backoff(crashes);
            tracing::warn!("{} ended unexpectedly ({how}); it is started again", self.name);
            self.shared.update(&self.key, |instance| {
                instance.pid = None;
                instance.restarts += 1;
                if instance.phase == Phase::Ready {
                    instance.phase = Phase::Starting;
                }
            });
            self.unless_stopped(sleep(wait)).await;
        }
        self.shared.remove(&self.key);
    }

    /// Creates the replica's folder if it needs one. Dropping the result removes the folder.
    fn own_folder(&self) -> Option<TempDir> {
        let needed = self.folder.as_ref().filter(|_| self.recipe.needs_folders())?;
        match needed.of_replica(&self.name) {
            Ok(folder) => Some(folder),
            Err(error) => {
                tracing::warn!("cannot create a folder for {}: {error}", self.name);
                None
            }
        }
    }

    async fn unless_stopped(&self, wait: impl Future<Output = ()>) {
        tokio::select! {
            () = wait => {}
            () = self.stop.wait() => {}
        }
    }

    /// Runs the process once. Returns the cause of an unexpected end, or `None` if it was stopped.
    async fn run_once(&self, folder: Option<&Path>) -> Option<String> {
        self.unless_stopped(sleep(self.start_delay)).await;
        if self.stop.is_set() {
            return None;
        }
        // A restarted server must keep the address that its clients know.
        let stays = self.shared.address(&self.key).filter(|_| self.recipe.is_server());
        let here = self.recipe.here(self.shared.addresses(), folder);
        let spawned = here.and_then(|here| self.recipe.command(&self.name, &here, stays).spawn());
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => return Some(format!("cannot be started: {error}")),
        };
        self.shared.update(&self.key, |instance| instance.pid = child.id());
        // The child ends when this pipe closes, also if the engine dies. `wait` would close it now.
        let _held_until_its_end = child.stdin.take();
        let hearing = child.stdout.take().map(|out| tokio::spawn(self.hear(out)));
        let end = tokio::select! {
            status = child.wait() => Some(in_words(status)),
            () = self.stop.wait() => {
                self.stop_child(&mut child).await;
                None
            }
        };
        if let Some(hearing) = hearing {
            let _ = timeout(LAST_WORDS, hearing).await;
        }
        end
    }

    /// Sends SIGTERM, and SIGKILL after the grace period. Returns when the process has ended.
    async fn stop_child(&self, child: &mut Child) {
        if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id as i32))
            && let Err(error) = kill_process(pid, Signal::TERM)
        {
            tracing::warn!("cannot send SIGTERM to {}: {error}", self.name);
        }
        if timeout(self.recipe.grace, child.wait()).await.is_err() {
            tracing::warn!("{} did not end within {:?}; killed", self.name, self.recipe.grace);
            if let Err(error) = child.kill().await {
                tracing::error!("{} cannot be killed: {error}", self.name);
            }
        }
    }

    /// Reads a process's output until its end. Takes reports for the engine, and logs other lines.
    fn hear(&self, out: ChildStdout) -> impl Future<Output = ()> + use<> {
        let (shared, key, recipe) = (self.shared.clone(), self.key.clone(), self.recipe.clone());
        let name = self.name.clone();
        async move {
            let mut lines = BufReader::new(out).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                match Word::from_line(&line) {
                    Some(Word::Listening(address)) => shared.listening(&key, address, &recipe),
                    Some(Word::Ready) => shared.ready(&key),
                    Some(Word::Left(counters)) => shared.left(&key, &counters),
                    None => tracing::info!("{name}: {line}"),
                }
            }
        }
    }
}

fn in_words(status: std::io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

fn backoff(crashes: u32) -> Duration {
    match crashes {
        0 | 1 => Duration::ZERO,
        n => (FIRST_BACKOFF * 2_u32.saturating_pow((n - 2).min(8))).min(LONGEST_BACKOFF),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_with_each_crash_but_the_first() {
        let waits: Vec<_> = (1..9).map(|crashes| backoff(crashes).as_millis()).collect();
        assert_eq!(waits, [0, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    }
}
