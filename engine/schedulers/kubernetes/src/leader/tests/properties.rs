//! Guarantees of the election that hold whatever the network and the clocks do. Each seed gives a
//! different world. A failure prints its seed, which reproduces the failure.

use std::time::Duration;

use rand::RngExt;

use super::model::World;
use crate::leader::elector::LEASE;

const SEEDS: u64 = 400;

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A seed. It is printed if the test fails while this value lives.
struct Naming(u64);

impl Drop for Naming {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in the world of seed {}", self.0);
        }
    }
}

fn each_world(mut play: impl FnMut(World, usize)) {
    for seed in 0..SEEDS {
        let _naming = Naming(seed);
        let nodes = 2 + usize::from(seed % 2 == 1);
        play(World::new(seed, nodes), nodes);
    }
}

/// Lets `time` pass, with all kinds of failures.
fn disturb(world: &mut World, nodes: usize, time: Duration) {
    let end = world.now + time;
    world.lost = world.rng.random_range(0..300);
    world.slow = world.rng.random_range(0..900);
    while world.now < end {
        let index = world.rng.random_range(0..nodes);
        match world.rng.random_range(0..10) {
            0 => world.kill(index),
            1 if world.lives(index) => world.leave(index),
            2 | 3 => world.cut_off(index, true),
            4..=6 => world.cut_off(index, false),
            7 => world.annotate(),
            _ => world.start(index),
        }
        let pause = Duration::from_millis(world.rng.random_range(0..6000));
        world.run(pause);
    }
}

/// Repairs all failures, waits for a leader, and returns the leader.
fn calm(world: &mut World, nodes: usize) -> usize {
    (world.lost, world.slow) = (0, 0);
    for index in 0..nodes {
        world.cut_off(index, false);
        world.start(index);
    }
    world.run(s(15));
    for index in 0..nodes {
        world.start(index);
    }
    let took = world.run_until(s(10), |world| world.leader().is_some());
    assert!(took.is_some(), "no node leads");
    world.run(s(3));
    world.leader().expect("the leader stays")
}

#[test]
fn no_two_act_at_the_same_time_whatever_is_lost_late_or_killed() {
    let mut successions = 0;
    each_world(|mut world, nodes| {
        disturb(&mut world, nodes, s(300));
        successions += world.successions;
    });
    // New leaders are rare: a node that dies is soon started again under its old name.
    assert!(successions > 2 * u32::try_from(SEEDS).unwrap(), "only {successions} successions");
}

#[test]
fn when_the_leader_dies_another_one_acts_within_the_lease_and_five_seconds() {
    each_world(|mut world, nodes| {
        disturb(&mut world, nodes, s(20));
        let dead = calm(&mut world, nodes);
        let moment = Duration::from_millis(world.rng.random_range(0..2000));
        world.run(moment);
        world.kill(dead);
        let took = world.run_until(LEASE + s(5), |world| world.leader().is_some());
        assert!(took.is_some(), "no other node took over");
    });
}

#[test]
fn when_the_leader_leaves_another_one_acts_within_two_seconds() {
    each_world(|mut world, nodes| {
        disturb(&mut world, nodes, s(20));
        let leaving = calm(&mut world, nodes);
        world.leave(leaving);
        let took = world.run_until(s(2), |world| world.leader().is_some());
        assert!(took.is_some(), "no other node took over");
    });
}

#[test]
fn when_nothing_goes_wrong_the_leader_stays() {
    each_world(|mut world, nodes| {
        let leader = calm(&mut world, nodes);
        let end = world.now + s(120);
        while world.now < end {
            world.annotate();
            let lost = world.run_until(s(1), |world| world.leader() != Some(leader));
            assert_eq!(lost, None);
        }
    });
}
