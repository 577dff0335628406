//! What only the presenter sees: the notes of all steps, and how long the talk takes.

use serde::Serialize;
use simulator::steps::Step;

/// A scenario that is played, as the presenter sees it. Never part of a snapshot, because others
/// may read those, and recordings keep them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Talk {
    /// The scenario's name.
    pub name: String,
    /// The number of the present step, from 1; 0 before the first step.
    pub step: usize,
    /// Seconds since the first step began; null before it.
    pub elapsed_s: Option<f64>,
    /// Seconds since the present step began; null before the first step.
    pub step_elapsed_s: Option<f64>,
    /// All steps, in their order.
    pub steps: Vec<TalkStep>,
}

/// A step, as the presenter sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TalkStep {
    /// What the audience reads.
    pub caption: String,
    /// What the presenter wants to say; empty if the scenario has no notes for the step.
    pub notes: String,
    /// Planned seconds.
    pub plan_s: f64,
}

impl TalkStep {
    pub(super) fn of(step: &Step) -> TalkStep {
        TalkStep {
            caption: step.caption.clone(),
            notes: step.notes.trim().to_owned(),
            plan_s: step.planned().as_secs_f64(),
        }
    }
}
