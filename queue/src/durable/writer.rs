//! One write and one sync for all who wait.
//!
//! While a batch is being written the next one gathers; so nobody waits for a timer, and the more
//! there is to write the larger the batches are.

use std::io;
use std::sync::Arc;

use anyhow::Context;
use journal::{Directory, Disk, Journal, Outgoing, WriteError};
use tokio::task::JoinHandle;

use crate::durable::extent::{Extents, Keeping};
use crate::durable::recorder::{Gathered, Publish};
use crate::hub::Hub;

/// How long segments are, in bytes. When all is done, two are left at most.
const SEGMENT: u64 = 16 << 20;

/// So many segments may be there without a look at what is in them.
const SPARE: u64 = 3;

/// What the writer takes at a time.
struct Taken {
    gathered: Gathered,
    /// What another segment begins with, where one is due.
    base: Option<Outgoing>,
    /// The first segment that was needed.
    needed: Option<u64>,
    /// Messages that are carried to the end, so that their segment can go.
    keeping: Option<Keeping>,
}

/// Why a batch of messages was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The disk is full.
    Full,
    /// It could not be written, in the operating system's words.
    NotWritten(String),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Refusal::Full,
            _ => Refusal::NotWritten(error.to_string()),
        }
    }
}

/// A writer at work, on a thread of its own, for a sync blocks.
#[derive(Debug)]
pub struct Writing(Option<JoinHandle<io::Result<()>>>);

impl Writing {
    /// Sets a writer to work, where there is one.
    pub fn start(writer: Option<Writer>) -> Writing {
        Writing(writer.map(|writer| tokio::task::spawn_blocking(|| writer.run())))
    }

    /// Waits until it has ended: once the hub is closed, or because it must not go on. Where there
    /// is none, that is never.
    ///
    /// # Errors
    /// When what is on the disk is unknown.
    pub async fn ended(&mut self) -> anyhow::Result<()> {
        let Some(task) = &mut self.0 else { return std::future::pending().await };
        let ended = task.await;
        self.0 = None;
        ended?.context("the log has failed, and what is on the disk is unknown; start again")
    }

    /// Waits until all is written, after the hub was closed.
    ///
    /// # Errors
    /// When what is on the disk is unknown.
    pub async fn finish(mut self) -> anyhow::Result<()> {
        if self.0.is_some() { self.ended().await } else { Ok(()) }
    }
}

/// Writes what gathers in a hub.
#[derive(Debug)]
pub struct Writer<D: Disk = Directory> {
    hub: Arc<Hub>,
    journal: Journal<D>,
    extents: Extents,
    /// A segment that is longer than this is followed by another one, in bytes.
    segment: u64,
    /// What has happened and could not be written yet.
    owed: Outgoing,
    /// Whether the disk refused the last write; it is told once.
    refused: bool,
}

impl<D: Disk> Writer<D> {
    /// A writer for a hub, and what was loaded for it.
    pub(crate) fn new(hub: Arc<Hub>, journal: Journal<D>, extents: Extents) -> Writer<D> {
        let (owed, refused) = (Outgoing::default(), false);
        Writer { hub, journal, extents, segment: SEGMENT, owed, refused }
    }

    /// Writes until the hub is closed, and then what is left.
    ///
    /// # Errors
    /// When what is on the disk is unknown. Then the process has to end: only a new start, which
    /// reads the disk, can tell, and whoever waits must not be told that all is well.
    pub fn run(mut self) -> io::Result<()> {
        while let Some(taken) = self.take() {
            let Taken { gathered, base, mut needed, keeping } = taken;
            let segment = self.journal.last_number();
            self.write(gathered, base)?;
            if self.owed.is_empty() {
                keeping.into_iter().for_each(|it| self.extents.carried(segment, it));
            } else {
                // On a full disk it cannot be waited for that what was done is written: what makes
                // room must go.
                needed = self.hub.call(|broker, _| self.extents.first_needed(broker));
            }
            self.delete_before(needed)?;
        }
        // What has been deleted since the last try may have made room.
        self.write_owed()
    }

    fn write_owed(&mut self) -> io::Result<()> {
        let mut owed = std::mem::take(&mut self.owed);
        if self.append(&mut owed)?.is_err() {
            self.owed = owed;
        }
        Ok(())
    }

    /// All that has gathered, with what is known of the broker at that moment.
    fn take(&mut self) -> Option<Taken> {
        let full = self.journal.last_len() > self.segment;
        let (bytes, last) = (self.journal.bytes(), self.journal.last_number());
        let segment = self.segment;
        let extents = &mut self.extents;
        self.hub.gathered(|recorder, broker, now| {
            let needed = extents.first_needed(broker);
            // More than half of the log is of no use.
            let too_long = bytes > SPARE * segment + 2 * broker.bytes();
            let old = needed.filter(|it| too_long && *it < last);
            let keeping = old.map(|it| extents.keeping(it, broker, recorder.next_written(broker)));
            let carried = keeping.as_ref().map_or(&[][..], |it| &it.messages);
            recorder.carry(now, broker, carried);
            let gathered = recorder.take();
            let base = full.then(|| recorder.base(now, broker));
            Taken { gathered, base, needed, keeping }
        })
    }

    fn write(&mut self, gathered: Gathered, base: Option<Outgoing>) -> io::Result<()> {
        let Gathered { owed, accepted, records } = gathered;
        self.owed.extend_from_slice(owed.bytes());
        if let Some(base) = base {
            self.turn(base)?;
        }
        let mut batch = std::mem::take(&mut self.owed);
        let owed = batch.bytes().len();
        batch.extend_from_slice(records.bytes());
        let written = self.append(&mut batch);
        match written? {
            Ok(segment) => {
                self.settle(segment, accepted);
                batch.clear();
            }
            Err(refusal) => {
                // What happened is smaller, and stays owed until it is written; who only asked is
                // told no.
                batch.truncate(owed);
                if !accepted.is_empty() && self.append(&mut batch)?.is_ok() {
                    batch.clear();
                }
                self.hub.refuse(accepted, &refusal);
            }
        }
        self.owed = batch;
        Ok(())
    }

    /// Begins another segment. What happened before its base was taken goes into the last one.
    fn turn(&mut self, mut base: Outgoing) -> io::Result<()> {
        self.write_owed()?;
        if !self.owed.is_empty() {
            return Ok(());
        }
        match self.journal.begin_segment(rand::random(), &mut base) {
            Ok(_) => Ok(()),
            // The last one goes on; there will be another try.
            Err(WriteError::Refused(error)) => {
                self.tell(Some(&error));
                Ok(())
            }
            Err(WriteError::Unknown(error)) => Err(error),
        }
    }

    fn append(&mut self, batch: &mut Outgoing) -> io::Result<Result<u64, Refusal>> {
        if batch.is_empty() {
            return Ok(Ok(self.journal.last_number()));
        }
        match self.journal.append(batch) {
            Ok(segment) => {
                self.tell(None);
                Ok(Ok(segment))
            }
            Err(WriteError::Refused(error)) => {
                self.tell(Some(&error));
                Ok(Err(error.into()))
            }
            Err(WriteError::Unknown(error)) => Err(error),
        }
    }

    /// The batches are there: their messages can be seen, and their publishers go on.
    fn settle(&mut self, segment: u64, accepted: Vec<Publish>) {
        for id in accepted.iter().filter_map(|it| it.accepted.ids().next()) {
            self.extents.holds(segment, id);
        }
        self.hub.settle(accepted);
    }

    fn delete_before(&mut self, needed: Option<u64>) -> io::Result<()> {
        let first = needed.unwrap_or(self.journal.last_number());
        match self.journal.delete_before(first) {
            Err(WriteError::Unknown(error)) => return Err(error),
            Err(WriteError::Refused(error)) => {
                tracing::warn!("a segment that is done with cannot be deleted: {error}");
            }
            Ok(()) => {}
        }
        Ok(())
    }

    fn tell(&mut self, error: Option<&io::Error>) {
        match error {
            Some(error) if !self.refused => {
                tracing::error!("the log cannot be written, so nothing is taken in: {error}");
            }
            None if self.refused => tracing::info!("the log can be written again"),
            _ => {}
        }
        self.refused = error.is_some();
    }
}

#[cfg(test)]
mod tests;
