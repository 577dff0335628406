//! Where a presentation is: pure, so that it takes the time and gives what is to be done.

use std::collections::BTreeMap;
use std::time::Duration;

use simulator::Scenario;
use simulator::steps::{Action, Step};

use super::scene::Scene;

/// A key of the presenter's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// On to the next step.
    Next,
    /// Back to the step before, as it was.
    Previous,
    /// It shall be over.
    End,
}

/// One thing that is to be done on the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A Deployment that makes load has so many replicas.
    Load {
        /// Its name.
        deployment: String,
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
    /// A container dies.
    Kill {
        /// Of which workload.
        workload: String,
    },
    /// The engine looks on, or scales again.
    Hold(bool),
    /// A workload keeps what it has, or is scaled again.
    Pause {
        /// Which.
        workload: String,
        /// Whether it keeps.
        paused: bool,
    },
    /// The engine cannot read a queue, or can again.
    Blind {
        /// Which.
        queue: String,
        /// Whether it cannot.
        on: bool,
    },
}

/// A presentation.
#[derive(Debug)]
pub struct Stepper {
    scenario: Scenario,
    /// Whether each step waits for a key.
    by_hand: bool,
    at: Place,
    /// Whether the step does by now what it does while it waits.
    waits: bool,
    /// Queues that cannot be read because of it, and until when; `None`: until another step.
    dark: BTreeMap<String, Option<Duration>>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Everything is as at the beginning, and the next key begins.
    Before,
    /// In a step, by its index, since that time.
    In(usize, Duration),
    /// Done.
    Over,
}

impl Stepper {
    /// A presentation at its first step, and what that takes. The scenario has steps.
    pub fn begin(scenario: Scenario, by_hand: bool, now: Duration) -> (Stepper, Vec<Act>) {
        let mut this = Stepper { by_hand, ..Stepper::ready(scenario) };
        let acts = this.anew(0, now);
        (this, acts)
    }

    /// A presentation by hand that waits for its first key.
    pub fn ready(scenario: Scenario) -> Stepper {
        let (at, dark) = (Place::Before, BTreeMap::new());
        Stepper { scenario, by_hand: true, at, waits: false, dark }
    }

    /// A key was pressed. A clicker is easily pressed once too often, so the last step stands
    /// whatever comes, and the first one is the first also for the way back.
    pub fn press(&mut self, press: Press, now: Duration) -> Vec<Act> {
        match (press, self.at) {
            (_, Place::Over) | (Press::Previous, Place::Before) => Vec::new(),
            (Press::Next, Place::Before) => self.anew(0, now),
            (Press::Next, Place::In(step, _)) if step + 1 < self.of() => self.enter(step + 1, now),
            (Press::Next, Place::In(..)) => Vec::new(),
            (Press::Previous, Place::In(step, _)) => self.back_to(step.saturating_sub(1), now),
            (Press::End, _) => self.end(),
        }
    }

    /// Time has passed: steps that end by the clock, and queues that can be read again.
    pub fn pass(&mut self, now: Duration) -> Vec<Act> {
        let mut acts = Vec::new();
        while let Some(end) = self.step_ends().filter(|end| *end <= now) {
            acts.extend(self.go_on(end));
        }
        if self.begins_to_wait().is_some_and(|at| at <= now) {
            self.waits = true;
            acts.extend(self.wait(now));
        }
        let is_over = |until: &Option<Duration>| until.is_some_and(|until| until <= now);
        let over: Vec<String> =
            self.dark.iter().filter(|(_, until)| is_over(until)).map(|it| it.0.clone()).collect();
        for queue in over {
            self.dark.remove(&queue);
            acts.push(Act::Blind { queue, on: false });
        }
        acts
    }

    fn wait(&mut self, now: Duration) -> Vec<Act> {
        let actions = self.present().map(|step| step.while_waiting.clone()).unwrap_or_default();
        let mut acts = Vec::new();
        for action in actions {
            if let Action::Outage { queue, lasts } = &action {
                self.dark.insert(queue.clone(), Some(now + *lasts));
                acts.push(Act::Blind { queue: queue.clone(), on: true });
            }
            acts.extend(act(action));
        }
        acts
    }

    /// A step is over by the clock.
    fn go_on(&mut self, now: Duration) -> Vec<Act> {
        match self.at {
            Place::In(step, _) if step + 1 < self.of() => self.enter(step + 1, now),
            Place::In(..) | Place::Before | Place::Over => self.end(),
        }
    }

    /// When time changes something by itself; never before that.
    pub fn deadline(&self) -> Option<Duration> {
        let ends = self.step_ends().into_iter().chain(self.begins_to_wait());
        self.dark.values().copied().flatten().chain(ends).min()
    }

    /// It is over: what it hid, held or paused is so no longer; the load stays.
    pub fn end(&mut self) -> Vec<Act> {
        let Place::In(step, _) = self.at else {
            self.at = Place::Over;
            return self.light();
        };
        self.at = Place::Over;
        let now = self.scenario.situation(step);
        let mut acts = self.light();
        acts.extend(now.held.then_some(Act::Hold(false)));
        let paused = now.paused.into_iter().filter(|(_, paused)| *paused);
        acts.extend(paused.map(|(workload, _)| Act::Pause { workload, paused: false }));
        acts
    }

    /// All was reset by somebody, so nothing is hidden, held or loaded: by hand, it waits before
    /// its first step, also when it was over; by the clock, it is over.
    pub fn reset(&mut self) {
        self.at = if self.by_hand { Place::Before } else { Place::Over };
        self.waits = false;
        self.dark.clear();
    }

    /// What is played.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The index of the step that it is in.
    pub fn standing(&self) -> Option<usize> {
        match self.at {
            Place::In(step, _) => Some(step),
            Place::Before | Place::Over => None,
        }
    }

    /// Whether nothing comes any more.
    pub fn is_over(&self) -> bool {
        self.at == Place::Over
    }

    /// What the audience sees; `None` once it is over.
    pub fn scene(&self, now: Duration) -> Option<Scene> {
        let (step, caption) = match self.at {
            Place::Before => (0, format!("Next: {}", self.step(0)?.caption)),
            Place::In(step, _) => (step + 1, self.step(step)?.caption.clone()),
            Place::Over => return None,
        };
        let ends = self.step_ends().map(|end| end.saturating_sub(now));
        Some(Scene {
            name: self.scenario.name.clone(),
            step,
            of: self.of(),
            caption,
            waits: ends.is_none(),
            ends_in_s: ends.map(|ends| (ends.as_secs_f64() * 10.0).round() / 10.0),
        })
    }

    fn of(&self) -> usize {
        self.scenario.steps.len()
    }

    fn step(&self, index: usize) -> Option<&Step> {
        self.scenario.steps.get(index)
    }

    fn present(&self) -> Option<&Step> {
        match self.at {
            Place::In(step, _) => self.step(step),
            Place::Before | Place::Over => None,
        }
    }

    /// When a step that waits for a key is over by the clock, and has something to do about it.
    fn begins_to_wait(&self) -> Option<Duration> {
        let Place::In(_, since) = self.at else { return None };
        let step = self.present().filter(|step| !step.while_waiting.is_empty())?;
        (self.by_hand && !self.waits).then(|| since + step.lasts)
    }

    fn step_ends(&self) -> Option<Duration> {
        match self.at {
            Place::In(step, since) if !self.by_hand => Some(since + self.step(step)?.lasts),
            _ => None,
        }
    }

    /// A step from whatever was before: all that lasts by then, and what passes in it.
    fn anew(&mut self, step: usize, now: Duration) -> Vec<Act> {
        let passing = self.step(step).into_iter().flat_map(|step| step.actions.clone());
        let passing: Vec<Action> = passing.filter(|action| !action.lasts()).collect();
        let lasting = self.scenario.situation(step).actions();
        self.stand_in(step, lasting.into_iter().chain(passing), now)
    }

    fn enter(&mut self, step: usize, now: Duration) -> Vec<Act> {
        if self.waits {
            return self.anew(step, now);
        }
        let actions = self.step(step).map(|it| it.actions.clone()).unwrap_or_default();
        self.stand_in(step, actions, now)
    }

    /// What lasted then is set again; what passed is not done twice.
    fn back_to(&mut self, step: usize, now: Duration) -> Vec<Act> {
        let lasting = self.scenario.situation(step).actions();
        self.stand_in(step, lasting, now)
    }

    fn stand_in(
        &mut self,
        step: usize,
        actions: impl IntoIterator<Item = Action>,
        now: Duration,
    ) -> Vec<Act> {
        (self.at, self.waits) = (Place::In(step, now), false);
        let mut acts: Vec<Act> = actions.into_iter().filter_map(act).collect();
        acts.extend(self.darken(step, now));
        acts
    }

    /// Hides the queues that cannot be read in this step, and no other ones. An outage that
    /// outlasts its step by the clock stays for as long as the step does, and has what is left of
    /// it in the next one: captions are true however long somebody talks.
    fn darken(&mut self, step: usize, now: Duration) -> Vec<Act> {
        let lasts = self.step(step).map(|it| it.lasts).unwrap_or_default();
        let until = |left: Duration| (left < lasts).then(|| now + left);
        let dark = self.scenario.dark_in(step).into_iter();
        let dark = dark.map(|(queue, left)| (queue, until(left))).collect();
        let before = std::mem::replace(&mut self.dark, dark);
        let light = before.keys().filter(|queue| !self.dark.contains_key(*queue));
        let fresh = self.dark.keys().filter(|queue| !before.contains_key(*queue));
        let light = light.map(|queue| Act::Blind { queue: queue.clone(), on: false });
        light.chain(fresh.map(|queue| Act::Blind { queue: queue.clone(), on: true })).collect()
    }

    /// All queues can be read again.
    fn light(&mut self) -> Vec<Act> {
        let dark = std::mem::take(&mut self.dark).into_keys();
        dark.map(|queue| Act::Blind { queue, on: false }).collect()
    }
}

/// What an action is on the engine; `None` for an outage, which lasts as its step says.
fn act(action: Action) -> Option<Act> {
    Some(match action {
        Action::Load { producer, replicas } => Act::Load { deployment: producer, replicas },
        Action::Burst { queue, jobs } => Act::Burst { queue, jobs },
        Action::Kill { workload } => Act::Kill { workload },
        Action::Hold(held) => Act::Hold(held),
        Action::Pause { workload, paused } => Act::Pause { workload, paused },
        Action::Outage { .. } => return None,
    })
}

#[cfg(test)]
mod tests;
