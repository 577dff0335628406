//! Values that parts outside the control loop add to each snapshot. The loop never reads them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// Adds values to snapshots; [`crate::control_loop::Command::Show`] publishes changed ones at once.
pub trait Contribution: fmt::Debug + Send + Sync {
    /// The keys and values for the state and the stream at `now`; null where a value is unknown.
    fn keys(&self, now: Duration) -> Vec<(&'static str, Value)>;

    /// A value that a page gets only when it connects to the stream.
    fn first(&self) -> Option<(&'static str, Value)> {
        None
    }

    /// The name of a list, and its new values since `fresh` was last called, oldest first. Each
    /// value is sent to the pages once.
    fn fresh(&self) -> Option<(&'static str, Vec<Value>)> {
        None
    }

    /// Starts the contribution again from second 0; called at a reset.
    fn begin_anew(&self) {}
}

/// All contributions.
#[derive(Debug, Clone, Default)]
pub struct Contributions(Arc<[Arc<dyn Contribution>]>);

/// The values that are added to one snapshot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contributed {
    /// Values by key.
    pub keys: BTreeMap<&'static str, Value>,
    /// New values since the previous snapshot, by the name of their list.
    pub fresh: Vec<(&'static str, Vec<Value>)>,
}

impl Contributions {
    /// Bundles these contributions, in this order.
    pub fn new(all: Vec<Arc<dyn Contribution>>) -> Contributions {
        Contributions(all.into())
    }

    /// The values to add to a snapshot at `now`.
    pub fn at(&self, now: Duration) -> Contributed {
        Contributed {
            keys: self.0.iter().flat_map(|it| it.keys(now)).collect(),
            fresh: self.0.iter().filter_map(|it| it.fresh()).collect(),
        }
    }

    /// The values that a page gets only when it connects to the stream.
    pub fn first(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.0.iter().filter_map(|it| it.first())
    }

    /// Starts all contributions again; called at a reset.
    pub fn begin_anew(&self) {
        self.0.iter().for_each(|it| it.begin_anew());
    }
}
