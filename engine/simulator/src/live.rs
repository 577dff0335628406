//! One contender's world, advanced while the load comes. What is not known yet is not played: the
//! caller gives the arrivals first, and then advances the world to the time until which it knows
//! them. Pieces of any length give exactly the world that one piece would give.

use crate::Time;
use crate::contenders::Kind;
use crate::places::Places;
use crate::play::Play;
use crate::scenario::Scenario;
use crate::span::Span;
use crate::world::{Placed, World};

/// How far back the figures of a [`Moment`] go.
pub const WINDOW: Time = Time::from_secs(60);

/// A contender's world. Times are those since its beginning.
#[derive(Debug)]
pub struct Live {
    play: Play,
    places: Places,
    now: Time,
}

/// A world at its present time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The slots; `None` is a free one. With containers beyond the capacity it has more of them.
    pub slots: Vec<Option<Placed>>,
    /// The jobs that wait now, in all queues together.
    pub waiting: u64,
    /// The waiting jobs every 500 ms, since [`WINDOW`] ago or the beginning.
    pub queue: Vec<(Time, u64)>,
    /// The longest wait since [`WINDOW`] ago of a job that a worker got then, or that still waits;
    /// `None` if there was no such job.
    pub longest_wait: Option<Time>,
}

impl Live {
    /// A world at the beginning of a scenario. The scenario's duration does not end it. Its queues
    /// need no arrivals of their own.
    ///
    /// # Errors
    /// If the scenario has problems.
    pub fn new(scenario: &Scenario, kind: &Kind, seed: u64) -> Result<Live, String> {
        let play = Play::new(scenario, kind, seed)?;
        let mut live = Live { play, places: Places::default(), now: Time::ZERO };
        place(&mut live.places, &live.play.world);
        Ok(live)
    }

    /// The time to which the world was advanced.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Gives the world the arrivals of the queue with this index. A job of the past arrives now.
    pub fn arrive(&mut self, queue: usize, moments: impl IntoIterator<Item = Time>) {
        for at in moments {
            self.play.world.expect(queue, at.max(self.now));
        }
    }

    /// Sets how long the jobs of the workload with this index take that workers get from now on,
    /// and how long its containers take to start that are made from now on.
    pub fn take(&mut self, workload: usize, job: Span, start: Span) {
        self.play.world.take(workload, job, start);
    }

    /// Plays everything until `until`. All arrivals until then must have been given before. An
    /// earlier time than the present one changes nothing.
    pub fn advance(&mut self, until: Time) {
        self.now = self.now.max(until);
        let Live { play, places, now } = self;
        play.advance(*now, &mut |_| {}, |world| place(places, world));
        play.world.keep_since(now.saturating_sub(WINDOW));
    }

    /// The world at its present time.
    pub fn look(&mut self) -> Moment {
        let (world, from) = (&mut self.play.world, self.now.saturating_sub(WINDOW));
        let points = world.series.points.iter().filter(|point| point.at >= from);
        Moment {
            slots: self.places.slots(world.scenario().capacity, &world.placed()),
            waiting: world.waiting(),
            queue: points.map(|point| (point.at, point.ready.iter().sum())).collect(),
            longest_wait: world.longest_wait(from, self.now),
        }
    }
}

fn place(places: &mut Places, world: &World) {
    let scenario = world.scenario();
    places.update(scenario.capacity, &world.placed(), |workload| scenario.takes_rest(workload));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arrivals::Arrivals;
    use crate::contenders::Behavior;
    use crate::{Outcome, run};

    const SECONDS: u64 = 90;
    const END: Time = Time::from_secs(SECONDS);

    /// The demo without its own load, with starts and jobs of random length.
    fn quiet() -> Scenario {
        let text = include_str!("../../../scenarios/demo.yaml");
        let mut demo: Scenario = serde_yaml::from_str(text).unwrap();
        (demo.duration, demo.warm_up) = (END, Time::ZERO);
        (demo.steps, demo.producers) = (Vec::new(), Vec::new());
        demo.queues[0].arrivals = None;
        demo.workloads[0].job.spread = Time::from_millis(100);
        demo.workloads[0].start.spread = Time::from_millis(500);
        demo
    }

    fn kinds() -> Vec<Kind> {
        let default = Behavior::default();
        vec![
            Kind::Ours,
            Kind::Hpa(default),
            Kind::HpaPreempting(default),
            Kind::Keda(Time::from_secs(30), default),
            Kind::Fixed(std::collections::BTreeMap::new()),
        ]
    }

    /// All at once: the usual run with the same arrivals.
    fn at_once(kind: &Kind, moments: &[Time]) -> Outcome {
        let mut scenario = quiet();
        scenario.queues[0].arrivals = Some(Arrivals::Recorded { moments: moments.to_vec() });
        run(&scenario, kind, 1).unwrap()
    }

    /// In pieces, with the arrivals of each piece given just before it; a look after each piece.
    fn in_pieces(kind: &Kind, moments: &[Time], cuts: &[Time]) -> Vec<(Time, Moment)> {
        let mut live = Live::new(&quiet(), kind, 1).unwrap();
        let mut known = 0;
        let mut seen = Vec::new();
        for cut in cuts {
            let until = moments.partition_point(|at| at <= cut);
            live.arrive(0, moments[known..until].iter().copied());
            live.advance(*cut);
            known = until;
            seen.push((*cut, live.look()));
        }
        seen
    }

    fn times(range: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Time>> {
        // Whole tenths make many events happen at the same time.
        let tenth = (0..10 * SECONDS).prop_map(|tenths| Time::from_millis(100 * tenths));
        let any = (0..1_000_000 * SECONDS).prop_map(Time::from_micros);
        prop::collection::vec(prop_oneof![tenth, any], range).prop_map(|mut times| {
            times.sort_unstable();
            times
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_world_in_pieces_is_the_world_in_one_piece(
            moments in times(0..900),
            mut cuts in times(1..200),
        ) {
            cuts.push(END);
            for kind in kinds() {
                let pieces = in_pieces(&kind, &moments, &cuts);
                for (cut, seen) in pieces.iter().step_by(20).chain(pieces.last()) {
                    let whole = in_pieces(&kind, &moments, &[*cut]);
                    prop_assert_eq!(&whole[0].1, seen, "{:?} at {:?}", kind, cut);
                }
                let (_, last) = pieces.last().unwrap();
                let outcome = at_once(&kind, &moments);
                let points = outcome.series.points.iter().filter(|it| it.at >= END - WINDOW);
                let points: Vec<(Time, u64)> = points.map(|it| (it.at, it.ready[0])).collect();
                prop_assert_eq!(&points, &last.queue, "{:?}", kind);
                prop_assert_eq!(outcome.queues[0].ready as u64, last.waiting);
            }
        }
    }

    /// `count` jobs at the same distance until 60 s.
    fn steady(count: u64) -> Vec<Time> {
        (0..count).map(|n| Time::from_secs(60) * n as u32 / count as u32).collect()
    }

    #[test]
    fn the_figures_are_those_of_the_last_minute() {
        let nobody = &kinds()[4];
        let cuts = [60, 80, 130].map(Time::from_secs);
        let seen = in_pieces(nobody, &steady(600), &cuts);
        let most = |i: usize| seen[i].1.queue.iter().map(|(_, n)| *n).max().unwrap();
        // One worker does 5 jobs a second of the 10 that come.
        assert!((290..=310).contains(&most(0)), "{}", most(0));
        let wait = |i: usize| seen[i].1.longest_wait.unwrap().as_secs_f64();
        assert!((28.0..32.0).contains(&wait(0)), "{}", wait(0));
        assert!((38.0..42.0).contains(&wait(1)) && wait(2) > 50.0, "{} {}", wait(1), wait(2));
        assert_eq!(seen[2].1.queue[0].0, Time::from_secs(70), "a minute before 130 s");
        assert_eq!(seen[2].1.waiting, 0);
    }

    #[test]
    fn without_jobs_no_wait_is_known() {
        let seen = in_pieces(&Kind::Ours, &[], &[Time::from_secs(30)]);
        assert_eq!((seen[0].1.longest_wait, seen[0].1.waiting), (None, 0));
    }

    #[test]
    fn jobs_take_the_time_that_is_known_when_a_worker_gets_them() {
        let mut live = Live::new(&quiet(), &kinds()[4], 1).unwrap();
        let at = Time::from_secs;
        live.take(0, Span::exactly(at(10)), Span::exactly(at(1)));
        live.arrive(0, [at(1), at(2), at(3)]);
        live.advance(at(5));
        live.take(0, Span::exactly(at(1)), Span::exactly(at(1)));
        live.advance(Time::from_millis(11_500));
        assert_eq!(live.look().waiting, 1, "the first took 10 s, the second has begun");
        live.advance(Time::from_millis(12_500));
        assert_eq!((live.look().waiting, live.now()), (0, Time::from_millis(12_500)));
    }
}
