//! One write and one sync for all who wait.
//!
//! While a batch is being written the next one gathers; so nobody waits for a timer, and the more
//! there is to write the larger the batches are.

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

/// How long segments are, in bytes. When all is done, two are left at most.
const SEGMENT: u64 = 16 << 20;

/// What is owed is written in pieces of this many bytes, about.
const PIECE: usize = 1 << 20;

/// How long it is until what is owed is tried again.
const AGAIN: Duration = Duration::from_secs(1);

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
    /// What has happened and could not be written yet, oldest first.
    owed: VecDeque<Outgoing>,
    /// Whether the disk has refused publishes since the last that were written; it is told once.
    refused: bool,
    /// Whether a segment could not be deleted the last time; it is told once.
    undeleted: bool,
}

impl<D: Disk> Writer<D> {
    /// A writer for a hub, and what was loaded for it.
    pub(crate) fn new(hub: Arc<Hub>, journal: Journal<D>, extents: Extents) -> Writer<D> {
        let (owed, refused, undeleted) = (VecDeque::new(), false, false);
        Writer { hub, journal, extents, segment: SEGMENT, owed, refused, undeleted }
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
        if self.write_owed()?.is_err() {
            tracing::warn!("the disk is full to the end, so some of what is done will come again");
        }
        Ok(())
    }

    /// What has happened is owed until it is written.
    fn owe(&mut self, happened: Outgoing) {
        match self.owed.back_mut() {
            _ if happened.is_empty() => {}
            Some(last) if last.bytes().len() < PIECE => last.extend_from_slice(happened.bytes()),
            _ => self.owed.push_back(happened),
        }
    }

    /// Piece by piece, as far as the disk takes it.
    fn write_owed(&mut self) -> io::Result<Result<(), Refusal>> {
        while let Some(mut piece) = self.owed.pop_front() {
            if let Err(refusal) = self.append(&mut piece)? {
                self.owed.push_front(piece);
                return Ok(Err(refusal));
            }
        }
        Ok(Ok(()))
    }

    /// All that has gathered, with what is known of the broker at that moment.
    fn take(&mut self) -> Option<Taken> {
        let full = self.journal.last_len() > self.segment;
        let (bytes, last) = (self.journal.bytes(), self.journal.last_number());
        let segment = self.segment;
        let extents = &mut self.extents;
        // A disk that was full may have room again though nothing happens here.
        let patience = (!self.owed.is_empty()).then_some(AGAIN);
        self.hub.gathered(patience, |recorder, broker, now| {
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
                // What happened is smaller, and has to be written; who only asked is told no.
                let _ = self.write_owed()?;
                self.hub.refuse(accepted, &refusal);
            }
        }
        Ok(())
    }

    /// Writes what is owed, and these records: with it in one, where it is not much.
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

    /// Begins another segment; false where the last one goes on, and there will be another try.
    /// What happened before its base was taken goes into the last one.
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
                if !std::mem::replace(&mut self.undeleted, true) {
                    tracing::warn!("a segment that is done with cannot be deleted: {error}");
                }
            }
            Ok(()) => self.undeleted = false,
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
