//! A disk in memory that loses power, fills up and fails, when it is told to.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses its part

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use journal::{Disk, Segment};

/// One file: what is safe, and what may be lost.
#[derive(Debug, Clone, Default)]
pub struct File {
    pub safe: Vec<u8>,
    /// Each write since then, with where it is.
    pub unsynced: Vec<(usize, Vec<u8>)>,
    /// Whether the directory is known to have it.
    pub entered: bool,
}

/// What goes wrong, counted in operations that change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// From this operation on nothing works any more.
    PowerLoss(usize),
    /// This operation fails after so many bytes, as a full disk does.
    Full(usize, usize),
    /// This operation fails.
    Fails(usize),
}

#[derive(Debug, Default)]
pub struct State {
    pub files: BTreeMap<u64, File>,
    /// Deleted, which a crash may undo.
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

/// The same bytes with others written over them.
fn over(mut bytes: Vec<u8>, offset: usize, written: &[u8]) -> Vec<u8> {
    let end = offset + written.len();
    bytes.resize(bytes.len().max(end), 0);
    bytes[offset..end].copy_from_slice(written);
    bytes
}

impl File {
    fn bytes(&self) -> Vec<u8> {
        self.unsynced.iter().fold(self.safe.clone(), |all, (at, bytes)| over(all, *at, bytes))
    }
}

impl State {
    /// How many bytes may be written by an operation; the error otherwise.
    fn operate(&mut self, bytes: usize) -> Result<(), (usize, io::Error)> {
        let this = self.operations;
        self.operations += 1;
        match self.trouble {
            Some(Trouble::PowerLoss(at)) if this >= at => {
                Err((bytes / 2, io::Error::other("the power is gone")))
            }
            Some(Trouble::Full(at, room)) if this == at => {
                Err((room.min(bytes), io::ErrorKind::StorageFull.into()))
            }
            Some(Trouble::Fails(at)) if this == at => Err((0, io::Error::other("it failed"))),
            _ => Ok(()),
        }
    }

    fn change(&mut self) -> io::Result<()> {
        self.operate(0).map_err(|(_, error)| error)
    }
}

impl Memory {
    /// What is there after a crash: of what was not synced, as much as `keep` says for each file,
    /// with rubbish where a block was not written.
    pub fn after_crash(&self, keep: impl Fn(u64, &[u8]) -> Vec<u8>) -> Memory {
        let state = self.0.borrow();
        let mut files: BTreeMap<u64, File> = BTreeMap::new();
        let back = state.deleted.iter().filter(|(number, _)| !state.files.contains_key(number));
        for (number, file) in state.files.iter().filter(|(_, it)| it.entered).chain(back) {
            let kept = |safe: Vec<u8>, (at, bytes): &(usize, Vec<u8>)| {
                over(safe, *at, &keep(*number, bytes))
            };
            let safe = file.unsynced.iter().fold(file.safe.clone(), kept);
            files.insert(*number, File { safe, entered: true, ..File::default() });
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
        let file = File { safe: bytes, entered: true, ..File::default() };
        self.0.borrow_mut().files.insert(number, file);
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
        Ok(file.bytes())
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
        assert!(offset as usize <= file.bytes().len(), "no holes");
        file.unsynced.push((offset as usize, bytes[..written].to_vec()));
        done
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        let mut state = self.disk.0.borrow_mut();
        state.change()?;
        let file = state.files.get_mut(&self.number).ok_or(io::ErrorKind::NotFound)?;
        let len = len as usize;
        file.safe.truncate(len);
        file.unsynced.retain(|(at, _)| *at < len);
        file.unsynced.iter_mut().for_each(|(at, bytes)| bytes.truncate(len - *at));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.0.borrow_mut();
        state.change()?;
        let file = state.files.get_mut(&self.number).ok_or(io::ErrorKind::NotFound)?;
        *file = File { safe: file.bytes(), entered: file.entered, ..File::default() };
        Ok(())
    }
}
