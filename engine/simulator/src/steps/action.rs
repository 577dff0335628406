//! What a presenter does, and what lasts of it.

use std::collections::BTreeMap;

use crate::Time;

/// One thing that a presenter does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A producer has so many replicas from now on.
    Load {
        /// Its name.
        producer: String,
        /// How many.
        replicas: u32,
    },
    /// Many jobs at once.
    Burst {
        /// Where they go.
        queue: String,
        /// How many.
        jobs: u32,
    },
    /// A container dies without a word.
    Kill {
        /// Of which workload; one at work where there is one.
        workload: String,
    },
    /// From now on our engine looks on, or it scales again.
    Hold(bool),
    /// A queue cannot be read; work goes on.
    Outage {
        /// Which.
        queue: String,
        /// For how long.
        lasts: Time,
    },
    /// From now on a workload keeps what it has, or it is scaled again.
    Pause {
        /// Which.
        workload: String,
        /// Whether it keeps.
        paused: bool,
    },
    /// From now on a queue cannot be read, or it can again. No file has that: an outage is made of
    /// it where a presenter may go on sooner or later than the clock.
    Blind {
        /// Which.
        queue: String,
        /// Whether it cannot.
        on: bool,
    },
}

/// What lasts of all that was done up to a step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Situation {
    /// Replicas, by producer.
    pub load: BTreeMap<String, u32>,
    /// Whether our engine looks on.
    pub held: bool,
    /// Whether a workload keeps what it has, by its name.
    pub paused: BTreeMap<String, bool>,
}

impl Situation {
    /// Takes in what an action leaves behind; bursts, deaths and outages pass by themselves.
    pub fn take(&mut self, action: &Action) {
        match action {
            Action::Load { producer, replicas } => {
                self.load.insert(producer.clone(), *replicas);
            }
            Action::Hold(held) => self.held = *held,
            Action::Pause { workload, paused } => {
                self.paused.insert(workload.clone(), *paused);
            }
            Action::Burst { .. }
            | Action::Kill { .. }
            | Action::Outage { .. }
            | Action::Blind { .. } => {}
        }
    }

    /// The actions that make it, whatever was before.
    pub fn actions(&self) -> Vec<Action> {
        let load = self.load.iter().map(|(producer, replicas)| Action::Load {
            producer: producer.clone(),
            replicas: *replicas,
        });
        let paused = self.paused.iter().map(|(workload, paused)| Action::Pause {
            workload: workload.clone(),
            paused: *paused,
        });
        [Action::Hold(self.held)].into_iter().chain(paused).chain(load).collect()
    }
}

impl Action {
    /// Whether something of it stays until another action.
    pub fn lasts(&self) -> bool {
        matches!(self, Action::Load { .. } | Action::Hold(_) | Action::Pause { .. })
    }
}
