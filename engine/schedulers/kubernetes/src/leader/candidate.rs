//! The task between the elector and the API server: it does what the one says, and tells it what
//! the other answered.

use std::time::Duration;

use model::Clock;
use service::Shutdown;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep_until;

use super::lease::{LeaseObject, Problem};
use super::news::{News, View};
use super::terms::{Answer, Observed, Standing, Step};

/// So often a wish is tried; another engine writes every two seconds at most.
const TRIES: u32 = 3;

/// What a person wants of the annotation that holds all scaling.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) hold: bool,
    pub(super) reply: oneshot::Sender<Result<(), Problem>>,
}

/// One candidate's task.
#[derive(Debug)]
pub(super) struct Candidate {
    lease: LeaseObject,
    own: View,
    shown: watch::Sender<View>,
    wishes: mpsc::UnboundedReceiver<Wish>,
    told: News,
    clock: Clock,
    shutdown: Shutdown,
    is_leaving: bool,
}

impl Candidate {
    pub(super) fn new(
        lease: LeaseObject,
        shown: watch::Sender<View>,
        wishes: mpsc::UnboundedReceiver<Wish>,
        clock: Clock,
        shutdown: Shutdown,
    ) -> Candidate {
        let own = shown.borrow().clone();
        let told = News::of(&own, clock.now());
        Candidate { lease, own, shown, wishes, told, clock, shutdown, is_leaving: false }
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
            Some(wish) = self.wishes.recv() => self.obey(wish).await,
        }
    }

    /// Writes a person's wish on the Lease; whoever leads goes by what is there. Where somebody has
    /// written it since it was read, it is read again first.
    async fn obey(&mut self, wish: Wish) {
        let mut written = Err(Problem::Left);
        for _ in 0..TRIES {
            let patience = self.own.elector.patience(self.clock.now());
            written = self.lease.hold(wish.hold, patience).await;
            if !matches!(written, Err(Problem::Conflict(_))) {
                break;
            }
            if let Ok(lease) = self.lease.read(patience).await {
                self.looked(lease);
            }
        }
        // Whoever asked may have gone.
        let _ = wish.reply.send(written.map(|lease| self.looked(lease)));
    }

    fn looked(&mut self, lease: Observed) {
        let now = self.clock.now();
        self.own.elector.looked(now, lease);
        self.show(now);
    }

    fn leave(&mut self) {
        let now = self.clock.now();
        if self.own.elector.standing(now) == Standing::Leader {
            tracing::info!("leaving, and giving the Lease back");
        }
        self.is_leaving = true;
        self.own.elector.leave(now);
    }

    fn hear(&mut self, answer: Result<Observed, Problem>) {
        let now = self.clock.now();
        let answer = match answer {
            Ok(lease) => {
                self.own.problem = None;
                Answer::Lease(lease)
            }
            // Normal where two write at once, so nothing that anyone should see.
            Err(Problem::Conflict(_)) => Answer::Conflict,
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
        let news = News::of(&self.own, now);
        let is_news = news != self.told;
        if is_news && !self.is_leaving {
            news.log_after(&self.told);
        }
        self.told = news;
        self.shown.send_if_modified(|shown| {
            *shown = self.own.clone();
            is_news
        });
    }
}
