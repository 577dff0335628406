//! Leases end, and upstream leases are renewed, as time passes.

use broker::workers::End;
use broker::{ReturnReason, Time};

use super::{Table, Task};

impl Table {
    /// The next time when a lease ends or must be renewed, or a retirement is over.
    pub fn next_deadline(&self) -> Option<Time> {
        let timer = self.timers.first().map(|(at, _)| *at);
        timer.into_iter().chain(self.retired.next_deadline()).min()
    }

    /// Ends and renews what is due at `now`. Returns what must be done at the upstream.
    pub fn advance(&mut self, now: Time) -> Vec<Task> {
        let mut tasks = Vec::new();
        while let Some(&(at, number)) = self.timers.first()
            && at <= now
        {
            self.timers.pop_first();
            tasks.extend(self.due(now, number));
        }
        self.end_retirements(now);
        tasks
    }

    /// Whether a retirement has ended since the last call, so that its worker may receive again.
    pub fn has_freed(&mut self, now: Time) -> bool {
        self.end_retirements(now);
        std::mem::take(&mut self.freed)
    }

    pub(super) fn end_retirements(&mut self, now: Time) {
        self.freed |= self.retired.next_deadline().is_some_and(|at| at <= now);
        self.retired.advance(now);
    }

    fn due(&mut self, now: Time, number: u64) -> Option<Task> {
        let held = self.held.get(&number)?;
        let until = held.lease.until;
        if until > now {
            let (upstream, next) = (held.upstream.clone(), self.next_look(now, until));
            self.held.get_mut(&number)?.next = next;
            self.timers.insert((next, number));
            return Some(Task::Renew { number, upstream, lease: until - now });
        }
        if held.calls > 0 {
            // When the call has ended, `abandoned` puts the timer back.
            return None;
        }
        if let Some(dead) = self.dead(held, ReturnReason::LeaseExpired) {
            // Remembered with its attempts: should it come again, it is given up again.
            let held = self.take(now, number, End::Failed)?;
            self.messages.went_back(&held.id, |_| {});
            self.totals.came_back(ReturnReason::LeaseExpired);
            return Some(Task::Bury(dead));
        }
        let held = self.take(now, number, End::Failed)?;
        let upstream = held.upstream.clone();
        self.came_back(held, ReturnReason::LeaseExpired, None);
        Some(Task::HandBack { upstream })
    }

    /// When to look at a delivery again whose lease ends at `until`.
    pub(super) fn next_look(&self, now: Time, until: Time) -> Time {
        let renewal = self.habits.renew_every.map(|every| now.saturating_add(every));
        renewal.into_iter().chain([until]).min().unwrap_or(until)
    }
}
