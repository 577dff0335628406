//! What all who look may know, and what of it is worth telling: a renewal each second is not, a
//! change is, once.

use std::mem::discriminant;
use std::time::Duration;

use super::elector::{Elector, RENEW_DEADLINE};
use super::lease::{HOLD, Problem};
use super::terms::Standing;

/// What all who look may know.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) elector: Elector,
    /// Why the last request failed, if it did.
    pub(super) problem: Option<Problem>,
}

/// The words of the apiserver may change while nothing else does; our own of a right mean another
/// one.
fn is_same(one: Option<&Problem>, other: Option<&Problem>) -> bool {
    match (one, other) {
        (Some(Problem::Forbidden(one)), Some(Problem::Forbidden(other))) => one == other,
        _ => one.map(discriminant) == other.map(discriminant),
    }
}

/// What someone who looks would see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    standing: Standing,
    held: bool,
    problem: Option<Problem>,
}

impl News {
    pub(super) fn of(view: &View, now: Duration) -> News {
        let standing = view.elector.standing(now);
        News { standing, held: view.elector.held(), problem: view.problem.clone() }
    }

    /// Logs what differs from `before`.
    pub(super) fn log_after(&self, before: &News) {
        if !is_same(self.problem.as_ref(), before.problem.as_ref()) {
            match &self.problem {
                Some(problem) => tracing::warn!("{problem}"),
                None => tracing::info!("the Lease can be read and written again"),
            }
        }
        if self.standing != before.standing {
            self.log_standing(&before.standing);
        }
        if self.held != before.held {
            let how = if self.held { "held" } else { "no longer held" };
            tracing::info!("all scaling is {how}, by the annotation {HOLD} of the Lease");
        }
    }

    fn log_standing(&self, before: &Standing) {
        if *before == Standing::Leader {
            tracing::warn!("this engine leads no more: {}", self.why_lost());
        }
        match &self.standing {
            Standing::Leader => tracing::info!("this engine leads"),
            Standing::Standby { leader: Some(leader) } => {
                tracing::info!("{leader} leads, this engine stands by");
            }
            Standing::Standby { leader: None } | Standing::Unknown => {}
        }
    }

    fn why_lost(&self) -> String {
        match (&self.standing, &self.problem) {
            (Standing::Standby { .. }, _) => "another one has taken the Lease".to_owned(),
            (_, Some(problem)) => {
                format!("no renewal for {} s: {problem}", RENEW_DEADLINE.as_secs())
            }
            (_, None) => format!("no renewal for {} s", RENEW_DEADLINE.as_secs()),
        }
    }
}
