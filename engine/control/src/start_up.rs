//! The start-up time of a workload's containers, learned from observed starts.

use std::collections::{BTreeMap, VecDeque};

use crate::Time;

/// How many starts are remembered; older ones say little about the machines' present state.
const REMEMBERED: usize = 20;

/// The stage of a container's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The container is not at work yet.
    Starting,
    /// The container is at work now, or was before.
    Started,
    /// The start cannot be timed: the container waits for a machine with room, or is stopping.
    Spoilt,
}

/// The starts of one workload's containers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StartUp {
    /// When each existing container was first seen; `None` if its start is over or cannot be timed.
    began: BTreeMap<String, Option<Time>>,
    /// Whether containers were observed before: those in the first look started at unknown times.
    looked: bool,
    /// The last start-up times, oldest first.
    took: VecDeque<Time>,
}

impl StartUp {
    /// Takes in all containers that exist at `now`, by name.
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

    /// The 90th percentile of the start-up times; `None` until a start has been seen.
    pub fn p90(&self) -> Option<Time> {
        let mut sorted: Vec<Time> = self.took.iter().copied().collect();
        sorted.sort();
        // By nearest rank: the smallest time that at least 90 % of the starts do not exceed.
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
    fn a_start_is_timed_from_the_first_look_until_it_is_at_work() {
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
    fn containers_in_the_first_look_are_not_timed() {
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
        // The 18th of the last 20 times, which are 11 to 30 ms.
        assert_eq!(starts.p90(), Some(ms(28)));
    }
}
