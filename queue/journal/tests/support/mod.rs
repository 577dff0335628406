//! A disk in memory that can lose power, fill up and fail.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses its part

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use journal::{Disk, Segment};

/// A file: its safe bytes, and those that may be lost.
#[derive(Debug, Clone, Default)]
pub struct File {
    pub safe: Vec<u8>,
    /// The bytes that are read while there is power.
    pub cached: Vec<u8>,
    /// The writes that the next sync makes safe, with their offsets. A failed sync drops them, and
    /// they are still read.
    pub unsynced: Vec<(usize, Vec<u8>)>,
    /// Whether the file is safely listed in the directory.
    pub entered: bool,
}

/// A failure at an operation, counted over all operations that change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The process or the power ends in the middle of this operation.
    Ends(usize),
    /// This operation fails after that many bytes, like on a full disk.
    Full(usize, usize),
    /// This operation fails.
    Fails(usize),
}

#[derive(Debug, Default)]
pub struct State {
    pub files: BTreeMap<u64, File>,
    /// Deleted files, which a crash may bring back.
    pub deleted: BTreeMap<u64, File>,
    pub operations: usize,
    pub trouble: Option<Trouble>,
}

/// The disk; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Memory(pub Rc<RefCell<State>>);

#[derive(Debug)]
pub struct Open {
    disk: Memory,
    number: u64,
}

/// The ways in which a power loss may leave an unsynced write; each takes the old and the written
/// bytes.
pub fn remains(kind: usize) -> impl Fn(&[u8], &[u8]) -> Vec<u8> {
    move |before, written| {
        let len = written.len();
        match kind % 4 {
            0 => Vec::new(),
            1 => written[..len * (kind % 101) / 101].to_vec(),
            // The file has grown, but its blocks were not written.
            2 => before.to_vec(),
            // A later block was written, and an earlier one was not.
            _ => [&before[..len / 2], &written[len / 2..]].concat(),
        }
    }
}

/// The bytes with others written over them.
fn over(mut bytes: Vec<u8>, offset: usize, written: &[u8]) -> Vec<u8> {
    let end = offset + written.len();
    bytes.resize(bytes.len().max(end), 0);
    bytes[offset..end].copy_from_slice(written);
    bytes
}

/// The `len` bytes from `offset` on; zeros after the end of the file.
fn under(file: &[u8], offset: usize, len: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = file.iter().skip(offset).take(len).copied().collect();
    bytes.resize(len, 0);
    bytes
}

impl File {
    fn of(bytes: Vec<u8>) -> File {
        File { cached: bytes.clone(), safe: bytes, entered: true, ..File::default() }
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        self.cached = over(std::mem::take(&mut self.cached), offset, bytes);
        self.unsynced.push((offset, bytes.to_vec()));
    }

    fn truncate(&mut self, len: usize) {
        self.safe.truncate(len);
        self.cached.truncate(len);
        self.unsynced.retain(|(at, _)| *at < len);
        self.unsynced.iter_mut().for_each(|(at, bytes)| bytes.truncate(len - *at));
    }

    fn sync(&mut self) {
        let unsynced = std::mem::take(&mut self.unsynced);
        let safe = std::mem::take(&mut self.safe);
        self.safe = unsynced.iter().fold(safe, |all, (at, bytes)| over(all, *at, bytes));
    }
}

impl State {
    /// How many bytes an operation may write; otherwise the error.
    fn operate(&mut self, bytes: usize) -> Result<(), (usize, io::Error)> {
        let this = self.operations;
        self.operations += 1;
        match self.trouble {
            Some(Trouble::Ends(at)) if this >= at => {
                let written = if this == at { bytes / 2 } else { 0 };
                Err((written, io::Error::other("this is the end")))
            }
            Some(Trouble::Full(at, room)) if this == at => {
                Err((room.min(bytes), io::ErrorKind::StorageFull.into()))
            }
            Some(Trouble::Fails(at)) if this == at => Err((0, io::Error::other("it failed"))),
            _ => Ok(()),
        }
    }

    /// Whether the process or the power has ended.
    fn is_dead(&self) -> bool {
        matches!(self.trouble, Some(Trouble::Ends(at)) if self.operations > at)
    }

    fn change(&mut self) -> io::Result<()> {
        self.operate(0).map_err(|(_, error)| error)
    }
}

impl Memory {
    /// The disk after the process was killed: everything that it wrote, safe or not.
    pub fn after_kill(&self) -> Memory {
        let state = self.0.borrow();
        let (files, deleted) = (state.files.clone(), state.deleted.clone());
        Memory(Rc::new(RefCell::new(State { files, deleted, ..State::default() })))
    }

    /// The disk after a power loss. For each unsynced write, `keep` makes the remaining bytes of
    /// the old ones, which are zeros after the end, and the written ones.
    pub fn after_power_loss(&self, keep: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Memory {
        let state = self.0.borrow();
        let mut files: BTreeMap<u64, File> = BTreeMap::new();
        let back = state.deleted.iter().filter(|(number, _)| !state.files.contains_key(number));
        for (number, file) in state.files.iter().filter(|(_, it)| it.entered).chain(back) {
            let kept = |safe: Vec<u8>, (at, bytes): &(usize, Vec<u8>)| {
                let kept = keep(&under(&safe, *at, bytes.len()), bytes);
                over(safe, *at, &kept)
            };
            let safe = file.unsynced.iter().fold(file.safe.clone(), kept);
            files.insert(*number, File::of(safe));
        }
        Memory(Rc::new(RefCell::new(State { files, ..State::default() })))
    }

    pub fn trouble(&self, trouble: Option<Trouble>) {
        self.0.borrow_mut().trouble = trouble;
    }

    pub fn bytes(&self, number: u64) -> Vec<u8> {
        self.read(number).unwrap()
    }

    pub fn set(&self, number: u64, bytes: Vec<u8>) {
        self.0.borrow_mut().files.insert(number, File::of(bytes));
    }
}

impl Disk for Memory {
    type Segment = Open;

    fn list(&self) -> io::Result<Vec<u64>> {
        Ok(self.0.borrow().files.keys().copied().collect())
    }

    fn read(&self, number: u64) -> io::Result<Vec<u8>> {
        let state = self.0.borrow();
        let file = state.files.get(&number).ok_or(io::ErrorKind::NotFound)?;
        Ok(file.cached.clone())
    }

    fn create(&self, number: u64) -> io::Result<Open> {
        let mut state = self.0.borrow_mut();
        state.change()?;
        if state.files.contains_key(&number) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.files.insert(number, File::default());
        Ok(Open { disk: self.clone(), number })
    }

    fn open(&self, number: u64) -> io::Result<Open> {
        Ok(Open { disk: self.clone(), number })
    }

    fn delete(&self, number: u64) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        state.change()?;
        let file = state.files.remove(&number).ok_or(io::ErrorKind::NotFound)?;
        if file.entered {
            state.deleted.insert(number, file);
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        state.change()?;
        state.files.values_mut().for_each(|file| file.entered = true);
        state.deleted.clear();
        Ok(())
    }

    fn name(&self, number: u64) -> String {
        format!("segment {number}")
    }
}

impl Segment for Open {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.0.borrow_mut();
        let (written, done) = match state.operate(bytes.len()) {
            Ok(()) => (bytes.len(), Ok(())),
            Err((written, error)) => (written, Err(error)),
        };
        let file = state.files.get_mut(&self.number).ok_or(io::ErrorKind::NotFound)?;
        assert!(offset as usize <= file.cached.len(), "no holes");
        file.write(offset as usize, &bytes[..written]);
        done
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        let mut state = self.disk.0.borrow_mut();
        state.change()?;
        let file = state.files.get_mut(&self.number).ok_or(io::ErrorKind::NotFound)?;
        file.truncate(len as usize);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.0.borrow_mut();
        let done = state.change();
        let is_dead = state.is_dead();
        let file = state.files.get_mut(&self.number).ok_or(io::ErrorKind::NotFound)?;
        match done {
            Ok(()) => file.sync(),
            Err(_) if is_dead => {}
            // The kernel marks them as written from now on.
            Err(_) => file.unsynced.clear(),
        }
        done
    }
}
