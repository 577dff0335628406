//! Reads a source once a tick, in a task of its own, as long as a workload follows it.

use std::time::Duration;

use model::{Clock, MetricSource, QueueReading, RecoveredJob};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval_at};

use super::absent::Absent;
use super::read_history::{ReadHistory, Transition};

/// A source that is read once a tick, and where the results go.
#[derive(Debug)]
pub(super) struct Poll {
    /// The name in the annotations of workloads that follow the source.
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
            // A reading has the time of its request, so a slow answer counts as old.
            let read = self.source.read(clock.now()).await;
            self.absent.see(&self.name, read.as_ref());
            match streak.after(&self.name, read.as_ref()) {
                Some(Transition::Normal(line)) => tracing::info!("{line}"),
                Some(Transition::Failing(line)) => tracing::warn!("{line}"),
                None => {}
            }
            // After a failed read the last good reading stays, and becomes stale.
            let Ok(look) = read else { continue };
            self.latest.send_replace(Some(look));
            for story in self.source.stories().await {
                // Sending fails only while the engine shuts down.
                let _ = self.recovered.send(story);
            }
        }
    }
}
