//! What a page is told: once all there is, then what has changed, in small frames.
//!
//! A page that was away for a while says what it heard last. If the frames since then are still
//! here it gets them, and nothing twice; else it gets all there is, in the place of what it had.
//!
//! # Layout
//! - [`keys`]: a moment as a flat map, so that a change is the keys that differ
//! - [`frame`]: changes in pieces of at most four kilobytes
//! - [`columns`]: the chart's past
//! - [`position`]: how far a page has heard

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

/// How many frames are kept for those who were away: two minutes of ticks.
const KEPT: usize = 240;

/// The stream of changes. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Feed {
    inner: Arc<Mutex<Inner>>,
    /// Tells those who wait that there is more.
    latest: watch::Sender<Position>,
}

#[derive(Debug, Default)]
struct Inner {
    position: Position,
    /// The last moment as keys.
    keys: BTreeMap<String, Value>,
    /// The last moment's time and tick.
    head: Head,
    columns: Columns,
    log: VecDeque<Entry>,
    frames: VecDeque<(u64, Arc<str>)>,
    contributions: Contributions,
}

/// What a page gets next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// All there is, in the place of whatever it had.
    Full(Position, Arc<str>),
    /// What has changed.
    Frame(Position, Arc<str>),
}

impl Feed {
    /// A feed that begins with this moment, for pages that are told of these contributions first.
    pub fn new(first: &Snapshot, contributions: Contributions) -> Feed {
        let mut inner = Inner { contributions, ..Inner::default() };
        inner.begin(first);
        let (latest, _) = watch::channel(inner.position);
        Feed { inner: Arc::new(Mutex::new(inner)), latest }
    }

    /// Takes the next moment in.
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

    /// Tells of whatever comes after now.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.latest.subscribe()
    }

    /// What comes after `heard`, which is nothing for who has heard nothing: frames where all since
    /// then are here, else a snapshot.
    pub fn after(&self, heard: Option<Position>) -> Vec<Piece> {
        let inner = self.lock();
        match heard.filter(|heard| inner.reaches_back_to(*heard)) {
            Some(heard) => inner.frames_after(heard),
            None => vec![inner.snapshot()],
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here is left half done by a panic elsewhere.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Another run: nothing that was there before counts.
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
        // A page that hears nothing at all would say that it is old.
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
