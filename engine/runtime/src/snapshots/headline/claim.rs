//! A claim: one sentence of the headline, as values.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cause::Cause;
use super::condition::Condition;
use super::moved::Moved;

/// The rank of a changed count, to compare with `Condition::rank`. Causes are always shown.
pub(super) const MOVES: u8 = 4;

/// One sentence of the headline. Its JSON has a `kind` and the values that the sentence needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Claim {
    /// What somebody did, or an accident.
    Happened(Cause),
    /// The present state of queues and workers.
    Stands(Condition),
    /// A changed count.
    Moved(Moved),
}

impl Claim {
    /// A smaller rank is more important.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Claim::Stands(condition) => condition.rank(),
            Claim::Moved(_) => MOVES,
            Claim::Happened(_) => u8::MAX,
        }
    }

    /// Whether the claim has no sentence, because the claim after it says the same.
    pub(super) fn is_silent(&self) -> bool {
        *self == Claim::Happened(Cause::Held)
    }

    /// The claim as an English sentence.
    pub(super) fn text(&self) -> String {
        match self {
            Claim::Happened(cause) => cause.text(),
            Claim::Moved(moved) => moved.text(),
            Claim::Stands(condition) => condition.text(),
        }
    }
}

/// The claims as JSON; null if there are none.
pub fn json(claims: &[Claim]) -> Value {
    if claims.is_empty() { Value::Null } else { json!(claims) }
}

/// The claims as an English headline.
pub fn text(claims: &[Claim]) -> String {
    claims.iter().map(Claim::text).collect::<Vec<_>>().join(" ")
}
