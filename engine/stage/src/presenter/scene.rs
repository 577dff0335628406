//! Where a scenario is, for all to see.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use runtime::contribution::Contribution;
use runtime::snapshots::log::{Kind, LogEvent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where a scenario is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// The scenario's name.
    pub name: String,
    /// Which step, from 1.
    pub step: usize,
    /// How many there are.
    pub of: usize,
    /// What it shows, in a sentence.
    pub caption: String,
    /// Whether it waits for a word to go on.
    pub waits: bool,
    /// In how many seconds the next step comes by itself; null where it does not.
    pub ends_in_s: Option<f64>,
}

/// The scene that is shown. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Shown(Arc<Mutex<Option<Scene>>>);

impl Shown {
    /// Shows a scene, or none; what is to be told of it, where it is another step.
    pub fn set(&self, scene: Option<Scene>) -> Option<LogEvent> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let step = |scene: &Option<Scene>| scene.as_ref().map(|scene| scene.step);
        let is_other = step(&scene) != step(&shown);
        let caption = scene.as_ref().map(|scene| scene.caption.clone());
        *shown = scene;
        caption.filter(|_| is_other).map(|caption| LogEvent::new(Kind::Scenario, caption))
    }

    /// The scene.
    pub fn scene(&self) -> Option<Scene> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Contribution for Shown {
    fn keys(&self, _now: Duration) -> Vec<(&'static str, Value)> {
        vec![("scenario", json!(self.scene()))]
    }
}
