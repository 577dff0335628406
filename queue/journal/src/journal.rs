//! [`Journal`]: opens a log, appends batches, and deletes old segments.

use std::collections::VecDeque;
use std::io;

use crate::disk::{Disk, Segment};
use crate::error::{OpenError, WriteError};
use crate::frame::{self, Head, Outgoing, SEGMENT_HEAD};
use crate::reader::{Cut, Reader, Unborn, tried};

/// How many zeros are written in advance, in bytes. While batches overwrite zeros, the file's
/// length stays the same. A sync then takes half of the time, because it need not wait for the file
/// system's own journal.
const AHEAD: u64 = 256 << 10;

/// A log that is open for writing.
#[derive(Debug)]
pub struct Journal<D: Disk> {
    disk: D,
    /// All segments, oldest first. Batches are appended to the last one.
    segments: VecDeque<Written>,
    /// The last segment, open for writing.
    open: D::Segment,
    /// The length of the last segment in bytes, including the zeros after its batches.
    end: u64,
    /// How many zeros are written in advance, in bytes.
    ahead: u64,
    salt: u64,
    next_batch: u64,
}

/// A segment and its length in bytes up to the end of its batches.
#[derive(Debug, Clone, Copy)]
struct Written {
    number: u64,
    len: u64,
}

impl<D: Disk> Journal<D> {
    /// Opens the log, and passes each batch with the number of its segment to `replay`, oldest
    /// first. If there is no segment yet, the first one is created with `salt`. Once `open` has
    /// returned, all batches that it read survive any crash, even if they were never synced before.
    /// If the last write was interrupted, also returns what was cut off at the end.
    ///
    /// # Errors
    /// When anything but the last batch is damaged, or `replay` rejects a batch.
    pub fn open(
        disk: D,
        salt: u64,
        mut replay: impl FnMut(u64, &[u8]) -> Result<(), String>,
    ) -> Result<(Journal<D>, Option<Cut>), OpenError> {
        let mut numbers = disk.list().map_err(tried("the segments cannot be listed"))?;
        numbers.sort_unstable();
        if let Some(gap) = numbers.windows(2).find(|pair| pair[1] != pair[0] + 1) {
            return Err(OpenError::Missing { segment: disk.name(gap[0] + 1) });
        }
        let unborn = Unborn::take(&disk, &mut numbers)?;
        let mut reader = Reader { disk: &disk, next_batch: None, replay: &mut replay };
        let (mut segments, mut last) = (VecDeque::new(), None);
        for (at, number) in numbers.iter().copied().enumerate() {
            let read = reader.read(number, at + 1 == numbers.len())?;
            segments.push_back(Written { number, len: read.len() });
            last = Some(read);
        }
        let next_batch = reader.next_batch;
        // A damaged log is never changed, so all other segments are checked before one is deleted.
        let unborn = unborn.map(|unborn| unborn.delete(&disk, next_batch)).transpose()?;
        let cut = unborn.flatten();
        let Some(last) = last else {
            return Ok((Journal::begin(disk, 1, salt, 1)?, cut));
        };
        let (open, torn) = last.open(&disk)?;
        let next_batch = next_batch.unwrap_or(1);
        let (salt, ahead) = (last.head.salt, AHEAD);
        let end = torn.as_ref().map_or(last.end, |torn| torn.kept);
        let journal = Journal { disk, segments, open, end, ahead, salt, next_batch };
        Ok((journal, torn.or(cut)))
    }

    fn begin(disk: D, number: u64, salt: u64, next_batch: u64) -> Result<Journal<D>, OpenError> {
        let open = born(&disk, number, salt).map_err(|error| match error {
            WriteError::Refused(error) | WriteError::Unknown(error) => {
                tried(&format!("{} cannot be made", disk.name(number)))(error)
            }
        })?;
        let (end, ahead) = (SEGMENT_HEAD as u64, AHEAD);
        let segments = VecDeque::from([Written { number, len: end }]);
        Ok(Journal { disk, segments, open, end, ahead, salt, next_batch })
    }

    /// Returns the same log, but with `ahead` bytes of zeros written in advance.
    #[must_use]
    pub fn with_ahead(self, ahead: u64) -> Journal<D> {
        Journal { ahead, ..self }
    }

    /// Writes a batch and waits until it is on the disk; returns the number of its segment.
    ///
    /// # Errors
    /// When the batch cannot be written. Then the log is unchanged, or its contents are unknown.
    pub fn append(&mut self, batch: &mut Outgoing) -> Result<u64, WriteError> {
        if batch.bytes().len() > frame::MAX_BATCH {
            let text = format!("a batch has at most {} bytes", frame::MAX_BATCH);
            return Err(WriteError::Refused(io::Error::new(io::ErrorKind::InvalidInput, text)));
        }
        let kept = self.last().len;
        let bytes = batch.seal(self.salt, self.next_batch);
        let len = kept + bytes.len() as u64;
        if let Err(error) = self.open.write(kept, bytes) {
            self.cut(kept)?;
            return Err(WriteError::Refused(error));
        }
        self.reach(len)?;
        self.open.sync().map_err(WriteError::Unknown)?;
        self.next_batch += 1;
        let last = self.segments.back_mut();
        last.map_or(Ok(0), |last| {
            last.len = len;
            Ok(last.number)
        })
    }

    /// Writes more zeros after the batches, which end at `len`, if the earlier zeros are used up.
    fn reach(&mut self, len: u64) -> Result<(), WriteError> {
        if len <= self.end {
            return Ok(());
        }
        self.end = len + self.ahead;
        // The batch itself is written, so a disk without room for the zeros does no harm.
        if self.open.write(len, &vec![0; self.ahead as usize]).is_err() {
            self.cut(len)?;
        }
        Ok(())
    }

    fn cut(&mut self, len: u64) -> Result<(), WriteError> {
        self.end = len;
        self.open.truncate(len).map_err(WriteError::Unknown)
    }

    /// Begins another segment with the batch `first`, and returns the segment's number. `first`
    /// should hold all state that later batches do not repeat.
    ///
    /// # Errors
    /// When that fails. Then the previous segment stays in use, or the contents are unknown.
    pub fn begin_segment(&mut self, salt: u64, first: &mut Outgoing) -> Result<u64, WriteError> {
        let number = self.last().number + 1;
        let open = match born(&self.disk, number, salt) {
            Ok(open) => open,
            Err(WriteError::Refused(error)) => return Err(self.unmake(number, error)),
            Err(unknown) => return Err(unknown),
        };
        let len = SEGMENT_HEAD as u64;
        let mut last = std::mem::replace(&mut self.open, open);
        let (last_salt, last_end) = (self.salt, self.end);
        (self.salt, self.end) = (salt, len);
        let last_len = self.last().len;
        self.segments.push_back(Written { number, len });
        match self.append(first) {
            Err(WriteError::Refused(error)) => {
                (self.open, self.salt, self.end) = (last, last_salt, last_end);
                self.segments.pop_back();
                Err(self.unmake(number, error))
            }
            done => {
                // The zeros of the previous segment are useless now, but do no harm.
                let _ = last.truncate(last_len);
                done
            }
        }
    }

    /// Deletes a segment whose creation failed with `error`; returns the error to report.
    fn unmake(&self, number: u64, error: io::Error) -> WriteError {
        let there = self.disk.list().map(|all| all.contains(&number));
        let gone = there.and_then(|there| if there { self.disk.delete(number) } else { Ok(()) });
        match gone.and_then(|()| self.disk.sync()) {
            Ok(()) => WriteError::Refused(error),
            Err(error) => WriteError::Unknown(error),
        }
    }

    /// Deletes the segments with lower numbers than `number`, but never the last segment.
    ///
    /// # Errors
    /// When a segment cannot be deleted. Then another call may delete it and the remaining ones, or
    /// the contents of the log are unknown.
    pub fn delete_before(&mut self, number: u64) -> Result<(), WriteError> {
        while self.segments.len() > 1 && self.segments[0].number < number {
            // The oldest segment is deleted first, and each deletion is synced before the next one,
            // so that a crash leaves no gap.
            self.disk.delete(self.segments[0].number).map_err(WriteError::Refused)?;
            self.disk.sync().map_err(WriteError::Unknown)?;
            self.segments.pop_front();
        }
        Ok(())
    }

    /// The length of the last segment up to the end of its batches, in bytes.
    pub fn last_len(&self) -> u64 {
        self.last().len
    }

    /// The number of the last segment.
    pub fn last_number(&self) -> u64 {
        self.last().number
    }

    /// The number of the oldest segment.
    pub fn first_number(&self) -> u64 {
        self.segments.front().map_or(0, |first| first.number)
    }

    /// The length of all segments together up to the end of their batches, in bytes.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|it| it.len).sum()
    }

    /// How many segments there are.
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    fn last(&self) -> Written {
        // There is always a segment: `open` creates the first, and the last one is never deleted.
        self.segments.back().copied().unwrap_or(Written { number: 0, len: 0 })
    }
}

/// Creates a segment, writes its head, and syncs both.
fn born<D: Disk>(disk: &D, number: u64, salt: u64) -> Result<D::Segment, WriteError> {
    let mut open = disk.create(number).map_err(WriteError::Refused)?;
    open.write(0, &Head { number, salt }.encode()).map_err(WriteError::Refused)?;
    open.sync().and_then(|()| disk.sync()).map_err(WriteError::Unknown)?;
    Ok(open)
}
