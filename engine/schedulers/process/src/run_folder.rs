//! The folder of one run of the engine. Processes write only in it, and it is removed at the end.
//!
//! A killed run (SIGKILL) leaves its folder behind, and the next run removes it. A locked file
//! shows that a run is alive: the operating system frees the lock when the process ends. The file
//! gets its final name after it is locked, so no other run removes a folder that is not locked yet.

use std::fs::{self, DirEntry, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use rustix::process::geteuid;
use service::shutdown::before_exit;
use tempfile::TempDir;

use super::recipe::Recipe;

/// The prefix of the names of all runs' folders.
const PREFIX: &str = "microscaling-";
/// The file that is locked during the run. A folder without this file is not a run's folder.
const LOCK: &str = ".lock-of-a-run";
/// The lock file's name before the file is locked.
const NEW_LOCK: &str = ".lock-of-a-run.new";
/// How often the engine tries to remove a folder: an ending process may still write a file into it.
const TRIES: usize = 20;

/// The folder of this run.
#[derive(Debug, Clone)]
pub(super) struct RunFolder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    _lock: File,
}

impl RunFolder {
    /// Removes the folders of ended runs. Creates a new folder if any of these recipes needs one.
    pub(super) fn for_those(recipes: &[Recipe]) -> anyhow::Result<Option<RunFolder>> {
        let place = std::env::temp_dir();
        sweep(&place);
        let needed = recipes.iter().any(Recipe::needs_folders);
        let made = needed.then(|| RunFolder::make_in(&place)).transpose();
        made.with_context(|| {
            let place = place.display();
            format!("cannot create a folder in {place}; set TMPDIR to a writable folder")
        })
    }

    fn make_in(place: &Path) -> io::Result<RunFolder> {
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
        let lock = lock(made.path())?;
        let path = made.keep();
        let left_behind = path.clone();
        before_exit(move || remove(&left_behind));
        Ok(RunFolder(Arc::new(Inner { path, _lock: lock })))
    }

    /// Creates a replica's folder below the run's folder. Dropping the result removes the folder.
    pub(super) fn of_replica(&self, name: &str) -> io::Result<TempDir> {
        tempfile::Builder::new().prefix(&format!("{name}-")).tempdir_in(&self.0.path)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn lock(folder: &Path) -> io::Result<File> {
    let file = File::create_new(folder.join(NEW_LOCK))?;
    file.try_lock()?;
    fs::rename(folder.join(NEW_LOCK), folder.join(LOCK))?;
    Ok(file)
}

/// Removes the folders of ended runs in `place`. After a failure, the next start tries again.
fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten().filter(is_of_a_run) {
        if let Some(_held_meanwhile) = free_lock(&entry.path()) {
            remove(&entry.path());
        }
    }
}

/// Whether a directory entry may be the folder of a run of this user. Links are not accepted.
fn is_of_a_run(entry: &DirEntry) -> bool {
    let named = entry.file_name().to_string_lossy().starts_with(PREFIX);
    let ours = |it: fs::Metadata| it.is_dir() && it.uid() == geteuid().as_raw();
    named && entry.metadata().is_ok_and(ours)
}

/// Locks the folder of an ended run. Returns `None` for a live run's folder or any other folder.
fn free_lock(folder: &Path) -> Option<File> {
    let file = File::open(folder.join(LOCK)).ok()?;
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
    }
}

fn remove(folder: &Path) {
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    for _ in 0..TRIES {
        match remove_lock_last(folder) {
            Ok(()) => return,
            Err(error) if gone(&error) => return,
            Err(_) => {}
        }
    }
    tracing::warn!("cannot remove the folder {}; you can delete it", folder.display());
}

/// Removes a folder, with its lock file last: after a failure, a later start still recognizes it.
fn remove_lock_last(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false if entry.file_name() != LOCK => fs::remove_file(entry.path())?,
            false => {}
        }
    }
    fs::remove_file(folder.join(LOCK))?;
    fs::remove_dir(folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(place: &Path) -> Vec<String> {
        let entries = fs::read_dir(place).unwrap();
        let mut names: Vec<_> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_removed_once_its_run_has_ended_and_not_before() {
        let place = tempfile::tempdir().unwrap();
        let run = RunFolder::make_in(place.path()).unwrap();
        let replica = run.of_replica("queue-1").unwrap();
        fs::write(replica.path().join("segment"), "jobs").unwrap();
        sweep(place.path());
        assert!(replica.path().join("segment").is_file(), "the run goes on");
        // This imitates a killed run: its lock is free, but its files are still there.
        run.0._lock.unlock().unwrap();
        sweep(place.path());
        assert_eq!(names(place.path()), [""; 0]);
    }

    #[test]
    fn a_folder_is_removed_with_its_run() {
        let place = tempfile::tempdir().unwrap();
        let run = RunFolder::make_in(place.path()).unwrap();
        let replica = run.of_replica("queue-1").unwrap().keep();
        assert!(replica.starts_with(place.path()));
        drop(run);
        assert_eq!(names(place.path()), [""; 0]);
    }

    #[test]
    fn folders_of_others_stay() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        // None of these may be removed: a user's folder, a new run's folder, another name, a link.
        fs::create_dir(path("microscaling-in-a-box")).unwrap();
        fs::create_dir(path("microscaling-new")).unwrap();
        fs::write(path("microscaling-new").join(NEW_LOCK), "").unwrap();
        fs::create_dir(path("other")).unwrap();
        fs::write(path("other").join(LOCK), "").unwrap();
        symlink(path("other"), path("microscaling-link")).unwrap();
        fs::write(path("microscaling-file"), "").unwrap();
        let before = names(place.path());
        sweep(place.path());
        assert_eq!(names(place.path()), before);
        assert!(path("other").join(LOCK).is_file());
    }
}
