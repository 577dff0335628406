//! A queue of the kit's own server, read over HTTP.

use std::time::Duration;

use client::{Client, QueueStats};
use control::{QueueSample, Reading};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval_at};

use super::Clock;

/// Reads one queue.
#[derive(Debug)]
pub struct QueueSource {
    client: Client,
    name: String,
    /// Whether the last read failed, so that a streak is told once.
    failing: bool,
}

impl QueueSource {
    /// A source of the queue of this name, whose reads end before the next one is due.
    pub fn new(client: Client, name: String, tick: Duration) -> QueueSource {
        QueueSource { client: client.with_timeout(tick.mul_f64(0.8)), name, failing: false }
    }

    /// Reads once a tick, until nobody looks any more.
    pub async fn run(
        mut self,
        tick: Duration,
        clock: Clock,
        latest: watch::Sender<Option<Reading>>,
    ) {
        let mut ticks = interval_at(clock.began(), tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !latest.is_closed() {
            ticks.tick().await;
            // By the time of asking, so that a slow answer is as old as it is.
            let taken_at = clock.now();
            match self.client.stats().await {
                Ok(stats) => {
                    self.works();
                    latest.send_replace(Some(Reading { sample: sample(&stats), taken_at }));
                }
                Err(error) => self.fails(&error),
            }
        }
    }

    fn works(&mut self) {
        if std::mem::take(&mut self.failing) {
            tracing::info!("queue {} can be read again", self.name);
        }
    }

    fn fails(&mut self, error: &client::Error) {
        let is_news = !std::mem::replace(&mut self.failing, true);
        match error {
            // Normal at a start: the first job or the first receiver makes the queue.
            client::Error::Unknown(_) if is_news => tracing::info!("waiting for {}", self.name),
            _ if is_news => tracing::warn!("queue {} cannot be read: {error}", self.name),
            _ => {}
        }
    }
}

fn sample(stats: &QueueStats) -> QueueSample {
    QueueSample {
        ready: stats.ready,
        in_flight: stats.in_flight,
        published_total: stats.published_total,
        acked_total: stats.acked_total,
    }
}
