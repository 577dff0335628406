//! A presenter's steps. The simulator plays them by the clock; a running engine plays them by the
//! clock or at key presses.
//!
//! # Layout
//! - [`Step`] and [`Action`]: what happens; `keys` reads the actions
//! - [`Situation`]: the lasting effects of all actions so far, for a jump to an earlier step

mod action;
mod keys;

pub use action::{Action, Situation};

use serde::Deserialize;

use crate::Time;
use crate::span::{some_time, time};

/// A Deployment that puts jobs on a queue; the steps set its replicas.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Producer {
    /// The Deployment's name.
    pub name: String,
    /// The queue that gets its jobs.
    pub queue: String,
    /// Jobs per second of each replica.
    pub rate: f64,
    /// Whether the jobs come at equal intervals; otherwise they come at random times.
    #[serde(default)]
    pub even: bool,
}

/// A step of a presentation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// What the audience reads during the step.
    pub caption: String,
    /// How long the step lasts by the clock.
    #[serde(rename = "for", deserialize_with = "time")]
    pub lasts: Time,
    /// What happens at the start of the step, in this order.
    #[serde(rename = "do", default, deserialize_with = "keys::actions")]
    pub actions: Vec<Action>,
    /// What happens, in this order, if `lasts` is over and the presenter, who may talk for long,
    /// has not pressed the key for the next step yet.
    #[serde(rename = "while-waiting", default, deserialize_with = "keys::actions")]
    pub while_waiting: Vec<Action>,
    /// What the presenter wants to say during the step, as plain text; only the presenter reads it.
    #[serde(default)]
    pub notes: String,
    /// How long the presenter wants to talk about the step; [`Step::planned`] has the default.
    #[serde(default, deserialize_with = "some_time")]
    pub plan: Option<Time>,
}

impl Step {
    /// How long the presenter wants to talk about the step: as long as it lasts by the clock, if
    /// the file says nothing else.
    pub fn planned(&self) -> Time {
        self.plan.unwrap_or(self.lasts)
    }
}
