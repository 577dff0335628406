//! What the page shows besides what was measured and decided.

use serde::{Deserialize, Serialize};

use crate::picture::{Picture, Tile};

/// What a round knows besides, for the page.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// Where a scenario is.
    pub scene: Option<Scene>,
    /// What of the page's controls cannot be used, and why.
    pub controls: Controls,
    /// The configuration's version, which is another one with each change.
    pub config: u64,
    /// Tiles a second that the background has done.
    pub tiles_s: Option<f64>,
    /// Its newest picture,
    pub picture: Option<Picture>,
    /// and what has come to it since the moment before.
    pub tiles: Vec<Tile>,
    /// Where the audience looks.
    pub audience: Option<String>,
}

/// Which of the page's controls cannot be used: null where it can, else why not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Controls {
    /// Setting the load.
    pub load: Option<String>,
    /// Many jobs at once.
    pub burst: Option<String>,
    /// Killing a container.
    pub kill: Option<String>,
    /// Freezing a workload.
    pub pause: Option<String>,
    /// Holding all scaling.
    pub hold: Option<String>,
    /// Beginning anew.
    pub reset: Option<String>,
    /// Changing settings.
    pub configure: Option<String>,
}

impl Controls {
    /// None of them can be used.
    pub fn none(because: &str) -> Controls {
        let because = Some(because.to_owned());
        Controls {
            load: because.clone(),
            burst: because.clone(),
            kill: because.clone(),
            pause: because.clone(),
            hold: because.clone(),
            reset: because.clone(),
            configure: because,
        }
    }
}

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

/// Where the audience looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// The address.
    pub url: String,
}
