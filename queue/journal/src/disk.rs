//! The traits [`Disk`] and [`Segment`]: the operations that the log needs from a disk.

use std::{fmt, io};

/// Storage for the log's files, which are called segments and have numbers. Each call fails when
/// the operating system reports an error.
pub trait Disk: fmt::Debug {
    /// A segment that is open for writing.
    type Segment: Segment;

    /// The numbers of all segments, in any order.
    fn list(&self) -> io::Result<Vec<u64>>;

    /// All bytes of a segment.
    fn read(&self, number: u64) -> io::Result<Vec<u8>>;

    /// Creates an empty segment, which survives a crash only after [`Disk::sync`] has returned.
    ///
    /// # Errors
    /// When the operating system reports an error, or the segment exists already.
    fn create(&self, number: u64) -> io::Result<Self::Segment>;

    /// Opens an existing segment for writing.
    fn open(&self, number: u64) -> io::Result<Self::Segment>;

    /// Deletes a segment.
    fn delete(&self, number: u64) -> io::Result<()>;

    /// Waits until a crash can no longer undo the creation or deletion of any segment.
    fn sync(&self) -> io::Result<()>;

    /// Returns the name that error messages use for a segment, such as the path of its file.
    fn name(&self, number: u64) -> String;
}

/// A segment that is open for writing. Each call fails when the operating system reports an error.
pub trait Segment: fmt::Debug {
    /// Writes at `offset`, at most the segment's length. After an error, any part may be written.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Shortens the segment to its first `len` bytes.
    fn truncate(&mut self, len: u64) -> io::Result<()>;

    /// Waits until all written bytes survive a crash.
    ///
    /// # Errors
    /// When the operating system reports an error. Then the contents of the disk are unknown: the
    /// kernel may have dropped the bytes, and another sync would succeed although they are lost.
    fn sync(&mut self) -> io::Result<()>;
}
