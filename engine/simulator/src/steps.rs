//! What a presenter does, one step after the other: in the simulator by the clock, on a running
//! engine by the clock or by a key.
//!
//! # Layout
//! - [`Step`] and [`Action`]: what happens; `keys` reads it
//! - [`Situation`]: what lasts of all that was done, so that one can go back to a step

mod action;
mod keys;

pub use action::{Action, Situation};

use serde::Deserialize;

use crate::Time;
use crate::span::time;

/// Something that puts jobs on a queue while a step says so.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Producer {
    /// Its Deployment's name.
    pub name: String,
    /// Where its jobs go.
    pub queue: String,
    /// Jobs a second of each of its replicas.
    pub rate: f64,
    /// Whether they come like a clock.
    #[serde(default)]
    pub even: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// What the audience reads meanwhile.
    pub caption: String,
    /// How long it lasts by the clock.
    #[serde(rename = "for", deserialize_with = "time")]
    pub lasts: Time,
    /// What happens at its beginning, in this order.
    #[serde(rename = "do", default, deserialize_with = "keys::actions")]
    pub actions: Vec<Action>,
    /// What happens where it is over by the clock and waits for a key all the same, until that
    /// comes: a presenter may talk for long.
    #[serde(rename = "while-waiting", default, deserialize_with = "keys::actions")]
    pub while_waiting: Vec<Action>,
}
