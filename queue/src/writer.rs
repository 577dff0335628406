//! Writes the log. All waiting records are written as one batch, with one write and one sync.
//!
//! While one batch is being written, the records for the next batch collect. So no publisher waits
//! for a timer, and batches grow with the load.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use journal::{Directory, Disk, Journal, Outgoing, WriteError};
use tokio::task::JoinHandle;

use crate::durable::Refusal;
use crate::durable::extent::{Extents, Keeping};
use crate::durable::recorder::{Gathered, Publish};
use crate::hub::Hub;

/// The length of a segment in bytes. When all messages are done, at most two segments are left.
const SEGMENT: u64 = 16 << 20;

/// The approximate size in bytes of the pieces in which records are written after a failure.
const PIECE: usize = 1 << 20;

/// How long to wait before records that could not be written are tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// If the log exceeds twice the needed bytes by this many segments, messages are written again.
const SPARE: u64 = 3;

/// The records that the writer takes from the hub at one moment, and the broker's state then.
struct Taken {
    gathered: Gathered,
    /// The first batch of a new segment; `None` while the last segment is not full.
    base: Option<Outgoing>,
    /// The oldest needed segment; `None` if only the last one is needed.
    needed: Option<u64>,
    /// Messages that are written again at the log's end; `None` if the log is short enough.
    keeping: Option<Keeping>,
}

/// The running writer, on its own thread because a sync blocks; `None` if there is no log.
#[derive(Debug)]
pub struct Writing(Option<JoinHandle<io::Result<()>>>);

impl Writing {
    /// Starts the writer, if there is one.
    pub fn start(writer: Option<Writer>) -> Writing {
        Writing(writer.map(|writer| tokio::task::spawn_blocking(|| writer.run())))
    }

    /// Waits until the writer ends, after the hub was closed or after a failure. Without a writer,
    /// waits for ever.
    ///
    /// # Errors
    /// When a write failed, and the contents of the disk are therefore unknown.
    pub async fn ended(&mut self) -> anyhow::Result<()> {
        let Some(task) = &mut self.0 else { return std::future::pending().await };
        let ended = task.await;
        self.0 = None;
        ended?.context("the log has failed, and its contents are unknown; restart the queue server")
    }

    /// Waits until everything is written, after the hub was closed.
    ///
    /// # Errors
    /// When a write failed, and the contents of the disk are therefore unknown.
    pub async fn finish(mut self) -> anyhow::Result<()> {
        if self.0.is_some() { self.ended().await } else { Ok(()) }
    }
}

/// Writes the records of a hub to its log.
#[derive(Debug)]
pub struct Writer<D: Disk = Directory> {
    hub: Arc<Hub>,
    journal: Journal<D>,
    extents: Extents,
    /// The length in bytes after which a segment is full, and a new one is begun.
    segment: u64,
    /// The records of past events that could not be written yet, in pieces, oldest first.
    owed: VecDeque<Outgoing>,
    /// Whether the last write failed, so that a series of failures is logged once.
    refused: bool,
    /// Whether the last deletion of a segment failed, so that a series of failures is logged once.
    undeleted: bool,
}

impl<D: Disk> Writer<D> {
    /// Creates the writer of a hub, for the log from which the hub was loaded.
    pub(crate) fn new(hub: Arc<Hub>, journal: Journal<D>, extents: Extents) -> Writer<D> {
        let (owed, refused, undeleted) = (VecDeque::new(), false, false);
        Writer { hub, journal, extents, segment: SEGMENT, owed, refused, undeleted }
    }

    /// Writes records until the hub is closed and all records are written.
    ///
    /// # Errors
    /// When a write failed, and the contents of the disk are therefore unknown. Then the process
    /// must end: only a restart reads the disk again, and no waiting publisher may get a success.
    pub fn run(mut self) -> io::Result<()> {
        while let Some(taken) = self.take() {
            let Taken { gathered, base, mut needed, keeping } = taken;
            let segment = self.journal.last_number();
            self.write(gathered, base)?;
            if self.owed.is_empty() {
                keeping.into_iter().for_each(|it| self.extents.carried(segment, it));
            } else {
                // A full disk has no room to record that messages are done. Deleting segments whose
                // messages are all done makes room, so it comes before those records.
                needed = self.hub.call(|broker, _| self.extents.first_needed(broker));
            }
            self.delete_before(needed)?;
        }
        // Segments that were deleted since the last try may have made room.
        if self.write_owed()?.is_err() {
            tracing::warn!("the disk is still full: a restart will redeliver some acked messages");
        }
        Ok(())
    }

    fn owe(&mut self, happened: Outgoing) {
        match self.owed.back_mut() {
            _ if happened.is_empty() => {}
            Some(last) if last.bytes().len() < PIECE => last.extend_from_slice(happened.bytes()),
            _ => self.owed.push_back(happened),
        }
    }

    /// Writes `owed` piece by piece. The inner error means that the disk refused a piece.
    fn write_owed(&mut self) -> io::Result<Result<(), Refusal>> {
        while let Some(mut piece) = self.owed.pop_front() {
            if let Err(refusal) = self.append(&mut piece)? {
                self.owed.push_front(piece);
                return Ok(Err(refusal));
            }
        }
        Ok(Ok(()))
    }

    /// Takes all waiting records, with the state of the broker at that moment.
    fn take(&mut self) -> Option<Taken> {
        let full = self.journal.last_len() > self.segment;
        let (bytes, last) = (self.journal.bytes(), self.journal.last_number());
        let segment = self.segment;
        let extents = &mut self.extents;
        // With records in `owed`, the writer waits at most 1 s: a full disk may have room again.
        let patience = (!self.owed.is_empty()).then_some(AGAIN);
        self.hub.gathered(patience, |recorder, broker, now| {
            let needed = extents.first_needed(broker);
            // True if more than half of the log is not needed any more.
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
        self.owe(owed);
        let turned = base.map_or(Ok(true), |base| self.turn(base))?;
        match self.write_with(records)? {
            Ok(segment) => {
                if turned && !accepted.is_empty() {
                    self.tell(None);
                }
                self.settle(segment, accepted);
            }
            Err(refusal) => {
                // The records in `owed` are smaller and must be written, so they are written alone,
                // and the publishes are refused.
                let _ = self.write_owed()?;
                self.hub.refuse(accepted, &refusal);
            }
        }
        Ok(())
    }

    /// Writes `owed` and then `records`, in one batch if `owed` is short. Returns the segment.
    fn write_with(&mut self, records: Outgoing) -> io::Result<Result<u64, Refusal>> {
        if self.owed.len() > 1
            && let Err(refusal) = self.write_owed()?
        {
            return Ok(Err(refusal));
        }
        let Some(mut batch) = self.owed.pop_front() else {
            return self.append(&mut { records });
        };
        let owed = batch.bytes().len();
        batch.extend_from_slice(records.bytes());
        let written = self.append(&mut batch)?;
        if written.is_err() {
            batch.truncate(owed);
            self.owed.push_front(batch);
        }
        Ok(written)
    }

    /// Writes `owed`, and then begins a segment with the batch `base`, which includes its effects.
    /// Returns false if the disk refused; then the last segment stays in use until the next try.
    fn turn(&mut self, mut base: Outgoing) -> io::Result<bool> {
        if self.write_owed()?.is_err() {
            return Ok(false);
        }
        match self.journal.begin_segment(rand::random(), &mut base) {
            Ok(_) => Ok(true),
            Err(WriteError::Refused(error)) => {
                self.tell(Some(&error));
                Ok(false)
            }
            Err(WriteError::Unknown(error)) => Err(error),
        }
    }

    fn append(&mut self, batch: &mut Outgoing) -> io::Result<Result<u64, Refusal>> {
        if batch.is_empty() {
            return Ok(Ok(self.journal.last_number()));
        }
        match self.journal.append(batch) {
            Ok(segment) => Ok(Ok(segment)),
            Err(WriteError::Refused(error)) => {
                self.tell(Some(&error));
                Ok(Err(error.into()))
            }
            Err(WriteError::Unknown(error)) => Err(error),
        }
    }

    /// Commits batches that are on the disk, and answers their publishers.
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
                if !std::mem::replace(&mut self.undeleted, true) {
                    tracing::warn!("an unneeded segment cannot be deleted: {error}");
                }
            }
            Ok(()) => self.undeleted = false,
        }
        Ok(())
    }

    fn tell(&mut self, error: Option<&io::Error>) {
        match error {
            Some(error) if !self.refused => {
                tracing::error!("the log cannot be written, so nothing is published: {error}");
            }
            None if self.refused => tracing::info!("the log can be written again"),
            _ => {}
        }
        self.refused = error.is_some();
    }
}

#[cfg(test)]
mod tests;
