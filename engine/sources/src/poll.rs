//! Reads a source once per tick, in its own task, while a workload follows the source.

use std::time::Duration;

use model::{Clock, MetricSource, QueueReading, RecoveredJob};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval_at};

use super::absent::Absent;
use super::read_history::{ReadHistory, Transition};

/// A source that is read once per tick, and the channels for its results.
#[derive(Debug)]
pub(super) struct Poll {
    /// The source's name, as the annotations of the workloads that follow it spell it.
    pub(super) name: String,
    pub(super) source: Box<dyn MetricSource>,
    pub(super) latest: watch::Sender<Option<QueueReading>>,
    pub(super) absent: Absent,
    pub(super) recovered: mpsc::UnboundedSender<RecoveredJob>,
}

impl Poll {
    /// Reads the source until the receiver of `latest` is dropped.
    pub(super) async fn run(mut self, tick: Duration, clock: Clock) {
        let mut ticks = interval_at(clock.began(), tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut streak = ReadHistory::default();
        while !self.latest.is_closed() {
            ticks.tick().await;
            // A reading is dated by its request, so a slow answer counts as old.
            let read = self.source.read(clock.now()).await;
            self.absent.see(&self.name, read.as_ref());
            match streak.after(&self.name, read.as_ref()) {
                Some(Transition::Normal(line)) => tracing::info!("{line}"),
                Some(Transition::Failing(line)) => tracing::warn!("{line}"),
                None => {}
            }
            // After a failed read, the last good reading stays and becomes stale.
            let Ok(look) = read else { continue };
            self.latest.send_replace(Some(look));
            for story in self.source.stories().await {
                // Sending fails only during the engine's shutdown.
                let _ = self.recovered.send(story);
            }
        }
    }
}
