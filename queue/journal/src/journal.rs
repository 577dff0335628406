//! Opening, appending, and deleting what is done with.

use std::collections::VecDeque;
use std::io;

use crate::disk::{Disk, Segment};
use crate::error::{OpenError, WriteError};
use crate::frame::{self, Batch, Head, Outgoing, SEGMENT_HEAD};

/// So many zeros are written ahead, in bytes. A sync that finds a file no longer than it was need
/// not wait for the file system's own journal, which takes half of the time.
const AHEAD: u64 = 256 << 10;

/// The half of a batch that a crash left behind, and that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The segment.
    pub segment: String,
    /// How many bytes of it stay.
    pub kept: u64,
    /// How many were cut off.
    pub bytes: u64,
}

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
    /// oldest first. `salt` is for a first segment, where there is none yet.
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
        let unborn = take_unborn(&disk, &mut numbers)?;
        let Some(last) = numbers.last().copied() else {
            let cut = unborn.map(|unborn| unborn.delete(&disk)).transpose()?;
            return Ok((Journal::begin(disk, 1, salt, 1)?, cut));
        };
        let mut reader = Reader { disk: &disk, next_batch: None, replay: &mut replay };
        let mut segments = VecDeque::new();
        let (mut torn, mut head, mut end) = (None, Head { number: 0, salt }, 0);
        for number in numbers {
            let read = reader.read(number, number == last)?;
            (head, end) = (read.head, read.end);
            torn = (read.len < read.written).then_some((read.len, read.written));
            segments.push_back(Written { number, len: read.len });
        }
        let next_batch = reader.next_batch.unwrap_or(1);
        // All that is before it is good; nothing is changed in a log that is not.
        let cut = unborn.map(|unborn| unborn.delete(&disk)).transpose()?;
        let mut open = disk.open(last).map_err(tried(&disk.name(last)))?;
        let cut_here =
            torn.map(|(kept, bytes)| Cut { segment: disk.name(last), kept, bytes: bytes - kept });
        if let Some(cut) = &cut_here {
            let done = open.truncate(cut.kept).and_then(|()| open.sync());
            done.map_err(tried(&format!("{} cannot be cut", cut.segment)))?;
            end = cut.kept;
        }
        let (salt, ahead) = (head.salt, AHEAD);
        let journal = Journal { disk, segments, open, end, ahead, salt, next_batch };
        Ok((journal, cut_here.or(cut)))
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

fn tried(what: &str) -> impl FnOnce(io::Error) -> OpenError {
    let what = what.to_owned();
    move |error| OpenError::Io { what, error }
}

/// A segment with its head, there after a crash.
fn born<D: Disk>(disk: &D, number: u64, salt: u64) -> Result<D::Segment, WriteError> {
    let mut open = disk.create(number).map_err(WriteError::Refused)?;
    open.write(0, &Head { number, salt }.encode()).map_err(WriteError::Refused)?;
    open.sync().and_then(|()| disk.sync()).map_err(WriteError::Unknown)?;
    Ok(open)
}

/// A segment without its head: a crash came first, and nothing was ever in it.
struct Unborn {
    number: u64,
    bytes: u64,
}

/// Takes the last segment off the list, where it is unborn.
fn take_unborn<D: Disk>(disk: &D, numbers: &mut Vec<u64>) -> Result<Option<Unborn>, OpenError> {
    let Some(number) = numbers.last().copied() else { return Ok(None) };
    let bytes = disk.read(number).map_err(tried(&disk.name(number)))?;
    if bytes.len() > SEGMENT_HEAD || Head::decode(&bytes).is_some() {
        return Ok(None);
    }
    numbers.pop();
    Ok(Some(Unborn { number, bytes: bytes.len() as u64 }))
}

impl Unborn {
    fn delete<D: Disk>(self, disk: &D) -> Result<Cut, OpenError> {
        let segment = disk.name(self.number);
        let gone = disk.delete(self.number).and_then(|()| disk.sync());
        gone.map_err(tried(&format!("{segment} cannot be deleted")))?;
        Ok(Cut { segment, kept: 0, bytes: self.bytes })
    }
}

/// A segment as it was read; lengths in bytes.
struct Read {
    head: Head,
    /// Where its batches end.
    len: u64,
    /// Where what was written ends: later than that where a write broke off.
    written: u64,
    /// Where the file ends.
    end: u64,
}

/// Reads segments one after the other.
struct Reader<'a, D, F> {
    disk: &'a D,
    /// Known from the first batch on.
    next_batch: Option<u64>,
    replay: &'a mut F,
}

impl<D: Disk, F: FnMut(u64, &[u8]) -> Result<(), String>> Reader<'_, D, F> {
    fn read(&mut self, number: u64, is_last: bool) -> Result<Read, OpenError> {
        let bytes = self.disk.read(number).map_err(tried(&self.disk.name(number)))?;
        let end = bytes.len() as u64;
        let Some(head) = Head::decode(&bytes).filter(|head| head.number == number) else {
            return Err(self.damaged(number, 0, "its head is not one of ours"));
        };
        let mut at = SEGMENT_HEAD;
        while at < bytes.len() {
            let Some(batch) = Batch::decode(head.salt, &bytes[at..]) else {
                let written = bytes[at..].iter().rposition(|byte| *byte != 0);
                let Some(written) = written.map(|last| at + last + 1) else { break };
                let before = self.next_batch.unwrap_or(1).saturating_sub(1);
                if !is_last || frame::find_later(head.salt, before, &bytes[at + 1..]).is_some() {
                    let what = "a batch's checksum is wrong, and it is not the last one";
                    return Err(self.damaged(number, at, what));
                }
                return Ok(Read { head, len: at as u64, written: written as u64, end });
            };
            if self.next_batch.is_some_and(|next| next != batch.number) {
                let what = format!("batch {} is out of its order", batch.number);
                return Err(self.damaged(number, at, &what));
            }
            let Some(next) = batch.number.checked_add(1) else {
                return Err(self.damaged(number, at, "no batch can come after its number"));
            };
            (self.replay)(number, batch.bytes).map_err(|what| self.damaged(number, at, &what))?;
            self.next_batch = Some(next);
            at += batch.len_with_head();
        }
        let len = at as u64;
        Ok(Read { head, len, written: len, end })
    }

    fn damaged(&self, number: u64, offset: usize, what: &str) -> OpenError {
        let (segment, offset) = (self.disk.name(number), offset as u64);
        OpenError::Damaged { segment, offset, what: what.to_owned() }
    }
}
