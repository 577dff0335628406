//! A directory of files that is used as the log's [`Disk`], by one process only.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::disk::{Disk, Segment};

/// The file that a process locks while it uses the directory.
const LOCK: &str = "lock";
const SUFFIX: &str = ".log";

/// A directory that this process has locked, so that no other process uses it.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    /// The lock file. The operating system unlocks it when the process ends.
    _lock: File,
}

impl Directory {
    /// Creates the directory if it does not exist, and locks it. `who` names this process in the
    /// error that another process gets when it tries to lock the same directory.
    ///
    /// # Errors
    /// When the directory cannot be created or written, or another process uses it. In the second
    /// case the message names the other process.
    pub fn take(path: &Path, who: &str) -> io::Result<Directory> {
        make(path)?;
        let lock = path.join(LOCK);
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&lock)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&lock).unwrap_or_default();
                let text = format!(
                    "{} uses it; stop that one, or choose another directory",
                    holder.trim()
                );
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, text));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Errors are ignored, because only the lock matters: a full disk may have no room for the
        // name, and the log may be about to free space. The old name is overwritten before the file
        // is cut, because a freed block might not be available again.
        let line = format!("{who}\n");
        let written = file.write_all_at(line.as_bytes(), 0);
        let _ = written.and_then(|()| file.set_len(line.len() as u64));
        Ok(Directory { path: path.to_owned(), _lock: file })
    }

    fn file(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:016x}{SUFFIX}"))
    }
}

/// Creates the directory if it does not exist, and syncs, so that the directory survives a crash.
fn make(path: &Path) -> io::Result<()> {
    let missing = path.ancestors().take_while(|it| !it.as_os_str().is_empty() && !it.exists());
    let missing = missing.count();
    fs::create_dir_all(path)?;
    if missing == 0 {
        // Another process may have created the directory, and been killed before it synced. Errors
        // are ignored, because this process may lack the permission to read the parent.
        let _ = path.parent().map(sync);
    }
    path.ancestors().skip(1).take(missing).try_for_each(sync)
}

/// Syncs a directory, so that a crash undoes no creation or deletion of a file in it.
fn sync(path: &Path) -> io::Result<()> {
    // The parent of a plain name is the empty path, which stands for the current directory.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

impl Disk for Directory {
    type Segment = File;

    fn list(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
            numbers.extend(number.and_then(|hex| u64::from_str_radix(hex, 16).ok()));
        }
        Ok(numbers)
    }

    fn read(&self, number: u64) -> io::Result<Vec<u8>> {
        fs::read(self.file(number))
    }

    fn create(&self, number: u64) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(self.file(number))
    }

    fn open(&self, number: u64) -> io::Result<File> {
        OpenOptions::new().write(true).open(self.file(number))
    }

    fn delete(&self, number: u64) -> io::Result<()> {
        fs::remove_file(self.file(number))
    }

    fn sync(&self) -> io::Result<()> {
        sync(&self.path)
    }

    fn name(&self, number: u64) -> String {
        self.file(number).display().to_string()
    }
}

impl Segment for File {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]
mod tests {
    use super::*;

    /// A directory that is removed when the `Folder` is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("journal-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_directory_is_made_with_all_above_it() {
        let folder = Folder::new("made");
        let path = folder.0.join("one/two");
        for _ in 0..2 {
            Directory::take(&path, "a test").unwrap();
        }
        assert!(path.join(LOCK).is_file());
    }

    #[test]
    fn a_second_process_learns_which_one_uses_the_directory() {
        let folder = Folder::new("told");
        drop(Directory::take(&folder.0, "somebody with a long name").unwrap());
        let _held = Directory::take(&folder.0, "somebody").unwrap();
        let refused = Directory::take(&folder.0, "me").unwrap_err().to_string();
        assert!(refused.starts_with("somebody uses it;"), "{refused}");
    }

    #[test]
    fn a_full_disk_does_not_keep_a_directory_from_being_locked() {
        let folder = Folder::new("full");
        fs::create_dir(&folder.0).unwrap();
        std::os::unix::fs::symlink("/dev/full", folder.0.join(LOCK)).unwrap();
        // All processes that run this test lock the same /dev/full, so this one may have to wait.
        let taken = loop {
            match Directory::take(&folder.0, "a test") {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                    std::thread::yield_now();
                }
                done => break done,
            }
        };
        assert!(taken.is_ok(), "{taken:?}");
    }
}
