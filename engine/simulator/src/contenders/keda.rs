//! KEDA: its own polling loop scales between 0 and 1, a HorizontalPodAutoscaler does everything
//! else. KEDA serves that autoscaler's metric, and reads the queue for each request.
//!
//! A ScaledObject's polling starts when its autoscaler is made, so the two stay in step. The
//! autoscaler sees a raise from 0 at once: in a measurement 8 pods were ready 17 s after the first
//! write, which is one sync period and one start, not half a period more.

use super::common::{most, phase, still_remainder};
use super::horizontal::{Behavior, Horizontal, SYNC};
use super::hpa::{fleets, horizontal, metric, sync};
use crate::Time;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::world::{Wake, World};

/// The default time from the last activity until the count becomes 0.
const COOLDOWN: Time = Time::from_secs(300);
/// The time from KEDA's first poll to the autoscaler's first sync: the autoscaler has to be made
/// and noticed by its controller first.
const AUTOSCALER_AFTER: Time = Time::from_millis(500);

/// All ScaledObjects.
#[derive(Debug)]
pub(crate) struct Keda {
    poll: Time,
    objects: Vec<Scaled>,
}

#[derive(Debug)]
struct Scaled {
    index: usize,
    horizontal: Horizontal,
    last_active: Time,
}

pub(super) fn settings(scenario: &Scenario, poll: Time, behavior: &Behavior) -> String {
    let words = fleets(scenario);
    format!("{words}; poll {poll:?} between 0 and 1, cooldown 300 s; {}", behavior.words())
}

impl Keda {
    pub(super) fn new(
        world: &mut World,
        random: &mut Random,
        poll: Time,
        behavior: Behavior,
    ) -> Keda {
        still_remainder(world);
        let scenario = world.scenario().clone();
        let mut objects = Vec::new();
        for index in (0..scenario.workloads.len()).filter(|i| !scenario.takes_rest(*i)) {
            let made = phase(random, poll.max(SYNC));
            world.wake_at(first_after(made, poll), Wake::Read(objects.len()));
            let look = first_after(made + AUTOSCALER_AFTER, SYNC);
            world.wake_at(look, Wake::Decide(objects.len()));
            let horizontal = horizontal(&scenario, index, most(&scenario, index), behavior);
            objects.push(Scaled { index, horizontal, last_active: Time::ZERO });
        }
        Keda { poll, objects }
    }

    pub(super) fn wake(&mut self, world: &mut World, wake: Wake) {
        match wake {
            Wake::Read(number) => {
                self.objects[number].poll(world);
                world.wake_at(world.now() + self.poll, wake);
            }
            Wake::Decide(number) => {
                let it = &mut self.objects[number];
                sync(world, it.index, &mut it.horizontal);
                world.wake_at(world.now() + SYNC, wake);
            }
            Wake::Changed => {}
        }
    }
}

/// The earliest time from which `at` is a whole number of periods away.
fn first_after(at: Time, period: Time) -> Time {
    Time::from_nanos((at.as_nanos() % period.as_nanos()) as u64)
}

impl Scaled {
    /// Scales between 0 and 1. A failed read changes nothing.
    fn poll(&mut self, world: &mut World) {
        let Some(metric) = metric(world, self.index) else { return };
        let min = world.scenario().workloads[self.index].min;
        let desired = world.replicas(self.index).desired;
        if metric > 0 {
            self.last_active = world.now();
        }
        if metric > 0 && desired == 0 {
            world.scale(self.index, min.max(1));
        } else if desired > 0 && min == 0 && world.now() >= self.last_active + COOLDOWN {
            world.scale(self.index, 0);
        }
    }
}
