//! Resets the engine to second 0: empty queues, the opening load, and no measurements.

use std::time::Duration;

use control::Autoscaler;
use model::Actor;
use model::scheduler::{ScaleError, Status};
use tokio::sync::oneshot;

use super::ControlLoop;
use super::reset::{Reset, Step};
use crate::snapshots::log::{Kind, LogEvent};

/// How long a reset waits for containers to leave; pods have a grace period of 5 s.
const LEAVES: Duration = Duration::from_secs(12);

impl ControlLoop {
    /// Does the next step of a reset that is under way. Each round calls this once.
    pub(super) fn go_on_with_reset(&mut self, now: Duration) {
        let Some(mut reset) = self.reset.take() else { return };
        match reset.step {
            Step::Begins => {
                self.send_away(reset.by);
                reset.step = Step::Leaving(now + LEAVES);
            }
            Step::Leaving(until) if now >= until || self.at_second_0().is_empty() => {
                reset.step = Step::Emptying(self.empty());
            }
            Step::Leaving(_) => {}
            Step::Emptying(ref mut emptied) => match emptied.try_recv() {
                Ok(done) => return self.end_reset(now, reset, done),
                Err(oneshot::error::TryRecvError::Empty) => {}
                Err(oneshot::error::TryRecvError::Closed) => {
                    let error = ScaleError::Refused("the engine is shutting down".to_owned());
                    return self.end_reset(now, reset, Err(error));
                }
            },
        }
        self.reset = Some(reset);
    }

    /// Scales producers to 0 and workers to their minimums, ends a hold, and makes queues readable.
    fn send_away(&mut self, by: Actor) {
        self.components.sources.see_all();
        if self.components.authority.held() {
            let free = self.components.authority.hold(false);
            self.writes.spawn(async move { drop(free.await) });
        }
        for (name, least) in self.at_second_0() {
            self.lead_back(by, name, least, "was not reset");
        }
    }

    /// Scales a Deployment as part of the reset; `not` completes the log line of a failure.
    fn lead_back(&mut self, by: Actor, name: String, replicas: u32, not: &'static str) {
        self.builder.expect(&name, by);
        let written = self.components.scheduler.scale(&name, replicas, &self.leavers(&name));
        self.writes.spawn(async move {
            if let Err(error) = written.await {
                tracing::warn!("{name} {not}: {error}");
            }
        });
    }

    /// Deployments with more containers than they had at second 0, with the counts of second 0.
    fn at_second_0(&self) -> Vec<(String, u32)> {
        let config = self.components.core.config();
        let least = |name: &str, status: &Status| match config.workload(name) {
            Some(w) if w.paused || w.blocked.is_some() => None,
            Some(workload) => Some(workload.min),
            None if status.serves || !status.ours => None,
            None => Some(0),
        };
        let all = self.components.scheduler.observe();
        let over = all.iter().filter_map(|(name, status)| {
            let least = least(name, status)?;
            (status.replicas.live() > least || status.replicas.desired > least)
                .then(|| (name.clone(), least))
        });
        over.collect()
    }

    /// Purges the queues, once the producers have left. The receiver gets the result.
    fn empty(&mut self) -> oneshot::Receiver<Result<(), ScaleError>> {
        let sources = &self.components.sources;
        let queues: Vec<_> =
            sources.queues().map(|name| sources.queue(name, client::TIMEOUT)).collect();
        let (sender, receiver) = oneshot::channel();
        let waker = self.waker.clone();
        self.writes.spawn(async move {
            let refused = |error: client::Error| ScaleError::Refused(error.to_string());
            let purges = queues.into_iter().map(async |queue| match queue?.purge().await {
                // An unknown queue was never used, so it is empty.
                Err(client::Error::Unknown(_)) | Ok(_) => Ok(()),
                Err(error @ client::Error::Unsupported(_)) => {
                    tracing::warn!("a queue keeps its jobs at the reset: {error}");
                    Ok(())
                }
                Err(error) => Err(error),
            });
            let done = futures::future::try_join_all(purges).await;
            let _ = sender.send(done.map(drop).map_err(refused));
            waker.notify_one();
        });
        receiver
    }

    fn end_reset(&mut self, now: Duration, reset: Reset, done: Result<(), ScaleError>) {
        let Reset { by, reply, .. } = reset;
        match &done {
            Ok(()) => {
                self.begin_anew(now);
                let news =
                    LogEvent { by: Some(by), ..LogEvent::new(Kind::Reset, "reset to second 0") };
                self.builder.tell(now, news);
                self.load_again();
            }
            Err(error) => {
                let text = format!("the reset failed: {error}");
                tracing::warn!("{text}");
                self.builder.tell(now, LogEvent::new(Kind::Warning, text));
            }
        }
        if let Some(reply) = reply {
            let _ = reply.send(done.map(|()| "reset to second 0".to_owned()));
        }
    }

    /// Restores the opening load, except for Deployments that the engine now scales itself.
    fn load_again(&mut self) {
        for (name, replicas) in self.components.opening.clone() {
            if self.components.core.config().workload(&name).is_some() {
                continue;
            }
            self.lead_back(Actor::Opening, name, replicas, "did not get its opening load");
        }
    }

    fn begin_anew(&mut self, now: Duration) {
        let config = self.components.core.config().clone();
        // This configuration was in use, so it is valid.
        if let Ok(core) = Autoscaler::new(config) {
            self.components.core = core;
        }
        self.start_ups.clear();
        self.killed.clear();
        self.retiring.clear();
        self.contributions.begin_anew();
        self.components.settings.forget_edits();
        self.builder.begin_anew(now, rand::random());
    }
}
