//! Opening, appending, and deleting what is done with.

use std::collections::VecDeque;
use std::io;

use crate::disk::{Disk, Segment};
use crate::error::{OpenError, WriteError};
use crate::frame::{self, Head, Outgoing, SEGMENT_HEAD};
use crate::reader::{Cut, Reader, Unborn, tried};

/// So many zeros are written ahead, in bytes. A sync that finds a file no longer than it was need
/// not wait for the file system's own journal, which takes half of the time.
const AHEAD: u64 = 256 << 10;

/// A log that is open for writing.
#[derive(Debug)]
pub struct Journal<D: Disk> {
    disk: D,
    /// All segments, the one that is written last.
    segments: VecDeque<Written>,
    /// The last one.
    open: D::Segment,
    /// Where that ends on the disk, in bytes, with the zeros behind its batches.
    end: u64,
    /// How many zeros are written ahead.
    ahead: u64,
    salt: u64,
    next_batch: u64,
}

/// A segment with its length in bytes, up to where its batches end.
#[derive(Debug, Clone, Copy)]
struct Written {
    number: u64,
    len: u64,
}

impl<D: Disk> Journal<D> {
    /// Opens the log, and gives each batch's bytes to `replay`, with the number of its segment,
    /// oldest first. `salt` is for a first segment, where there is none yet. What was read is there
    /// after any crash once this has returned, also where whoever wrote it could not sync it.
    ///
    /// # Errors
    /// When anything but the last batch is not as it was written, or `replay` cannot make sense of
    /// a batch.
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
        // All that is before it is good; nothing is changed in a log that is not.
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

    /// The same log, which writes so many zeros ahead, in bytes.
    #[must_use]
    pub fn with_ahead(self, ahead: u64) -> Journal<D> {
        Journal { ahead, ..self }
    }

    /// Writes a batch and waits until it is on the disk; the number of its segment.
    ///
    /// # Errors
    /// When it cannot be written; it is not there then, or what is there is unknown.
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

    /// The batches go up to here now; where that is the end of the file, zeros are put behind them.
    fn reach(&mut self, len: u64) -> Result<(), WriteError> {
        if len <= self.end {
            return Ok(());
        }
        self.end = len + self.ahead;
        // A disk that has no room for them has the batch all the same.
        if self.open.write(len, &vec![0; self.ahead as usize]).is_err() {
            self.cut(len)?;
        }
        Ok(())
    }

    fn cut(&mut self, len: u64) -> Result<(), WriteError> {
        self.end = len;
        self.open.truncate(len).map_err(WriteError::Unknown)
    }

    /// Begins another segment; its first batch should tell all that is not in later ones.
    ///
    /// # Errors
    /// When it cannot be made; the last one goes on then, or what is there is unknown.
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
                // The zeros of the one before are of no use any more, and do no harm.
                let _ = last.truncate(last_len);
                done
            }
        }
    }

    /// Takes back a segment that could not be begun.
    fn unmake(&self, number: u64, error: io::Error) -> WriteError {
        let there = self.disk.list().map(|all| all.contains(&number));
        let gone = there.and_then(|there| if there { self.disk.delete(number) } else { Ok(()) });
        match gone.and_then(|()| self.disk.sync()) {
            Ok(()) => WriteError::Refused(error),
            Err(error) => WriteError::Unknown(error),
        }
    }

    /// Deletes all segments before this one, but never the one that is written.
    ///
    /// # Errors
    /// When one cannot be deleted; those that are left are by another call. Or what is there is
    /// unknown.
    pub fn delete_before(&mut self, number: u64) -> Result<(), WriteError> {
        while self.segments.len() > 1 && self.segments[0].number < number {
            // The oldest goes first, and is gone before the next: a crash leaves no gap.
            self.disk.delete(self.segments[0].number).map_err(WriteError::Refused)?;
            self.disk.sync().map_err(WriteError::Unknown)?;
            self.segments.pop_front();
        }
        Ok(())
    }

    /// How many bytes the segment that is written has.
    pub fn last_len(&self) -> u64 {
        self.last().len
    }

    /// The number of the segment that is written.
    pub fn last_number(&self) -> u64 {
        self.last().number
    }

    /// The number of the oldest segment.
    pub fn first_number(&self) -> u64 {
        self.segments.front().map_or(0, |first| first.number)
    }

    /// How many bytes all segments have together.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|it| it.len).sum()
    }

    /// How many segments there are.
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    fn last(&self) -> Written {
        // There is always one; a log without would have nothing to write to.
        self.segments.back().copied().unwrap_or(Written { number: 0, len: 0 })
    }
}

/// A segment with its head, there after a crash.
fn born<D: Disk>(disk: &D, number: u64, salt: u64) -> Result<D::Segment, WriteError> {
    let mut open = disk.create(number).map_err(WriteError::Refused)?;
    open.write(0, &Head { number, salt }.encode()).map_err(WriteError::Refused)?;
    open.sync().and_then(|()| disk.sync()).map_err(WriteError::Unknown)?;
    Ok(open)
}
