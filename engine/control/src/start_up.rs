//! How long a workload's containers take to start, learned from those that have.

use std::collections::{BTreeMap, VecDeque};

use crate::Time;

/// So many starts are remembered; older ones say little about the machines as they are now.
const REMEMBERED: usize = 20;

/// How far a container is, as far as its start goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is being started.
    Starting,
    /// It is at work, or was.
    Started,
    /// Its start tells nothing: it waits for a machine with room, or is told to stop.
    Spoilt,
}

/// The starts of one workload's containers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StartUp {
    /// Since when each container that is there is known; `None` where its start was not seen
    /// whole, or is over.
    began: BTreeMap<String, Option<Time>>,
    /// Whether there was a look before this one: what the first look finds began at some time.
    looked: bool,
    /// The last starts, oldest first.
    took: VecDeque<Time>,
}

impl StartUp {
    /// Takes in all containers that are there at `now`, by name.
    pub fn see<'a>(&mut self, now: Time, containers: impl Iterator<Item = (&'a str, Stage)>) {
        let mut began = BTreeMap::new();
        for (name, stage) in containers {
            let since = self.began.get(name).copied().unwrap_or(self.looked.then_some(now));
            let since = match stage {
                Stage::Starting => since,
                Stage::Started => {
                    self.took.extend(since.map(|since| now.saturating_sub(since)));
                    None
                }
                Stage::Spoilt => None,
            };
            began.insert(name.to_owned(), since);
        }
        while self.took.len() > REMEMBERED {
            self.took.pop_front();
        }
        (self.began, self.looked) = (began, true);
    }

    /// Nine of ten starts took no longer than this; `None` while none was seen.
    pub fn p90(&self) -> Option<Time> {
        let mut sorted: Vec<Time> = self.took.iter().copied().collect();
        sorted.sort();
        // The smallest that at least nine tenths are no longer than (nearest rank).
        let rank = (sorted.len() * 9).div_ceil(10);
        sorted.get(rank.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Time {
        Time::from_millis(ms)
    }

    fn see(starts: &mut StartUp, at: u64, containers: &[(&str, Stage)]) {
        starts.see(ms(at), containers.iter().copied());
    }

    #[test]
    fn a_start_is_timed_from_its_first_sight_to_its_work() {
        let mut starts = StartUp::default();
        see(&mut starts, 0, &[]);
        see(&mut starts, 100, &[("a", Stage::Starting)]);
        see(&mut starts, 900, &[("a", Stage::Starting)]);
        assert_eq!(starts.p90(), None);
        see(&mut starts, 1300, &[("a", Stage::Started)]);
        see(&mut starts, 9000, &[("a", Stage::Started)]);
        assert_eq!(starts.p90(), Some(ms(1200)));
    }

    #[test]
    fn what_was_there_at_the_first_look_teaches_nothing() {
        let mut starts = StartUp::default();
        see(&mut starts, 0, &[("a", Stage::Starting), ("b", Stage::Started)]);
        see(&mut starts, 500, &[("a", Stage::Started), ("b", Stage::Started)]);
        assert_eq!(starts.p90(), None);
    }

    #[test]
    fn neither_a_wait_for_a_machine_nor_a_second_start_is_a_start_up() {
        let mut starts = StartUp::default();
        see(&mut starts, 0, &[]);
        see(&mut starts, 100, &[("a", Stage::Spoilt), ("b", Stage::Starting)]);
        see(&mut starts, 60_000, &[("a", Stage::Starting), ("b", Stage::Started)]);
        see(&mut starts, 61_000, &[("a", Stage::Started), ("b", Stage::Starting)]);
        see(&mut starts, 62_000, &[("a", Stage::Started), ("b", Stage::Started)]);
        assert_eq!(starts.p90(), Some(ms(59_900)));
        assert_eq!(starts.took.len(), 1);
    }

    #[test]
    fn nine_of_ten_are_no_longer_and_old_ones_are_forgotten() {
        let mut starts = StartUp::default();
        see(&mut starts, 0, &[]);
        for number in 1..=30_u64 {
            let name = format!("c{number}");
            see(&mut starts, number * 1000, &[(name.as_str(), Stage::Starting)]);
            see(&mut starts, number * 1000 + number, &[(name.as_str(), Stage::Started)]);
        }
        // Of 11 to 30 ms the 18th.
        assert_eq!(starts.p90(), Some(ms(28)));
    }
}
