//! The steps of a presentation. Pure: it takes the time and returns the actions that are due.

use std::collections::BTreeMap;
use std::time::Duration;

use simulator::Scenario;
use simulator::steps::{Action, Step};

use super::scene::Scene;
use super::talk::{Talk, TalkStep};

/// A key that the presenter presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Begin the next step.
    Next,
    /// Go back to the step before and restore its situation.
    Previous,
    /// End the presentation.
    End,
}

/// A presentation of a scenario.
#[derive(Debug)]
pub struct Stepper {
    scenario: Scenario,
    /// Whether each step waits for a key, or ends by the clock.
    by_hand: bool,
    at: Place,
    /// When the first step began, which is when the talk began; `None` before it.
    began: Option<Duration>,
    /// Whether the actions for a waiting step (`while-waiting`) have begun.
    waits: bool,
    /// The queues that are hidden now, each until a time or, for `None`, until another step begins.
    dark: BTreeMap<String, Option<Duration>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The presentation waits for its first key.
    Before,
    /// The presentation is in a step, given by its index and the time when it began.
    In(usize, Duration),
    Over,
}

impl Stepper {
    /// Begins a presentation; returns it and its first step's actions. `scenario` must have steps.
    pub fn begin(scenario: Scenario, by_hand: bool, now: Duration) -> (Stepper, Vec<Action>) {
        let mut this = Stepper { by_hand, ..Stepper::ready(scenario) };
        let acts = this.enter_fresh(0, now);
        (this, acts)
    }

    /// A presentation in which keys begin the steps; it waits for the first key.
    pub fn ready(scenario: Scenario) -> Stepper {
        let (at, dark) = (Place::Before, BTreeMap::new());
        Stepper { scenario, by_hand: true, at, began: None, waits: false, dark }
    }

    /// Returns the actions of a pressed key. A clicker is easily pressed once too often, so `Next`
    /// does nothing in the last step, and `Previous` in the first step restarts that step.
    pub fn press(&mut self, press: Press, now: Duration) -> Vec<Action> {
        match (press, self.at) {
            (_, Place::Over) | (Press::Previous, Place::Before) => Vec::new(),
            (Press::Next, Place::Before) => self.enter_fresh(0, now),
            (Press::Next, Place::In(step, _)) if step + 1 < self.of() => self.enter(step + 1, now),
            (Press::Next, Place::In(..)) => Vec::new(),
            (Press::Previous, Place::In(step, _)) => self.back_to(step.saturating_sub(1), now),
            (Press::End, _) => self.end(),
        }
    }

    /// Returns the actions due by `now` because a step, a wait or an outage begins or ends.
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

    /// Ends a step whose time is over; returns the actions of the next step or of the end.
    fn go_on(&mut self, now: Duration) -> Vec<Action> {
        match self.at {
            Place::In(step, _) if step + 1 < self.of() => self.enter(step + 1, now),
            Place::In(..) | Place::Before | Place::Over => self.end(),
        }
    }

    /// The time when [`Stepper::pass`] next returns actions; `None` if only a key causes actions.
    pub fn deadline(&self) -> Option<Duration> {
        let ends = self.step_ends().into_iter().chain(self.begins_to_wait());
        self.dark.values().copied().flatten().chain(ends).min()
    }

    /// Ends the presentation and keeps its load; returns actions to end outages, hold and pauses.
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

    /// Notes that the engine was reset, so nothing is hidden, held or loaded any more. If keys
    /// begin the steps, the presentation waits for its first key again, even if it was over;
    /// otherwise it is over now.
    pub fn reset(&mut self) {
        self.at = if self.by_hand { Place::Before } else { Place::Over };
        (self.began, self.waits) = (None, false);
        self.dark.clear();
    }

    /// The scenario that is presented.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The index of the present step; `None` before the first step and after the end.
    pub fn standing(&self) -> Option<usize> {
        match self.at {
            Place::In(step, _) => Some(step),
            Place::Before | Place::Over => None,
        }
    }

    /// Whether the presentation has ended.
    pub fn is_over(&self) -> bool {
        self.at == Place::Over
    }

    /// The scene for the audience at `now`; `None` once the presentation is over.
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
            ends_in_s: ends.map(tenths),
        })
    }

    /// What only the presenter sees at `now`; `None` once the presentation is over.
    pub fn talk(&self, now: Duration) -> Option<Talk> {
        let (step, since) = match self.at {
            Place::Before => (0, None),
            Place::In(step, since) => (step + 1, Some(since)),
            Place::Over => return None,
        };
        let elapsed = |since: Duration| tenths(now.saturating_sub(since));
        Some(Talk {
            name: self.scenario.name.clone(),
            step,
            elapsed_s: self.began.map(elapsed),
            step_elapsed_s: since.map(elapsed),
            steps: self.scenario.steps.iter().map(TalkStep::of).collect(),
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

    /// The time when the present step's own duration is over, even if the step waits for a key.
    fn over_by_clock(&self) -> Option<Duration> {
        match self.at {
            Place::In(step, since) => Some(since + self.step(step)?.lasts),
            Place::Before | Place::Over => None,
        }
    }

    /// The time when the actions for a waiting step begin: after the step's own duration; `None` if
    /// the step has no such actions, or if they have begun.
    fn begins_to_wait(&self) -> Option<Duration> {
        let waits = self.by_hand && !self.waits && !self.present()?.while_waiting.is_empty();
        self.over_by_clock().filter(|_| waits)
    }

    fn step_ends(&self) -> Option<Duration> {
        self.over_by_clock().filter(|_| !self.by_hand)
    }

    /// Enters a step from any situation; returns its actions and those for all lasting effects.
    fn enter_fresh(&mut self, step: usize, now: Duration) -> Vec<Action> {
        self.stand_in(step, self.scenario.anew(step), now)
    }

    fn enter(&mut self, step: usize, now: Duration) -> Vec<Action> {
        if self.waits {
            return self.enter_fresh(step, now);
        }
        let actions = self.step(step).map(|it| it.actions.clone()).unwrap_or_default();
        self.stand_in(step, actions, now)
    }

    /// Goes back to a step: restores its lasting effects, but repeats no brief event like a burst.
    fn back_to(&mut self, step: usize, now: Duration) -> Vec<Action> {
        let lasting = self.scenario.situation(step).actions();
        self.stand_in(step, lasting, now)
    }

    /// Enters a step with the actions `acts`, and hides the queues that the scenario hides in it.
    fn stand_in(&mut self, step: usize, mut acts: Vec<Action>, now: Duration) -> Vec<Action> {
        (self.at, self.waits) = (Place::In(step, now), false);
        self.began.get_or_insert(now);
        acts.retain(|action| !matches!(action, Action::Outage { .. }));
        acts.extend(self.darken(step, now));
        acts
    }

    /// Returns actions that hide the queues to be hidden in this step, and show all other queues.
    fn darken(&mut self, step: usize, now: Duration) -> Vec<Action> {
        let dark = self.scenario.dark_in(step).into_iter();
        let dark = dark.map(|(queue, left)| (queue, left.map(|left| now + left))).collect();
        let before = std::mem::replace(&mut self.dark, dark);
        let light = before.keys().filter(|queue| !self.dark.contains_key(*queue));
        let fresh = self.dark.keys().filter(|queue| !before.contains_key(*queue));
        light.map(|it| blind(it, false)).chain(fresh.map(|it| blind(it, true))).collect()
    }

    /// Returns actions that show all hidden queues again.
    fn light(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.dark).keys().map(|queue| blind(queue, false)).collect()
    }
}

/// Seconds, rounded to a tenth.
fn tenths(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

fn blind(queue: &str, on: bool) -> Action {
    Action::Blind { queue: queue.to_owned(), on }
}

#[cfg(test)]
mod tests;
