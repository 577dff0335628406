//! Actions in a scenario file: each has a key for its kind, and then names with their values.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::action::Action;
use crate::span::parse_time;

/// The keys of all actions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Keys {
    #[serde(default)]
    load: BTreeMap<String, u32>,
    #[serde(default)]
    burst: BTreeMap<String, u32>,
    kill: Option<String>,
    hold: Option<bool>,
    #[serde(default)]
    outage: BTreeMap<String, String>,
    #[serde(default)]
    pause: BTreeMap<String, bool>,
}

/// For serde: a list of actions, in order.
///
/// # Errors
/// If an entry is not an action.
pub(super) fn actions<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Action>, D::Error> {
    let all = Vec::<Keys>::deserialize(from)?;
    let read = all.into_iter().map(|keys| keys.read().map_err(D::Error::custom));
    Ok(read.collect::<Result<Vec<_>, _>>()?.concat())
}

impl Keys {
    fn read(self) -> Result<Vec<Action>, String> {
        let mut all = Vec::new();
        let load = self.load.into_iter();
        all.extend(load.map(|(producer, replicas)| Action::Load { producer, replicas }));
        let burst = self.burst.into_iter();
        all.extend(burst.map(|(queue, jobs)| Action::Burst { queue, jobs }));
        all.extend(self.kill.map(|workload| Action::Kill { workload }));
        all.extend(self.hold.map(Action::Hold));
        for (queue, lasts) in self.outage {
            all.push(Action::Outage { queue, lasts: parse_time(&lasts)? });
        }
        let pause = self.pause.into_iter();
        all.extend(pause.map(|(workload, paused)| Action::Pause { workload, paused }));
        if all.is_empty() {
            return Err("an action is empty; write it like load: {producer: 3}".to_owned());
        }
        Ok(all)
    }
}
