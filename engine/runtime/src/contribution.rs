//! What others than the loop add to each snapshot. The loop passes it on unread.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// A part of each snapshot. It is woken for by [`Command::Show`](crate::control_loop::Command::Show).
pub trait Contribution: fmt::Debug + Send + Sync {
    /// Its keys at `now`, in the state and in the stream; null where a value is not known.
    fn keys(&self, now: Duration) -> Vec<(&'static str, Value)>;

    /// What a page is told besides when it begins to listen.
    fn first(&self) -> Option<(&'static str, Value)> {
        None
    }

    /// What has come since the last call, oldest first. Each value is told once, in a frame's list
    /// of this name.
    fn fresh(&self) -> Option<(&'static str, Vec<Value>)> {
        None
    }

    /// All begins anew.
    fn begin_anew(&self) {}
}

/// All contributions.
#[derive(Debug, Clone, Default)]
pub struct Contributions(Arc<[Arc<dyn Contribution>]>);

/// What is contributed to one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contributed {
    /// Keys and their values.
    pub keys: BTreeMap<&'static str, Value>,
    /// What has come since the moment before, by the name of its list.
    pub fresh: Vec<(&'static str, Vec<Value>)>,
}

impl Contributions {
    /// These.
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

    /// What a page is told when it begins to listen.
    pub fn first(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.0.iter().filter_map(|it| it.first())
    }

    /// All begins anew.
    pub fn begin_anew(&self) {
        self.0.iter().for_each(|it| it.begin_anew());
    }
}
