//! Splits changes into frames of at most 4 KiB, which any network delivers quickly.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::snapshots::Snapshot;
use crate::snapshots::log::Entry;

/// The longest frame in bytes.
pub const LONGEST: usize = 4096;
/// Bytes of each frame that are reserved for its braces, names and numbers.
const AROUND: usize = 200;

/// A snapshot's time and tick.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Head {
    /// Seconds since the run began.
    pub t: f64,
    /// The number of the last tick.
    pub tick: u64,
}

impl Head {
    /// The time and tick of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Head {
        Head { t: snapshot.state.uptime_s, tick: snapshot.state.tick }
    }
}

/// The changes since the previous snapshot.
#[derive(Debug)]
pub struct Changes<'a> {
    /// Keys and their new values; null where a key is gone.
    pub set: Vec<(String, Value)>,
    /// New log entries.
    pub log: &'a [Entry],
    /// New values from parts outside the control loop, by the name of their list.
    pub fresh: &'a [(&'static str, Vec<Value>)],
}

impl Changes<'_> {
    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
            && self.log.is_empty()
            && self.fresh.iter().all(|(_, all)| all.is_empty())
    }
}

/// A frame in JSON.
#[derive(Debug, Default, Serialize)]
struct Frame {
    seq: u64,
    t: f64,
    tick: u64,
    /// Whether this is the last frame of a tick; the page then adds a point to the chart.
    step: bool,
    /// Whether the next frame has more changes of the same snapshot.
    more: bool,
    #[serde(skip_serializing_if = "Map::is_empty")]
    set: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    log: Vec<Value>,
    #[serde(flatten)]
    fresh: BTreeMap<&'static str, Vec<Value>>,
}

/// One change in a frame.
enum Item {
    Set(String, Value),
    Log(Value),
    Fresh(&'static str, Value),
}

/// The frames of a snapshot, numbered from `seq`.
pub fn frames(head: Head, is_tick: bool, seq: u64, changes: Changes<'_>) -> Vec<String> {
    let set = changes.set.into_iter().map(|(key, value)| Item::Set(key, value));
    let entries = changes.log.iter().filter_map(|entry| serde_json::to_value(entry).ok());
    let fresh = changes.fresh.iter();
    let fresh = fresh.flat_map(|(list, all)| all.iter().map(|it| Item::Fresh(list, it.clone())));
    let mut frames = vec![Frame::default()];
    let mut room = LONGEST - AROUND;
    for item in set.chain(entries.map(Item::Log)).chain(fresh) {
        let size = item.size();
        if size > room {
            frames.push(Frame::default());
            room = LONGEST - AROUND;
        }
        room = room.saturating_sub(size);
        if let Some(frame) = frames.last_mut() {
            frame.add(item);
        }
    }
    let last = frames.len() - 1;
    let whole = frames.into_iter().enumerate().map(|(i, frame)| Frame {
        seq: seq + i as u64,
        t: head.t,
        tick: head.tick,
        step: is_tick && i == last,
        more: i < last,
        ..frame
    });
    whole.filter_map(|frame| serde_json::to_string(&frame).ok()).collect()
}

impl Item {
    /// The item's length in a frame in bytes, including the separator.
    fn size(&self) -> usize {
        match self {
            Item::Set(key, value) => key.len() + value.to_string().len() + 4,
            Item::Log(value) | Item::Fresh(_, value) => value.to_string().len() + 1,
        }
    }
}

impl Frame {
    fn add(&mut self, item: Item) {
        match item {
            Item::Set(key, value) => drop(self.set.insert(key, value)),
            Item::Log(value) => self.log.push(value),
            Item::Fresh(list, value) => self.fresh.entry(list).or_default().push(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(count: usize, size: usize) -> Changes<'static> {
        let value = |n: usize| (format!("key/{n}"), Value::String("x".repeat(size)));
        Changes { set: (0..count).map(value).collect(), log: &[], fresh: &[] }
    }

    #[test]
    fn a_frame_has_at_most_4_kib_and_nothing_is_left_out() {
        let head = Head { t: 12_345.678, tick: u64::MAX };
        for (count, size) in [(0, 0), (1, 10), (100, 100), (1000, 7), (40, 1000), (7, 3000)] {
            let frames = frames(head, true, 1_000_000_000, changes(count, size));
            assert!(frames.iter().all(|frame| frame.len() <= LONGEST), "{count} of {size}");
            let read = |frame: &String| serde_json::from_str::<Value>(frame).unwrap();
            let keys: usize =
                frames.iter().map(|f| read(f)["set"].as_object().map_or(0, Map::len)).sum();
            assert_eq!(keys, count);
        }
    }

    #[test]
    fn only_the_last_frame_of_a_snapshot_completes_it() {
        let frames = frames(Head::default(), true, 5, changes(40, 1000));
        let read: Vec<Value> = frames.iter().map(|f| serde_json::from_str(f).unwrap()).collect();
        let (last, others) = read.split_last().unwrap();
        assert!(!others.is_empty());
        assert!(others.iter().all(|frame| frame["more"] == true && frame["step"] == false));
        assert!(last["more"] == false && last["step"] == true);
        assert!((5_u64..).zip(&read).all(|(seq, frame)| frame["seq"] == seq));
    }
}
