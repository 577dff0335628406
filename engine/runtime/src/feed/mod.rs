//! The stream of the pages: a snapshot first, then the changes in small frames.
//!
//! A page that reconnects says which event it received last. If all later frames are still kept,
//! the page gets exactly these. Otherwise it gets a snapshot, which replaces all that it had.
//!
//! # Layout
//! - [`keys`]: turns a snapshot into a flat map of keys and values
//! - [`frame`]: changes in frames of at most 4 KiB
//! - [`columns`]: the chart's history
//! - [`position`]: which event a page received last

pub mod columns;
pub mod frame;
pub mod keys;
pub mod position;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::contribution::Contributions;
use crate::snapshots::Snapshot;
use crate::snapshots::log::{Entry, REMEMBERED};
use columns::Columns;
use frame::{Changes, Head};
pub use position::Position;

/// How many frames are kept for pages that reconnect: two minutes of ticks.
const KEPT: usize = 240;

/// The stream of changes. All clones share one stream.
#[derive(Debug, Clone)]
pub struct Feed {
    inner: Arc<Mutex<Inner>>,
    /// The position of the last frame; a new value wakes the pages that wait for a frame.
    latest: watch::Sender<Position>,
}

#[derive(Debug, Default)]
struct Inner {
    position: Position,
    /// The last snapshot as a flat map of keys and values.
    keys: BTreeMap<String, Value>,
    /// The last snapshot's time and tick.
    head: Head,
    columns: Columns,
    log: VecDeque<Entry>,
    frames: VecDeque<(u64, Arc<str>)>,
    contributions: Contributions,
}

/// The next piece of the stream that a page gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A snapshot, which replaces all that the page had.
    Full(Position, Arc<str>),
    /// The changes since the previous piece.
    Frame(Position, Arc<str>),
}

impl Feed {
    /// A feed that begins with this snapshot.
    pub fn new(first: &Snapshot, contributions: Contributions) -> Feed {
        let mut inner = Inner { contributions, ..Inner::default() };
        inner.begin(first);
        let (latest, _) = watch::channel(inner.position);
        Feed { inner: Arc::new(Mutex::new(inner)), latest }
    }

    /// Adds the next snapshot.
    pub fn push(&self, snapshot: &Snapshot) {
        let position = {
            let mut inner = self.lock();
            if inner.position.run == snapshot.run {
                inner.go_on(snapshot);
            } else {
                inner.begin(snapshot);
            }
            inner.position
        };
        self.latest.send_replace(position);
    }

    /// A receiver that is notified of every later frame.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.latest.subscribe()
    }

    /// The frames after the position `heard` if all of them are kept, otherwise a snapshot. A new
    /// page passes `None`.
    pub fn after(&self, heard: Option<Position>) -> Vec<Piece> {
        let inner = self.lock();
        match heard.filter(|heard| inner.reaches_back_to(*heard)) {
            Some(heard) => inner.frames_after(heard),
            None => vec![inner.snapshot()],
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Even a poisoned lock is used, because no panic leaves its contents half changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Begins another run and drops all data of the previous run.
    fn begin(&mut self, snapshot: &Snapshot) {
        let contributions = std::mem::take(&mut self.contributions);
        let position = Position { run: snapshot.run, seq: 1 };
        *self = Inner { position, contributions, ..Inner::default() };
        self.take_in(snapshot);
    }

    fn go_on(&mut self, snapshot: &Snapshot) {
        let before = std::mem::take(&mut self.keys);
        self.take_in(snapshot);
        let set = keys::changes(&before, &self.keys);
        let is_tick = snapshot.point.is_some();
        let changes = Changes { set, log: &snapshot.news, fresh: &snapshot.fresh };
        // Every tick sends a frame, because a page that gets no frames says that it is stale.
        if !is_tick && changes.is_empty() {
            return;
        }
        for text in frame::frames(self.head, is_tick, self.position.seq + 1, changes) {
            self.position.seq += 1;
            self.frames.push_back((self.position.seq, text.into()));
        }
        let surplus = self.frames.len().saturating_sub(KEPT);
        self.frames.drain(..surplus);
    }

    fn take_in(&mut self, snapshot: &Snapshot) {
        self.head = Head::of(snapshot);
        self.keys = keys::of(snapshot);
        self.columns.extend(snapshot.point.as_ref());
        self.log.extend(snapshot.news.iter().cloned());
        let surplus = self.log.len().saturating_sub(REMEMBERED);
        self.log.drain(..surplus);
    }

    fn reaches_back_to(&self, heard: Position) -> bool {
        let oldest = self.frames.front().map_or(self.position.seq + 1, |(seq, _)| *seq);
        heard.run == self.position.run && heard.seq <= self.position.seq && heard.seq + 1 >= oldest
    }

    fn frames_after(&self, heard: Position) -> Vec<Piece> {
        let later = self.frames.iter().filter(|(seq, _)| *seq > heard.seq);
        later
            .map(|(seq, text)| Piece::Frame(Position { seq: *seq, ..heard }, text.clone()))
            .collect()
    }

    fn snapshot(&self) -> Piece {
        let Position { run, seq } = self.position;
        let mut all = json!({
            "run": format!("{run:08x}"),
            "seq": seq,
            "t": self.head.t,
            "tick": self.head.tick,
            "state": self.keys,
            "history": self.columns,
            "log": self.log,
        });
        for (key, value) in self.contributions.first() {
            all[key] = value;
        }
        Piece::Full(self.position, all.to_string().into())
    }
}

#[cfg(test)]
mod tests;
