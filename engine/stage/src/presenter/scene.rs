//! The present step of a scenario, as the page shows it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use runtime::contribution::Contribution;
use runtime::snapshots::log::{Kind, LogEvent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The present step of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// The scenario's name.
    pub name: String,
    /// The number of the present step, from 1; 0 before the first step.
    pub step: usize,
    /// The number of steps.
    pub of: usize,
    /// The present step's caption, one sentence.
    pub caption: String,
    /// Whether the step waits for a key.
    pub waits: bool,
    /// Seconds until the next step begins by the clock; null if this step waits for a key.
    pub ends_in_s: Option<f64>,
}

/// The scene that the page shows. Clones share the same scene.
#[derive(Debug, Clone, Default)]
pub struct Shown(Arc<Mutex<Option<Scene>>>);

impl Shown {
    /// Shows `scene`, or no scene for `None`; returns a log event if the step has changed.
    pub fn set(&self, scene: Option<Scene>) -> Option<LogEvent> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let step = |scene: &Option<Scene>| scene.as_ref().map(|scene| scene.step);
        let is_other = step(&scene) != step(&shown);
        let caption = scene.as_ref().map(|scene| scene.caption.clone());
        *shown = scene;
        caption.filter(|_| is_other).map(|caption| LogEvent::new(Kind::Scenario, caption))
    }

    /// The shown scene; `None` while no scenario is played.
    pub fn scene(&self) -> Option<Scene> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Contribution for Shown {
    fn keys(&self, _now: Duration) -> Vec<(&'static str, Value)> {
        vec![("scenario", json!(self.scene()))]
    }
}
