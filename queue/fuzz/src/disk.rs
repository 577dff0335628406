//! A disk in memory, whose files may have any contents.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use journal::{Disk, Segment};

type Files = BTreeMap<u64, Vec<u8>>;

/// The disk; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Files>>);

/// A file that is open for writing.
#[derive(Debug)]
pub struct Open(Memory, u64);

impl Memory {
    /// A disk with these files.
    pub fn with(files: impl IntoIterator<Item = (u64, Vec<u8>)>) -> Memory {
        Memory(Arc::new(Mutex::new(files.into_iter().collect())))
    }

    /// Its files.
    pub fn files(&self) -> MutexGuard<'_, Files> {
        self.0.lock().expect("no thread panics with it")
    }
}

impl Disk for Memory {
    type Segment = Open;

    fn list(&self) -> io::Result<Vec<u64>> {
        Ok(self.files().keys().copied().collect())
    }

    fn read(&self, number: u64) -> io::Result<Vec<u8>> {
        self.files().get(&number).cloned().ok_or(io::ErrorKind::NotFound.into())
    }

    fn create(&self, number: u64) -> io::Result<Open> {
        match self.files().insert(number, Vec::new()) {
            None => Ok(Open(self.clone(), number)),
            Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }

    fn open(&self, number: u64) -> io::Result<Open> {
        Ok(Open(self.clone(), number))
    }

    fn delete(&self, number: u64) -> io::Result<()> {
        self.files().remove(&number).map(|_| ()).ok_or(io::ErrorKind::NotFound.into())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn name(&self, number: u64) -> String {
        format!("segment {number}")
    }
}

impl Open {
    fn change(&self, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut files = self.0.files();
        files.get_mut(&self.1).map(change).ok_or(io::ErrorKind::NotFound.into())
    }
}

impl Segment for Open {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.change(|file| {
            let (from, end) = (offset as usize, offset as usize + bytes.len());
            assert!(from <= file.len(), "no holes");
            file.resize(file.len().max(end), 0);
            file[from..end].copy_from_slice(bytes);
        })
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.change(|file| file.truncate(len as usize))
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}
