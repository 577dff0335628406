//! The task between the elector and the API server: it does what the one says, and tells it what
//! the other answered.

use std::time::Duration;

use model::Clock;
use service::Shutdown;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep_until;

use super::lease::{LeaseError, LeaseObject};
use super::status::{LeaderStatus, View};
use super::terms::{Answer, LeaderState, Observed, Step};

/// So often a wish is tried; another engine writes every two seconds at most.
const TRIES: u32 = 3;

/// What a person wants of the annotation that holds all scaling.
#[derive(Debug)]
pub(super) struct HoldRequest {
    pub(super) hold: bool,
    pub(super) reply: oneshot::Sender<Result<(), LeaseError>>,
}

/// One candidate's task.
#[derive(Debug)]
pub(super) struct Candidate {
    lease: LeaseObject,
    own: View,
    shown: watch::Sender<View>,
    requests: mpsc::UnboundedReceiver<HoldRequest>,
    told: LeaderStatus,
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
        let told = LeaderStatus::of(&own, clock.now());
        Candidate { lease, own, shown, requests, told, clock, shutdown, is_leaving: false }
    }

    /// Stands for leader until it is time to leave; then gives the Lease back.
    pub(super) async fn run(mut self) {
        loop {
            if self.shutdown.is_set() {
                self.leave();
            }
            let now = self.clock.now();
            let step = self.own.elector.next(now);
            let patience = self.own.elector.patience(now);
            // Time alone may have ended the leadership.
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
            Some(request) = self.requests.recv() => self.obey(request).await,
        }
    }

    /// Writes a person's wish on the Lease; whoever leads goes by what is there. Where somebody has
    /// written it since it was read, it is read again first.
    async fn obey(&mut self, request: HoldRequest) {
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
        // Whoever asked may have gone.
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
            tracing::info!("leaving, and giving the Lease back");
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
            // Normal where two write at once, so nothing that anyone should see.
            Err(LeaseError::Conflict(_)) => Answer::Conflict,
            Err(problem) => {
                self.own.problem = Some(problem);
                Answer::Failed
            }
        };
        self.own.elector.heard(now, answer);
        self.show(now);
    }

    /// Lets all see what is; wakes and logs only where that differs from what was told last.
    fn show(&mut self, now: Duration) {
        let status = LeaderStatus::of(&self.own, now);
        let is_new = status != self.told;
        if is_new && !self.is_leaving {
            status.log_after(&self.told);
        }
        self.told = status;
        self.shown.send_if_modified(|shown| {
            *shown = self.own.clone();
            is_new
        });
    }
}
