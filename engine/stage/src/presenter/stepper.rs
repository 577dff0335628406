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
    pub fn begin(scenario: Scenario, by_hand: bool, now: Duration) -> (Stepper, Vec<Action>) {
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
    pub fn press(&mut self, press: Press, now: Duration) -> Vec<Action> {
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
    pub fn pass(&mut self, now: Duration) -> Vec<Action> {
        let mut acts = Vec::new();
        while let Some(end) = self.step_ends().filter(|end| *end <= now) {
            acts.extend(self.go_on(end));
        }
        if self.begins_to_wait().is_some_and(|at| at <= now) {
            self.waits = true;
            acts.extend(self.wait(now));
        }
        self.dark.retain(|queue, until| {
            let is_over = until.is_some_and(|until| until <= now);
            acts.extend(is_over.then(|| blind(queue, false)));
            !is_over
        });
        acts
    }

    fn wait(&mut self, now: Duration) -> Vec<Action> {
        let actions = self.present().map(|step| step.while_waiting.clone()).unwrap_or_default();
        let begun = |action| match action {
            Action::Outage { queue, lasts } => {
                self.dark.insert(queue.clone(), Some(now + lasts));
                Action::Blind { queue, on: true }
            }
            other => other,
        };
        actions.into_iter().map(begun).collect()
    }

    /// A step is over by the clock.
    fn go_on(&mut self, now: Duration) -> Vec<Action> {
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
    pub fn end(&mut self) -> Vec<Action> {
        let before = self.standing();
        self.at = Place::Over;
        let mut acts = self.light();
        if let Some(step) = before {
            let now = self.scenario.situation(step);
            acts.extend(now.held.then_some(Action::Hold(false)));
            let paused = now.paused.into_iter().filter(|(_, paused)| *paused);
            acts.extend(paused.map(|(workload, _)| Action::Pause { workload, paused: false }));
        }
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
        self.step(self.standing()?)
    }

    /// When the step is over by the clock.
    fn over_by_clock(&self) -> Option<Duration> {
        match self.at {
            Place::In(step, since) => Some(since + self.step(step)?.lasts),
            Place::Before | Place::Over => None,
        }
    }

    /// When a step that waits for a key is over by the clock, and has something to do about it.
    fn begins_to_wait(&self) -> Option<Duration> {
        let waits = self.by_hand && !self.waits && !self.present()?.while_waiting.is_empty();
        self.over_by_clock().filter(|_| waits)
    }

    fn step_ends(&self) -> Option<Duration> {
        self.over_by_clock().filter(|_| !self.by_hand)
    }

    /// A step from whatever was before.
    fn anew(&mut self, step: usize, now: Duration) -> Vec<Action> {
        self.stand_in(step, self.scenario.anew(step), now)
    }

    fn enter(&mut self, step: usize, now: Duration) -> Vec<Action> {
        if self.waits {
            return self.anew(step, now);
        }
        let actions = self.step(step).map(|it| it.actions.clone()).unwrap_or_default();
        self.stand_in(step, actions, now)
    }

    /// What lasted then is set again; what passed is not done twice.
    fn back_to(&mut self, step: usize, now: Duration) -> Vec<Action> {
        let lasting = self.scenario.situation(step).actions();
        self.stand_in(step, lasting, now)
    }

    /// What is done in a step; which queues are hidden, the scenario says for the step as a whole.
    fn stand_in(&mut self, step: usize, mut acts: Vec<Action>, now: Duration) -> Vec<Action> {
        (self.at, self.waits) = (Place::In(step, now), false);
        acts.retain(|action| !matches!(action, Action::Outage { .. }));
        acts.extend(self.darken(step, now));
        acts
    }

    /// Hides the queues that cannot be read in this step, and no other ones.
    fn darken(&mut self, step: usize, now: Duration) -> Vec<Action> {
        let dark = self.scenario.dark_in(step).into_iter();
        let dark = dark.map(|(queue, left)| (queue, left.map(|left| now + left))).collect();
        let before = std::mem::replace(&mut self.dark, dark);
        let light = before.keys().filter(|queue| !self.dark.contains_key(*queue));
        let fresh = self.dark.keys().filter(|queue| !before.contains_key(*queue));
        light.map(|it| blind(it, false)).chain(fresh.map(|it| blind(it, true))).collect()
    }

    /// All queues can be read again.
    fn light(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.dark).keys().map(|queue| blind(queue, false)).collect()
    }
}

fn blind(queue: &str, on: bool) -> Action {
    Action::Blind { queue: queue.to_owned(), on }
}

#[cfg(test)]
mod tests;
