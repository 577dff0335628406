//! Reads the segments at the start, and repairs the last one after a crash.

use std::io;

use crate::disk::{Disk, Segment};
use crate::error::OpenError;
use crate::frame::{Batch, Head, SEGMENT_HEAD};
use crate::search::find_later;

/// A half-written batch that was cut off at the end of the log.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    pub segment: String,
    /// How many bytes of the segment are kept.
    pub kept: u64,
    /// How many bytes were cut off.
    pub bytes: u64,
}

/// The last segment, if a crash left it without a complete head or without its first batch. The
/// first batch holds state for all later ones, so the segment is useless without it.
pub(crate) struct Unborn {
    number: u64,
    /// The segment's head; `None` if it is incomplete.
    head: Option<Head>,
    bytes: Vec<u8>,
}

impl Unborn {
    /// If the last segment is incomplete, removes it from `numbers` and returns it.
    pub(crate) fn take<D: Disk>(
        disk: &D,
        numbers: &mut Vec<u64>,
    ) -> Result<Option<Unborn>, OpenError> {
        let Some(number) = numbers.last().copied() else { return Ok(None) };
        let bytes = disk.read(number).map_err(tried(&disk.name(number)))?;
        let head = Head::decode(&bytes);
        let is_unborn = match head {
            None => bytes.len() <= SEGMENT_HEAD,
            Some(head) => {
                let first = Batch::decode(head.salt, &bytes[SEGMENT_HEAD..]);
                numbers.len() > 1 && head.number == number && first.is_none()
            }
        };
        Ok(is_unborn.then(|| {
            numbers.pop();
            Unborn { number, head, bytes }
        }))
    }

    /// Deletes the segment; returns its half-written part, or `None` if nothing was half written.
    pub(crate) fn delete<D: Disk>(
        self,
        disk: &D,
        next_batch: Option<u64>,
    ) -> Result<Option<Cut>, OpenError> {
        let segment = disk.name(self.number);
        let batches = self.bytes.get(SEGMENT_HEAD..).unwrap_or_default();
        if self.head.is_some_and(|head| goes_on(head.salt, next_batch, batches)) {
            let (offset, what) = (SEGMENT_HEAD as u64, NOT_THE_LAST.to_owned());
            return Err(OpenError::Damaged { segment, offset, what });
        }
        let gone = disk.delete(self.number).and_then(|()| disk.sync());
        gone.map_err(tried(&format!("{segment} cannot be deleted")))?;
        let is_torn = self.head.is_none() || written(batches) > 0;
        let bytes = match self.head {
            Some(_) => SEGMENT_HEAD + written(batches),
            None => self.bytes.len(),
        };
        Ok(is_torn.then_some(Cut { segment, kept: 0, bytes: bytes as u64 }))
    }
}

const NOT_THE_LAST: &str = "a batch's checksum is wrong, and it is not the last one";

/// Whether a valid batch follows in `bytes`, which begin with a damaged batch. `next` is the number
/// that the damaged batch should have; `None` if it is not known.
fn goes_on(salt: u64, next: Option<u64>, bytes: &[u8]) -> bool {
    let behind = bytes.get(1..).unwrap_or_default();
    find_later(salt, next.map(|next| next.saturating_sub(1)), behind).is_some()
}

/// How many bytes come before the final zeros, which were written in advance.
fn written(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

/// A segment that was read. All lengths are in bytes.
pub(crate) struct Read {
    number: u64,
    pub(crate) head: Head,
    /// The segment's bytes up to the end of its batches.
    bytes: Vec<u8>,
    /// Where the last written byte ends: after the batches only if a write was interrupted.
    written: u64,
    /// The length of the whole segment.
    pub(crate) end: u64,
}

impl Read {
    /// The length up to the end of the batches.
    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Opens the segment for writing after its batches, and makes these survive a crash. Cuts off
    /// an incomplete batch at the end, and returns what was cut off.
    pub(crate) fn open<D: Disk>(&self, disk: &D) -> Result<(D::Segment, Option<Cut>), OpenError> {
        let (segment, kept) = (disk.name(self.number), self.len());
        let mut open = disk.open(self.number).map_err(tried(&segment))?;
        let torn = self.written.checked_sub(kept).filter(|bytes| *bytes > 0);
        if torn.is_some() {
            open.truncate(kept).map_err(tried(&format!("{segment} cannot be cut")))?;
        }
        self.secure(disk, &mut open).map_err(tried(&format!("{segment} cannot be synced")))?;
        Ok((open, torn.map(|bytes| Cut { segment, kept, bytes })))
    }

    /// Writes the segment's bytes again, and syncs. The process that wrote them may have been
    /// killed before it synced the file or the directory. After a failed sync the kernel treats the
    /// bytes as written, so that another sync ignores them unless they are written again.
    fn secure<D: Disk>(&self, disk: &D, open: &mut D::Segment) -> io::Result<()> {
        open.write(0, &self.bytes)?;
        open.sync()?;
        disk.sync()
    }
}

/// Reads segments one after the other.
pub(crate) struct Reader<'a, D, F> {
    pub(crate) disk: &'a D,
    /// The number that the next batch must have; `None` before the first batch.
    pub(crate) next_batch: Option<u64>,
    pub(crate) replay: &'a mut F,
}

impl<D: Disk, F: FnMut(u64, &[u8]) -> Result<(), String>> Reader<'_, D, F> {
    pub(crate) fn read(&mut self, number: u64, is_last: bool) -> Result<Read, OpenError> {
        let mut bytes = self.disk.read(number).map_err(tried(&self.disk.name(number)))?;
        let end = bytes.len() as u64;
        let Some(head) = Head::decode(&bytes).filter(|head| head.number == number) else {
            return Err(self.damaged(number, 0, "its head is invalid"));
        };
        let mut at = SEGMENT_HEAD;
        while let Some(batch) = Batch::decode(head.salt, &bytes[at..]) {
            self.take(number, at, batch)?;
            at += batch.len_with_head();
        }
        let behind = &bytes[at..];
        let written = at + written(behind);
        if written > at && (!is_last || goes_on(head.salt, self.next_batch, behind)) {
            return Err(self.damaged(number, at, NOT_THE_LAST));
        }
        bytes.truncate(at);
        Ok(Read { number, head, bytes, written: written as u64, end })
    }

    fn take(&mut self, number: u64, at: usize, batch: Batch<'_>) -> Result<(), OpenError> {
        if self.next_batch.is_some_and(|next| next != batch.number) {
            let what = format!("batch {} is out of order", batch.number);
            return Err(self.damaged(number, at, &what));
        }
        let Some(next) = batch.number.checked_add(1) else {
            return Err(self.damaged(number, at, "its number is the largest possible one"));
        };
        (self.replay)(number, batch.bytes).map_err(|what| self.damaged(number, at, &what))?;
        self.next_batch = Some(next);
        Ok(())
    }

    fn damaged(&self, number: u64, offset: usize, what: &str) -> OpenError {
        let (segment, offset) = (self.disk.name(number), offset as u64);
        OpenError::Damaged { segment, offset, what: what.to_owned() }
    }
}

/// Turns a system error into an [`OpenError`]; `what` describes the operation that failed.
pub(crate) fn tried(what: &str) -> impl FnOnce(io::Error) -> OpenError {
    let what = what.to_owned();
    move |error| OpenError::Io { what, error }
}
