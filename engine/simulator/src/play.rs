//! A contender in its world, advanced event by event. A run plays it to the end in one go; a live
//! world plays it up to the present, again and again.

use crate::Time;
use crate::contenders::{Contender, Kind, Watch};
use crate::scenario::Scenario;
use crate::world::{Step, World};

/// A contender in its world.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) world: World,
    contender: Contender,
}

impl Play {
    /// A contender at the beginning of a scenario.
    ///
    /// # Errors
    /// If the scenario has problems.
    pub(crate) fn new(scenario: &Scenario, kind: &Kind, seed: u64) -> Result<Play, String> {
        let scenario = &kind.with_its_workers(scenario.clone());
        if let Some(problem) = scenario.problems().first() {
            return Err(problem.to_string());
        }
        let mut world = World::new(scenario, kind.machines(), kind.victims(), seed);
        let contender = Contender::new(kind, &mut world, seed)?;
        let _ = world.take_change();
        Ok(Play { world, contender })
    }

    /// Plays all events until `end`, those at `end` included. `changed` is called after each event
    /// with which a container came, became ready or went.
    pub(crate) fn advance(
        &mut self,
        end: Time,
        watch: &mut Watch<'_>,
        mut changed: impl FnMut(&World),
    ) {
        let Play { world, contender } = self;
        while let Some(step) = world.step(end) {
            if let Step::Wake(wake) = step {
                contender.wake(world, wake, watch);
            }
            if world.take_change() {
                contender.changed(world);
                changed(world);
            }
        }
    }
}
