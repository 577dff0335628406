//! The task that carries out the elector's steps at the API server and passes the answers to the
//! elector.

use std::time::Duration;

use model::Clock;
use service::Shutdown;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep_until;

use super::lease::{LeaseError, LeaseObject};
use super::status::{LeaderStatus, View};
use super::terms::{Answer, LeaderState, Observed, Step};

/// How often the engine tries to write a hold. Conflicts are rare: the leader writes once a second.
const TRIES: u32 = 3;

/// A request to hold all scaling, or to resume it.
#[derive(Debug)]
pub(super) struct HoldRequest {
    pub(super) hold: bool,
    pub(super) reply: oneshot::Sender<Result<(), LeaseError>>,
}

#[derive(Debug)]
pub(super) struct Candidate {
    lease: LeaseObject,
    own: View,
    shown: watch::Sender<View>,
    requests: mpsc::UnboundedReceiver<HoldRequest>,
    last_shown: LeaderStatus,
    clock: Clock,
    shutdown: Shutdown,
    is_leaving: bool,
}

impl Candidate {
    pub(super) fn new(
        lease: LeaseObject,
        shown: watch::Sender<View>,
        requests: mpsc::UnboundedReceiver<HoldRequest>,
        clock: Clock,
        shutdown: Shutdown,
    ) -> Candidate {
        let own = shown.borrow().clone();
        let last_shown = LeaderStatus::of(&own, clock.now());
        Candidate { lease, own, shown, requests, last_shown, clock, shutdown, is_leaving: false }
    }

    /// Competes for the Lease until the shutdown, and then gives it back.
    pub(super) async fn run(mut self) {
        loop {
            if self.shutdown.is_set() {
                self.leave();
            }
            let now = self.clock.now();
            let step = self.own.elector.next(now);
            let patience = self.own.elector.patience(now);
            // The status can change without a request, too: a leadership ends at its deadline.
            self.show(now);
            match step {
                Step::Read => {
                    let answer = self.lease.read(patience).await;
                    self.hear(answer);
                }
                Step::Write(claim) => {
                    let answer = self.lease.write(&claim, patience).await;
                    self.hear(answer);
                }
                Step::Wait(until) => self.wait(until).await,
                Step::Left => return,
            }
        }
    }

    async fn wait(&mut self, until: Duration) {
        let end = sleep_until(self.clock.began() + until);
        if self.is_leaving {
            return end.await;
        }
        tokio::select! {
            () = end => {}
            () = self.shutdown.wait() => self.leave(),
            Some(request) = self.requests.recv() => self.write_hold(request).await,
        }
    }

    /// Writes a hold to the Lease, where the leader reads it. After a conflict, reads the Lease
    /// again and retries.
    async fn write_hold(&mut self, request: HoldRequest) {
        let mut written = Err(LeaseError::Left);
        for _ in 0..TRIES {
            let patience = self.own.elector.patience(self.clock.now());
            written = self.lease.hold(request.hold, patience).await;
            if !matches!(written, Err(LeaseError::Conflict(_))) {
                break;
            }
            if let Ok(lease) = self.lease.read(patience).await {
                self.looked(lease);
            }
        }
        // Sending fails if the caller no longer waits.
        let _ = request.reply.send(written.map(|lease| self.looked(lease)));
    }

    fn looked(&mut self, lease: Observed) {
        let now = self.clock.now();
        self.own.elector.looked(now, lease);
        self.show(now);
    }

    fn leave(&mut self) {
        let now = self.clock.now();
        if self.own.elector.leader_state(now) == LeaderState::Leader {
            tracing::info!("shutting down; giving the Lease back");
        }
        self.is_leaving = true;
        self.own.elector.leave(now);
    }

    fn hear(&mut self, answer: Result<Observed, LeaseError>) {
        let now = self.clock.now();
        let answer = match answer {
            Ok(lease) => {
                self.own.problem = None;
                Answer::Lease(lease)
            }
            // A conflict is normal if two engines write at the same time, so it is not reported.
            Err(LeaseError::Conflict(_)) => Answer::Conflict,
            Err(problem) => {
                self.own.problem = Some(problem);
                Answer::Failed
            }
        };
        self.own.elector.heard(now, answer);
        self.show(now);
    }

    /// Publishes the state. Wakes the readers, and logs, only if the status has changed.
    fn show(&mut self, now: Duration) {
        let status = LeaderStatus::of(&self.own, now);
        let is_new = status != self.last_shown;
        if is_new && !self.is_leaving {
            status.log_after(&self.last_shown);
        }
        self.last_shown = status;
        self.shown.send_if_modified(|shown| {
            *shown = self.own.clone();
            is_new
        });
    }
}
