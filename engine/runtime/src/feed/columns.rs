//! The chart's history: one column of values over time for each line of the chart.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::snapshots::history::Point;
use crate::snapshots::state::seconds;

/// How far back the chart's history reaches.
const REACH: Duration = Duration::from_secs(300);

/// The chart's points of the last 300 s, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Columns(VecDeque<Point>);

/// The columns in JSON: each has a value for every time, or null where the value was unknown.
#[derive(Debug, Serialize)]
struct Lines<'a> {
    t: Vec<f64>,
    queues: BTreeMap<&'a str, Vec<Option<u64>>>,
    live: BTreeMap<&'a str, Vec<Option<u32>>>,
    load: BTreeMap<&'a str, Vec<Option<u32>>>,
}

impl Columns {
    /// Adds points, and drops those older than 300 s.
    pub fn extend<'a>(&mut self, points: impl IntoIterator<Item = &'a Point>) {
        for point in points {
            while self.0.front().is_some_and(|old| old.at + REACH < point.at) {
                self.0.pop_front();
            }
            self.0.push_back(point.clone());
        }
    }

    fn lines(&self) -> Lines<'_> {
        Lines {
            t: self.0.iter().map(|point| seconds(point.at)).collect(),
            queues: columns(&self.0, |point| &point.queues),
            live: columns(&self.0, |point| &point.live),
            load: columns(&self.0, |point| &point.others),
        }
    }
}

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.lines().serialize(serializer)
    }
}

fn columns<'a, T: Copy + 'a>(
    points: &'a VecDeque<Point>,
    values: impl Fn(&Point) -> &Vec<(String, T)>,
) -> BTreeMap<&'a str, Vec<Option<T>>> {
    let names: BTreeSet<&str> =
        points.iter().flat_map(&values).map(|(name, _)| name.as_str()).collect();
    let value = |point: &Point, name: &str| {
        values(point).iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    };
    let column = |name| (name, points.iter().map(|point| value(point, name)).collect());
    names.into_iter().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(second: u64, queue: Option<u64>) -> Point {
        Point {
            at: Duration::from_secs(second),
            queues: queue.into_iter().map(|ready| ("jobs".to_owned(), ready)).collect(),
            live: vec![("consumer".to_owned(), 3)],
            others: Vec::new(),
        }
    }

    #[test]
    fn a_missing_reading_is_null_and_not_zero() {
        let mut columns = Columns::default();
        columns.extend(&[point(1, Some(5)), point(2, None), point(3, Some(7))]);
        let json = serde_json::to_value(&columns).unwrap();
        assert_eq!(json["t"], serde_json::json!([1.0, 2.0, 3.0]));
        assert_eq!(json["queues"]["jobs"], serde_json::json!([5, null, 7]));
        assert_eq!(json["live"]["consumer"], serde_json::json!([3, 3, 3]));
    }

    #[test]
    fn points_beyond_the_reach_are_dropped() {
        let mut columns = Columns::default();
        columns.extend(&(0..1000).map(|s| point(s, Some(s))).collect::<Vec<_>>());
        assert_eq!(columns.lines().t.len(), 301);
    }
}
