//! The rules of Kubernetes' own leader election. The elector takes the contents of a Lease and
//! returns the next step. It reads no clock and does no I/O.
//!
//! Two rules prevent two engines from acting at the same time, even if their nodes' clocks differ:
//! - the leader stops [`RENEW_DEADLINE`] after **sending** its last successful renewal;
//! - another candidate takes a Lease only after it has seen the Lease unchanged for [`LEASE`], by
//!   its own clock, and only if the Lease is still unchanged when the write arrives.
//!
//! A renewal is sent before others see it, so the old leader stops before a new leader may start.
//! Between these two times, the old leader's requests that are still under way can end.

use std::time::Duration;

use super::terms::{Answer, Claim, LeaderState, Observed, Record, Step};

/// How long a candidate must see another candidate's Lease unchanged before it can take the Lease.
pub const LEASE: Duration = Duration::from_secs(6);
/// How long a leader may write after sending its last successful renewal.
pub const RENEW_DEADLINE: Duration = Duration::from_secs(4);
/// The time from the start of one request to the start of the next.
pub const RETRY: Duration = Duration::from_secs(1);
/// The longest time to wait for one answer.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// The time limit for giving the Lease back.
pub const FAREWELL: Duration = Duration::from_secs(1);
/// The pause after a conflict. It can be short, because the other client's write is already done.
const AFTER_CONFLICT: Duration = Duration::from_millis(100);

/// The state of one candidate. All times are by its own monotonic clock.
#[derive(Debug, Clone, Default)]
pub struct Elector {
    identity: String,
    /// The Lease that the next write is based on; `None` if it must be read first.
    known: Option<Observed>,
    /// The record last seen in the Lease. It is kept when a request fails.
    record: Option<Record>,
    held: bool,
    /// When `record` was first seen.
    unchanged_since: Duration,
    /// When `record` was last seen.
    seen_at: Option<Duration>,
    /// When the last successful renewal was sent; `None` once that renewal has expired.
    renewed: Option<Duration>,
    /// When this candidate became the leader; `None` while it does not lead.
    since: Option<Duration>,
    /// When the last request was sent, and whether it was a write.
    sent: Duration,
    wrote: bool,
    next_at: Duration,
    leave_by: Option<Duration>,
}

impl Elector {
    /// A candidate with this identity, which no other living candidate may have.
    pub fn new(identity: String) -> Elector {
        Elector { identity, ..Elector::default() }
    }

    /// Whether the engine may send a write at this time.
    pub fn may_write(&self, now: Duration) -> bool {
        self.leave_by.is_none() && self.writes_until().is_some_and(|end| now < end)
    }

    /// This candidate's state at this time.
    pub fn leader_state(&self, now: Duration) -> LeaderState {
        if self.may_write(now) {
            return LeaderState::Leader;
        }
        match &self.record {
            Some(record) if self.seen_at.is_some_and(|seen| now < seen + LEASE) => {
                if self.is_mine(record) {
                    // This candidate could not renew its Lease in time, or held it before a
                    // restart.
                    return LeaderState::Unknown;
                }
                LeaderState::Standby { leader: record.holder.clone() }
            }
            _ => LeaderState::Unknown,
        }
    }

    /// Whether a person holds all scaling, as last read from the Lease.
    pub fn held(&self) -> bool {
        self.held
    }

    /// When this candidate's present leadership began; `None` while it does not lead.
    pub fn since(&self, now: Duration) -> Option<Duration> {
        self.since.filter(|_| self.may_write(now))
    }

    /// How long to wait for the answer to a request that is sent now. A leader waits at most until
    /// its deadline, so that it then notices the loss of the Lease.
    pub fn patience(&self, now: Duration) -> Duration {
        let ends = [self.writes_until(), self.leave_by].into_iter().flatten();
        ends.map(|end| end.saturating_sub(now)).fold(PATIENCE, Duration::min)
    }

    /// Returns the next step. If it is a request, send it at `now`, and pass its answer to
    /// [`Self::heard`] before the next call.
    pub fn next(&mut self, now: Duration) -> Step {
        self.lapse(now);
        if let Some(by) = self.leave_by {
            return self.next_of_leaving(now, by);
        }
        if now < self.next_at {
            let end = self.writes_until().unwrap_or(self.next_at);
            return Step::Wait(self.next_at.min(end));
        }
        match self.known.clone() {
            Some(lease) if self.can_take(&lease.record, now) => self.claim(now, &lease),
            _ => self.send(now, Step::Read),
        }
    }

    /// Takes the answer to the last request.
    pub fn heard(&mut self, now: Duration, answer: Answer) {
        self.lapse(now);
        self.known = None;
        self.next_at = self.sent + RETRY;
        match answer {
            Answer::Lease(lease) => self.see(now, lease),
            Answer::Conflict => self.next_at = now + AFTER_CONFLICT,
            Answer::Failed => {}
        }
    }

    /// Takes a Lease that was read or written outside of the steps of [`Self::next`]. The next
    /// write is based on this Lease, but the Lease does not count as renewed.
    pub fn looked(&mut self, now: Duration, lease: Observed) {
        self.lapse(now);
        self.wrote = false;
        self.see(now, lease);
    }

    /// Stops acting, and gives the Lease back if this candidate still holds it, so that another
    /// engine can act at once. Further calls do nothing.
    pub fn leave(&mut self, now: Duration) {
        if self.leave_by.is_none() {
            self.leave_by = Some(now + FAREWELL);
            self.step_down();
            self.next_at = now;
        }
    }

    fn writes_until(&self) -> Option<Duration> {
        self.renewed.map(|sent| sent + RENEW_DEADLINE)
    }

    /// Ends the leadership if its deadline has passed.
    fn lapse(&mut self, now: Duration) {
        if self.writes_until().is_some_and(|end| now >= end) {
            self.step_down();
        }
    }

    fn step_down(&mut self) {
        self.renewed = None;
        self.since = None;
    }

    fn see(&mut self, now: Duration, lease: Observed) {
        self.seen_at = Some(now);
        self.held = lease.held;
        if self.record.as_ref() != Some(&lease.record) {
            // The Lease changed before `now`, so a count from `now` never expires too early.
            self.unchanged_since = now;
            self.record = Some(lease.record.clone());
        }
        let is_mine = self.is_mine(&lease.record);
        let is_renewed = is_mine && self.wrote;
        if !is_mine {
            self.step_down();
        } else if is_renewed && self.leave_by.is_none() {
            self.renewed = Some(self.sent);
            self.since.get_or_insert(now);
        }
        if self.leave_by.is_some() || self.can_take(&lease.record, now) && !is_renewed {
            self.next_at = now;
        } else if !is_mine {
            self.next_at = self.next_at.min(self.unchanged_since + LEASE);
        }
        self.known = Some(lease);
    }

    fn is_mine(&self, record: &Record) -> bool {
        record.holder.as_ref() == Some(&self.identity)
    }

    /// Whether this candidate may take the Lease: its own, one without a holder, or an expired one.
    fn can_take(&self, record: &Record, now: Duration) -> bool {
        let is_expired = now >= self.unchanged_since + LEASE;
        self.is_mine(record) || record.holder.is_none() || is_expired
    }

    fn claim(&mut self, now: Duration, lease: &Observed) -> Step {
        let is_new = !self.is_mine(&lease.record);
        let claim = Claim {
            holder: Some(self.identity.clone()),
            transitions: lease.record.transitions.saturating_add(is_new.into()),
            is_new,
            version: lease.version.clone(),
        };
        self.send(now, Step::Write(claim))
    }

    fn next_of_leaving(&mut self, now: Duration, by: Duration) -> Step {
        if now >= by {
            return Step::Left;
        }
        if now < self.next_at {
            return Step::Wait(self.next_at.min(by));
        }
        match self.known.clone() {
            None => self.send(now, Step::Read),
            Some(lease) if self.is_mine(&lease.record) => {
                let Observed { record, version, .. } = lease;
                let transitions = record.transitions;
                let claim = Claim { holder: None, transitions, is_new: false, version };
                self.send(now, Step::Write(claim))
            }
            Some(_) => Step::Left,
        }
    }

    fn send(&mut self, now: Duration, step: Step) -> Step {
        self.sent = now;
        self.wrote = matches!(step, Step::Write(_));
        step
    }
}
