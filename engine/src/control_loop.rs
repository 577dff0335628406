//! The clock and the sockets around the pure decision core: twice a second it looks, decides
//! and scales; in between it gives out slots the moment they come free. Nothing else scales.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use control::{Autoscaler, Decision, Observation};
use service::Shutdown;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval_at};

use crate::board::{Board, Fixed, Round, Snapshot};
use crate::metrics::Metrics;
use crate::schedulers::{ScaleError, Scheduler, Status};
use crate::sources::{Clock, Sources};

/// How many commands may wait; each is answered within a round.
const COMMANDS: usize = 64;

/// How long changes are gathered; a twenty-fifth of the default tick.
const SETTLE: Duration = Duration::from_millis(20);

/// A person's wish.
#[derive(Debug)]
struct Command {
    deployment: String,
    replicas: u32,
    reply: oneshot::Sender<Result<(), ScaleError>>,
}

/// How others see the loop, and what they may ask of it.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    /// The moments, the latest first to be seen.
    pub moments: watch::Receiver<Arc<Snapshot>>,
}

impl Handle {
    /// Sets the replicas of a Deployment by hand.
    ///
    /// # Errors
    /// When there is none of that name, it cannot have so many, or the engine is leaving.
    pub async fn scale(&self, deployment: &str, replicas: u32) -> Result<(), ScaleError> {
        let (reply, answer) = oneshot::channel();
        let command = Command { deployment: deployment.to_owned(), replicas, reply };
        let leaving = || ScaleError::Refused("the engine is leaving".to_owned());
        self.commands.send(command).await.map_err(|_| leaving())?;
        answer.await.map_err(|_| leaving())?
    }
}

/// Everything that a round needs.
#[derive(Debug)]
pub struct ControlLoop {
    core: Autoscaler,
    scheduler: Scheduler,
    sources: Sources,
    clock: Clock,
    board: Board,
    metrics: Metrics,
    ticks: u64,
    commands: mpsc::Receiver<Command>,
    moments: watch::Sender<Arc<Snapshot>>,
}

impl ControlLoop {
    /// A loop that has had its first look, and the handle to it.
    pub fn new(
        core: Autoscaler,
        scheduler: Scheduler,
        sources: Sources,
        clock: Clock,
        fixed: Fixed,
        metrics: Metrics,
    ) -> (ControlLoop, Handle) {
        let mut board = Board::new(fixed);
        let observation = Observation::default();
        let first = board.after(Round {
            now: clock.now(),
            tick: 0,
            is_tick: false,
            core: &core,
            observation: &observation,
            deployments: scheduler.observe(),
            decisions: &[],
        });
        let (moments, seen) = watch::channel(Arc::new(first));
        let (sender, commands) = mpsc::channel(COMMANDS);
        let ticks = 0;
        let this = ControlLoop {
            core,
            scheduler,
            sources,
            clock,
            board,
            metrics,
            ticks,
            commands,
            moments,
        };
        (this, Handle { commands: sender, moments: seen })
    }

    /// Decides once a tick until it is time to leave; then ends what would not outlive it.
    pub async fn run(mut self, shutdown: Shutdown) {
        let tick = self.core.config().tick;
        // The sources read at the tick; by a tenth of it later they have the answer.
        let mut ticks = interval_at(self.clock.began() + tick / 10, tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                () = shutdown.wait() => break,
                _ = ticks.tick() => self.round(true),
                () = settled_change(&mut self.scheduler) => self.round(false),
                Some(command) = self.commands.recv() => self.obey(command),
            }
        }
        self.scheduler.shutdown().await;
    }

    fn round(&mut self, is_tick: bool) {
        let began = Instant::now();
        let now = self.clock.now();
        let observation = self.observe();
        let decisions = if is_tick {
            self.ticks += 1;
            self.core.step(now, &observation)
        } else {
            self.core.fill(now, &observation)
        };
        let carried_out: Vec<Decision> =
            decisions.into_iter().filter(|decision| self.carry_out(decision)).collect();
        self.metrics.decided(&carried_out, began.elapsed());
        let moment = self.board.after(Round {
            now,
            tick: self.ticks,
            is_tick,
            core: &self.core,
            observation: &observation,
            deployments: self.scheduler.observe(),
            decisions: &carried_out,
        });
        self.metrics.show(&moment.state);
        self.moments.send_replace(Arc::new(moment));
    }

    fn observe(&self) -> Observation {
        let replicas = self.scheduler.observe().into_iter();
        Observation {
            replicas: replicas.map(|(name, status)| (name, status.replicas)).collect(),
            readings: self.sources.readings(),
        }
    }

    fn carry_out(&self, decision: &Decision) -> bool {
        match self.scheduler.scale(&decision.workload, decision.to) {
            Ok(()) => {
                tracing::info!("{}", decision.text);
                true
            }
            Err(error) => {
                tracing::error!("{} cannot be scaled: {error}", decision.workload);
                false
            }
        }
    }

    fn obey(&mut self, command: Command) {
        let Command { deployment, replicas, reply } = command;
        let done = self
            .fits(&deployment, replicas)
            .and_then(|()| self.scheduler.scale(&deployment, replicas));
        if done.is_ok() {
            tracing::info!("{deployment} set to {replicas} by hand");
        }
        // Whoever asked may have gone; what was asked is done all the same.
        let _ = reply.send(done);
        self.round(false);
    }

    /// A hand may not lead over the budget either.
    fn fits(&self, deployment: &str, replicas: u32) -> Result<(), ScaleError> {
        let config = self.core.config();
        let all: BTreeMap<String, Status> = self.scheduler.observe();
        let scaled = config.workloads.iter().filter_map(|w| Some((&w.name, all.get(&w.name)?)));
        let Some(desired) =
            scaled.clone().find(|(n, _)| *n == deployment).map(|(_, s)| s.replicas.desired)
        else {
            return Ok(());
        };
        let occupied: u32 = scaled.map(|(_, status)| status.replicas.occupied()).sum();
        let free = config.capacity.saturating_sub(occupied);
        if replicas <= desired + free {
            return Ok(());
        }
        Err(ScaleError::Refused(format!(
            "{deployment} is scaled by the engine and only {free} of {} slots are free; \
             at most {} are possible now",
            config.capacity,
            desired + free,
        )))
    }
}

/// Returns a moment after a change: several containers that stop for one reason stop together,
/// and what they leave free is given out at once, not one by one.
async fn settled_change(scheduler: &mut Scheduler) {
    scheduler.changed().await;
    tokio::time::sleep(SETTLE).await;
}

/// Sets the load that the audience finds when it looks first: when `opened` says so, else after
/// `latest`. Where somebody has made a load by then, that one stands.
pub async fn opening_load(
    handle: Handle,
    (deployment, replicas): (String, u32),
    opened: Arc<tokio::sync::Notify>,
    latest: Duration,
) {
    let _ = tokio::time::timeout(latest, opened.notified()).await;
    let by_hand = handle.moments.borrow().deployments.get(&deployment).map(|s| s.replicas.desired);
    if by_hand.is_some_and(|desired| desired > 0) {
        return;
    }
    if let Err(error) = handle.scale(&deployment, replicas).await {
        tracing::error!("the opening load cannot be set: {error}");
    }
}
