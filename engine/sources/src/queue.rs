//! A queue of the kit's own server, read over HTTP.

use std::sync::Arc;
use std::time::Duration;

use client::{Client, QueueStats, Workers};
use control::{QueueSample, Reading};
use model::{Clock, Leases, Look, Story, Told};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval_at};

use super::absent::Absent;
use super::patience::part_of;
use super::stories::Stories;
use super::streak::{News, Streak};

/// Reads one queue.
#[derive(Debug)]
pub struct QueueSource {
    client: Client,
    /// The same for what is asked behind a reading, and keeps that for a shorter time.
    quick: Client,
    name: String,
}

impl QueueSource {
    /// A source of the queue of this name, whose reads end before the next one is due.
    pub fn new(client: Client, name: String, tick: Duration) -> QueueSource {
        let quick = client.clone().with_timeout(part_of(tick, 0.3));
        QueueSource { client: client.with_timeout(tick.mul_f64(0.8)), quick, name }
    }

    /// The queue at this moment, or within 0.8 ticks what was wrong, in one line.
    ///
    /// # Errors
    /// Whatever keeps it from being known in full: no part of a reading is ever made up.
    pub async fn read(&self) -> Result<QueueStats, client::Error> {
        self.client.stats().await
    }

    /// Reads once a tick, until nobody looks any more.
    pub(super) async fn run(
        self,
        tick: Duration,
        clock: Clock,
        latest: watch::Sender<Option<Look>>,
        absent: Absent,
        told: mpsc::UnboundedSender<Story>,
    ) {
        let mut stories = Stories::default();
        let mut ticks = interval_at(clock.began(), tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut streak = Streak::default();
        while !latest.is_closed() {
            ticks.tick().await;
            // By the time of asking, so that a slow answer is as old as it is.
            let taken_at = clock.now();
            let read = self.read().await;
            absent.see(&self.name, read.as_ref());
            match streak.after(&self.name, read.as_ref()) {
                Some(News::Normal(line)) => tracing::info!("{line}"),
                Some(News::Wrong(line)) => tracing::warn!("{line}"),
                None => {}
            }
            // After a failure the last good reading stays, and grows old.
            if let Ok(stats) = read {
                let reading = Reading { sample: sample(&stats), taken_at };
                let lost = stats.dead_total + stats.expired_total;
                let ack_p90 = stats.ack_p90_s.and_then(|s| Duration::try_from_secs_f64(s).ok());
                let leases = self.leases(&stats).await;
                latest.send_replace(Some(Look { reading, lost, leases, ack_p90 }));
                if stories.are_due(&stats) {
                    self.tell(&mut stories, &told).await;
                }
            }
        }
    }

    /// Who holds leases, where the queue tells.
    async fn leases(&self, stats: &QueueStats) -> Told {
        match stats.busy_workers {
            None => Told::Nothing,
            Some(_) => match self.quick.workers().await {
                Ok(workers) => Told::Listed(Arc::new(leases(workers))),
                Err(_) => Told::Unread,
            },
        }
    }

    /// Tells the stories that have come to their end; after a failure they are asked for again.
    async fn tell(&self, stories: &mut Stories, told: &mpsc::UnboundedSender<Story>) {
        let Ok(list) = self.client.redelivered().await else { return };
        for story in stories.take(&list) {
            // Nobody listens any more where the engine is leaving.
            let _ = told.send(story);
        }
    }
}

/// Who holds leases, and who had some a while ago.
fn leases(all: Workers) -> Leases {
    let (busy, idle) = all.workers.into_iter().partition::<Vec<_>, _>(|it| it.leases > 0);
    let names = |some: Vec<client::Worker>| some.into_iter().map(|it| it.name).collect();
    Leases { busy: names(busy), idle: names(idle), nameless: all.nameless_leases }
}

fn sample(stats: &QueueStats) -> QueueSample {
    QueueSample {
        ready: stats.ready,
        in_flight: stats.in_flight,
        published_total: stats.published_total,
        acked_total: stats.acked_total,
        clock: stats.clock_s.and_then(|s| Duration::try_from_secs_f64(s).ok()),
    }
}
