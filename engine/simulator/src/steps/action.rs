//! A presenter's actions and their lasting effects.

use std::collections::BTreeMap;

use crate::Time;

/// An action of a presenter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Action {
    /// Sets the replicas of a producer.
    Load { producer: String, replicas: u32 },
    /// Adds many jobs at once.
    Burst { queue: String, jobs: u32 },
    /// Kills a container suddenly.
    Kill {
        /// The workload that loses a container, a busy one if there is one.
        workload: String,
    },
    /// Holds all scaling of our engine (true), or lets it scale again (false).
    Hold(bool),
    /// Makes a queue unreadable for a time; work goes on.
    Outage { queue: String, lasts: Time },
    /// Pauses a workload, or lets it be scaled again.
    Pause { workload: String, paused: bool },
    /// Makes a queue unreadable from now on (`on`), or readable again. Files do not have this
    /// action: if a key ends a step, the step's outage becomes two of these actions, `on` and off.
    Blind { queue: String, on: bool },
}

/// The lasting effects of all actions up to one step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Situation {
    /// Replicas, by producer.
    pub load: BTreeMap<String, u32>,
    /// Whether all scaling is held.
    pub held: bool,
    /// Whether a workload is paused, by name.
    pub paused: BTreeMap<String, bool>,
}

impl Situation {
    /// Takes in the lasting effect of an action; bursts, kills and outages have none.
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

    /// The actions that lead to this situation from any other.
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
    /// Whether the action's effect lasts until another action changes it.
    pub fn lasts(&self) -> bool {
        matches!(self, Action::Load { .. } | Action::Hold(_) | Action::Pause { .. })
    }
}
