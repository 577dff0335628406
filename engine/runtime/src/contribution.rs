//! What parts outside the loop add to each snapshot. The loop passes it on unread.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// A part of each snapshot. [`Command::Show`](crate::control_loop::Command::Show) asks for a round.
pub trait Contribution: fmt::Debug + Send + Sync {
    /// Its keys in the state and in the stream at `now`; null where a value is unknown.
    fn keys(&self, now: Duration) -> Vec<(&'static str, Value)>;

    /// A value that a page gets only when it begins to listen.
    fn first(&self) -> Option<(&'static str, Value)> {
        None
    }

    /// The values since the last call, oldest first. Each is sent once, in a frame's list of this
    /// name.
    fn fresh(&self) -> Option<(&'static str, Vec<Value>)> {
        None
    }

    /// Called at a reset.
    fn begin_anew(&self) {}
}

/// All contributions.
#[derive(Debug, Clone, Default)]
pub struct Contributions(Arc<[Arc<dyn Contribution>]>);

/// What is contributed to one snapshot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contributed {
    /// Values by key.
    pub keys: BTreeMap<&'static str, Value>,
    /// The values since the previous snapshot, by the name of their list.
    pub fresh: Vec<(&'static str, Vec<Value>)>,
}

impl Contributions {
    /// These contributions, in this order.
    pub fn new(all: Vec<Arc<dyn Contribution>>) -> Contributions {
        Contributions(all.into())
    }

    /// What is contributed at `now`.
    pub fn at(&self, now: Duration) -> Contributed {
        Contributed {
            keys: self.0.iter().flat_map(|it| it.keys(now)).collect(),
            fresh: self.0.iter().filter_map(|it| it.fresh()).collect(),
        }
    }

    /// What a page gets when it begins to listen.
    pub fn first(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.0.iter().filter_map(|it| it.first())
    }

    /// Tells all contributions of a reset.
    pub fn begin_anew(&self) {
        self.0.iter().for_each(|it| it.begin_anew());
    }
}
