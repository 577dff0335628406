//! The traits [`Disk`] and [`Segment`]: what the log needs of a disk.

use std::{fmt, io};

/// Storage for segments, the files of the log, which have numbers. Each call fails when the
/// operating system reports an error.
pub trait Disk: fmt::Debug {
    /// A segment that is open for writing.
    type Segment: Segment;

    /// The numbers of all segments, in any order.
    fn list(&self) -> io::Result<Vec<u64>>;

    /// All bytes of a segment.
    fn read(&self, number: u64) -> io::Result<Vec<u8>>;

    /// Creates an empty segment. It exists after a crash once [`Disk::sync`] has returned.
    ///
    /// # Errors
    /// When the operating system reports an error, or the segment exists already.
    fn create(&self, number: u64) -> io::Result<Self::Segment>;

    /// Opens an existing segment for writing.
    fn open(&self, number: u64) -> io::Result<Self::Segment>;

    /// Deletes a segment.
    fn delete(&self, number: u64) -> io::Result<()>;

    /// Waits until all created segments exist and all deleted ones are gone, even after a crash.
    fn sync(&self) -> io::Result<()>;

    /// The name of a segment in error messages, such as the path of its file.
    fn name(&self, number: u64) -> String;
}

/// A segment that is open for writing. Each call fails when the operating system reports an error.
pub trait Segment: fmt::Debug {
    /// Writes at `offset`, which is not beyond the end. After an error, any part may be written.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the segment to its first `len` bytes.
    fn truncate(&mut self, len: u64) -> io::Result<()>;

    /// Waits until all written bytes survive a crash.
    ///
    /// # Errors
    /// When the operating system reports an error. Then the contents of the disk are unknown: the
    /// kernel may have dropped the bytes, and another sync would succeed without them.
    fn sync(&mut self) -> io::Result<()>;
}
