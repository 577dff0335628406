//! Who holds leases of a queue, as it was told.

use std::collections::BTreeSet;
use std::sync::Arc;

use client::Workers;

/// Who holds leases of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leases {
    /// Workers with a lease, by name.
    pub busy: BTreeSet<String>,
    /// Workers that had one a while ago, by name.
    pub idle: BTreeSet<String>,
    /// Leases of which nobody knows whose they are.
    pub nameless: u64,
}

/// What a queue tells of its workers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Told {
    /// It tells nothing of them.
    #[default]
    Nothing,
    /// It does, but could not be asked this time.
    Unread,
    /// These.
    Listed(Arc<Leases>),
}

impl Told {
    /// The workers, where they are known.
    pub fn listed(&self) -> Option<&Leases> {
        match self {
            Told::Listed(leases) => Some(leases),
            Told::Nothing | Told::Unread => None,
        }
    }
}

impl From<Workers> for Leases {
    fn from(all: Workers) -> Leases {
        let (busy, idle) = all.workers.into_iter().partition::<Vec<_>, _>(|it| it.leases > 0);
        let names = |some: Vec<client::Worker>| some.into_iter().map(|it| it.name).collect();
        Leases { busy: names(busy), idle: names(idle), nameless: all.nameless_leases }
    }
}
