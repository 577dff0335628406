//! What the log needs of a disk.

use std::{fmt, io};

/// A place for segments, known by their numbers.
pub trait Disk: fmt::Debug {
    /// A segment that is written.
    type Segment: Segment;

    /// The numbers of all segments that are there, in any order.
    ///
    /// # Errors
    /// As the operating system says.
    fn list(&self) -> io::Result<Vec<u64>>;

    /// All bytes of a segment.
    ///
    /// # Errors
    /// As the operating system says.
    fn read(&self, number: u64) -> io::Result<Vec<u8>>;

    /// A new, empty segment. It is there after a crash once [`Disk::sync`] has returned.
    ///
    /// # Errors
    /// As the operating system says, also where there is one of that number.
    fn create(&self, number: u64) -> io::Result<Self::Segment>;

    /// A segment that is there, to write to.
    ///
    /// # Errors
    /// As the operating system says.
    fn open(&self, number: u64) -> io::Result<Self::Segment>;

    /// Takes a segment away.
    ///
    /// # Errors
    /// As the operating system says.
    fn delete(&self, number: u64) -> io::Result<()>;

    /// Segments that were made or deleted are so after a crash.
    ///
    /// # Errors
    /// As the operating system says.
    fn sync(&self) -> io::Result<()>;

    /// How a segment is called in words, for who has to look at it.
    fn name(&self, number: u64) -> String;
}

/// A segment that is written.
pub trait Segment: fmt::Debug {
    /// Writes at `offset`, which is not behind the end. After an error any part of it may be there.
    ///
    /// # Errors
    /// As the operating system says.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the segment to its first `len` bytes.
    ///
    /// # Errors
    /// As the operating system says.
    fn truncate(&mut self, len: u64) -> io::Result<()>;

    /// All that was written is there after a crash.
    ///
    /// # Errors
    /// As the operating system says. What is on the disk is unknown then: the kernel may have
    /// dropped the bytes, and another try would succeed without them.
    fn sync(&mut self) -> io::Result<()>;
}
