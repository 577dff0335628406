//! Runs one scenario with one contender.

use crate::Time;
use crate::contenders::{Kind, Watch};
use crate::play::Play;
use crate::scenario::Scenario;
use crate::series::Series;
use crate::tally::Tally;
use crate::world::World;

/// The result of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The contender's name.
    pub name: String,
    /// The contender's settings as one line.
    pub settings: String,
    /// Whether the contender scales at all.
    pub scales: bool,
    #[allow(missing_docs)] // the name says it
    pub tally: Tally,
    /// The curves.
    pub series: Series,
    /// The queues at the end, as the broker counts them.
    pub queues: Vec<broker::Stats>,
}

impl Outcome {
    /// Jobs dead-lettered after too many attempts.
    pub fn jobs_dead(&self) -> u64 {
        self.queues.iter().map(|it| it.total.dead).sum()
    }

    /// How long after `from` the first change was written; `None` if none was.
    pub fn first_write(&self, from: Time) -> Option<Time> {
        let first = self.tally.writes.iter().find(|write| write.at >= from)?;
        Some(first.at.saturating_sub(from))
    }

    /// How long after `from` a workload had at least `count` ready containers; `None` if never.
    pub fn ready(&self, workload: usize, count: u32, from: Time) -> Option<Time> {
        let enough = |it: &&crate::tally::Ready| {
            it.workload == workload && it.count >= count && it.at >= from
        };
        let first = self.tally.ready.iter().find(enough)?;
        Some(first.at.saturating_sub(from))
    }
}

/// Plays a scenario that has no [`Scenario::problems`].
///
/// # Errors
/// If it has problems.
pub fn run(scenario: &Scenario, kind: &Kind, seed: u64) -> Result<Outcome, String> {
    let mut world = play(scenario, kind, seed, &mut |_| {})?;
    world.finish();
    let queues = world.queue_stats();
    let scenario = &kind.with_its_workers(scenario.clone());
    let settings = kind.settings(scenario);
    let (tally, series) = (world.tally, world.series);
    let (name, scales) = (kind.name(scenario), kind.scales());
    Ok(Outcome { name, settings, scales, tally, series, queues })
}

/// Plays a scenario without [`Scenario::problems`] with our core, and calls `watch` in each round.
///
/// # Errors
/// If it has problems.
pub fn watch(scenario: &Scenario, seed: u64, watch: &mut Watch<'_>) -> Result<(), String> {
    play(scenario, &Kind::Ours, seed, watch).map(drop)
}

fn play(
    scenario: &Scenario,
    kind: &Kind,
    seed: u64,
    watch: &mut Watch<'_>,
) -> Result<World, String> {
    let mut play = Play::new(scenario, kind, seed)?;
    play.advance(scenario.duration, watch, |_| {});
    Ok(play.world)
}
