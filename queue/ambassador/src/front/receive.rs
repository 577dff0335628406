//! Receiving: one receive of the upstream for each receive, with nothing fetched ahead.

use std::sync::Arc;
use std::time::Duration;

use broker::Request;
use client::{Error, Job, ReceiveOptions, WorkQueue};
use tokio::time::Instant;

use super::{Front, Handover};
use crate::table::{Gate, NewJob};
use crate::upstream::MARGIN;

/// The name of a worker that has given none, for upstreams that want one.
const NAMELESS: &str = "ambassador";

/// How a wait ended.
enum Round {
    Came(Handover),
    /// Whether the worker may receive must be asked again.
    Changed,
    /// The time is over, or the server shuts down.
    Over,
}

impl Front {
    /// Receives at most `request.max` messages. Waits for the first one up to `wait`, or until
    /// `enough` completes. If the returned future is dropped, no message is lost.
    ///
    /// # Errors
    /// When the upstream fails.
    pub async fn receive(
        self: &Arc<Self>,
        request: &Request,
        wait: Duration,
        enough: impl Future<Output = ()>,
    ) -> Result<Handover, Error> {
        let _waiting = Waiting::begin(self);
        let end = Instant::now() + wait;
        let worker = request.worker.as_ref();
        let mut asked = false;
        tokio::pin!(enough);
        let mut handover = loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no notification is missed.
            changed.as_mut().enable();
            let gate = self.call(|table, now| table.gate(now, worker));
            let round = match gate {
                // A wait that the retirement ends is answered, as is the next receive otherwise.
                Gate::Retired(first) if first || asked => Round::Over,
                Gate::Retired(_) | Gate::Paused => tokio::select! {
                    () = tokio::time::sleep_until(end) => Round::Over,
                    () = &mut enough => Round::Over,
                    () = changed => Round::Changed,
                },
                Gate::Open => tokio::select! {
                    // Messages that came are given, whatever else happened.
                    biased;
                    came = self.ask(request, end) => Round::Came(came?),
                    () = &mut enough => Round::Over,
                    () = changed => Round::Changed,
                },
            };
            asked = gate == Gate::Open;
            match round {
                Round::Came(handover) => break handover,
                Round::Over => break Handover::new(self.clone(), Vec::new()),
                Round::Changed => {}
            }
        };
        if handover.is_empty() {
            handover.retired = self.call(|table, now| {
                table.totals.receive_empty += 1;
                worker.is_some_and(|worker| table.is_retired(now, worker))
            });
        }
        Ok(handover)
    }

    /// Asks the upstream once. Between its answer and the handover there is no `await`: dropping
    /// this future there would lose the messages.
    async fn ask(self: &Arc<Self>, request: &Request, end: Instant) -> Result<Handover, Error> {
        let lease = request.lease.unwrap_or_else(|| self.lock().settings.lease);
        let options = ReceiveOptions {
            max: request.max as u32,
            wait: end.saturating_duration_since(Instant::now()),
            lease: lease + MARGIN,
            worker: request.worker.as_deref().unwrap_or(NAMELESS).to_owned(),
        };
        let given = self.heard(self.upstream.receive(&options).await)?;
        let jobs = given.jobs.into_iter().map(new_job).collect();
        let worker = request.worker.as_ref();
        let (deliveries, tasks) = self.call(|table, now| table.give(now, worker, lease, jobs));
        self.carry_out(tasks);
        Ok(Handover::new(self.clone(), deliveries))
    }
}

fn new_job(job: Job) -> NewJob {
    let Job { id, receipt, body, enqueued_at } = job;
    NewJob { id: id.into(), upstream: receipt.into(), body: body.into(), enqueued_at }
}

/// Counts a receive as waiting until it is dropped.
struct Waiting<'a>(&'a Front);

impl Waiting<'_> {
    fn begin(front: &Front) -> Waiting<'_> {
        front.lock().waiting += 1;
        Waiting(front)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.lock().waiting -= 1;
    }
}
