//! What the log needs of a disk.

use std::{fmt, io};

/// Storage for segments, which are known by their numbers.
pub trait Disk: fmt::Debug {
    /// A segment that is open for writing.
    type Segment: Segment;

    /// The numbers of all segments, in any order.
    ///
    /// # Errors
    /// When the operating system reports one.
    fn list(&self) -> io::Result<Vec<u64>>;

    /// All bytes of a segment.
    ///
    /// # Errors
    /// When the operating system reports one.
    fn read(&self, number: u64) -> io::Result<Vec<u8>>;

    /// Creates an empty segment. It exists after a crash once [`Disk::sync`] has returned.
    ///
    /// # Errors
    /// When the operating system reports one, or the segment exists already.
    fn create(&self, number: u64) -> io::Result<Self::Segment>;

    /// Opens an existing segment for writing.
    ///
    /// # Errors
    /// When the operating system reports one.
    fn open(&self, number: u64) -> io::Result<Self::Segment>;

    /// Deletes a segment.
    ///
    /// # Errors
    /// When the operating system reports one.
    fn delete(&self, number: u64) -> io::Result<()>;

    /// Makes created and deleted segments stay so after a crash.
    ///
    /// # Errors
    /// When the operating system reports one.
    fn sync(&self) -> io::Result<()>;

    /// The name of a segment, for people who have to look at it.
    fn name(&self, number: u64) -> String;
}

/// A segment that is open for writing.
pub trait Segment: fmt::Debug {
    /// Writes at `offset`, which is not beyond the end. After an error, any part may be written.
    ///
    /// # Errors
    /// When the operating system reports one.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the segment to its first `len` bytes.
    ///
    /// # Errors
    /// When the operating system reports one.
    fn truncate(&mut self, len: u64) -> io::Result<()>;

    /// Makes all that was written survive a crash.
    ///
    /// # Errors
    /// When the operating system reports one. Then it is unknown what is on the disk: the kernel
    /// may have dropped the bytes, and another try would succeed without them.
    fn sync(&mut self) -> io::Result<()>;
}
