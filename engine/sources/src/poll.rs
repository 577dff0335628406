//! Reads a source once per interval, in its own task, while a workload follows the source.

use std::time::Duration;

use control::Followed;
use model::{Clock, MetricSource, QueueReading, RecoveredJob};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval_at};

use super::missing::Missing;
use super::read_history::{ReadHistory, Transition};

/// A source that is read once per interval, and the channels for its results.
#[derive(Debug)]
pub(super) struct Poll {
    pub(super) followed: Followed,
    pub(super) source: Box<dyn MetricSource>,
    pub(super) latest: watch::Sender<Option<QueueReading>>,
    pub(super) missing: Missing,
    pub(super) recovered: mpsc::UnboundedSender<RecoveredJob>,
}

impl Poll {
    /// Reads the source until the receiver of `latest` is dropped.
    pub(super) async fn run(mut self, interval: Duration, clock: Clock) {
        let mut ticks = interval_at(clock.began(), interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (called, mut streak) = (self.followed.to_string(), ReadHistory::default());
        while !self.latest.is_closed() {
            ticks.tick().await;
            // A reading is dated by its request, so a slow answer counts as old.
            let read = self.source.read(clock.now()).await;
            if self.latest.is_closed() {
                // It is not followed any more, so its failure is no news.
                return;
            }
            self.missing.see(&self.followed, read.as_ref());
            match streak.after(&called, read.as_ref()) {
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
