//! Writes events to a file as they arrive. A slow or full disk affects only the recording.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use runtime::feed::{Feed, Piece, Position};
use service::Shutdown;
use tokio::task::spawn_blocking;

use super::line::Line;

/// Writes a recording.
#[derive(Debug)]
pub struct Recorder {
    file: File,
    name: PathBuf,
    /// The size of all complete lines in the file, in bytes.
    whole: u64,
    /// When the first event was written; `None` before that event.
    began: Option<Instant>,
    /// The position of the last written event.
    heard: Option<Position>,
}

impl Recorder {
    /// Begins a recording in a new file.
    ///
    /// # Errors
    /// When the file exists already or cannot be created.
    pub fn create(name: &Path) -> anyhow::Result<Recorder> {
        let file = File::create_new(name).with_context(|| {
            format!("cannot record to {}; name a new file with --record", name.display())
        })?;
        Ok(Recorder::to(file, name))
    }

    fn to(file: File, name: &Path) -> Recorder {
        Recorder { file, name: name.to_owned(), whole: 0, began: None, heard: None }
    }

    /// Writes the events of the feed until shutdown, or until a write fails, which is logged once.
    /// Requests more events only after a write. The feed keeps the events of two minutes, so a
    /// write may take that long; after a longer write the recording continues with a snapshot.
    pub async fn run(mut self, feed: Feed, shutdown: Shutdown) {
        let mut latest = feed.watch();
        loop {
            latest.mark_unchanged();
            let leaving = shutdown.is_set();
            let pieces = feed.after(self.heard);
            let written = spawn_blocking(move || {
                let result = self.write(&pieces);
                (self, result)
            });
            let Ok((this, result)) = written.await else { return };
            self = this;
            if let Err(error) = result {
                tracing::error!("the recording {} ends here: {error}", self.name.display());
                return;
            }
            if leaving {
                return;
            }
            tokio::select! {
                changed = latest.changed() => if changed.is_err() { return },
                () = shutdown.wait() => {}
            }
        }
    }

    fn write(&mut self, pieces: &[Piece]) -> io::Result<()> {
        let began = *self.began.get_or_insert_with(Instant::now);
        let ms = began.elapsed().as_millis() as u64;
        let mut lines = Vec::new();
        for line in pieces.iter().filter_map(|piece| Line::of(ms, piece)) {
            serde_json::to_writer(&mut lines, &line)?;
            lines.push(b'\n');
        }
        let written = self.file.write_all(&lines).and_then(|()| self.file.flush());
        match written {
            Ok(()) => self.whole += lines.len() as u64,
            // A replay needs whole lines. If this removal fails, the replay names the damaged line.
            Err(_) => drop(self.file.set_len(self.whole)),
        }
        if let Some(Piece::Full(position, _) | Piece::Frame(position, _)) = pieces.last() {
            self.heard = Some(*position);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use control::{Autoscaler, Config, Observation};
    use model::ControlMode;
    use runtime::contribution::{Contributed, Contributions};
    use runtime::snapshots::{Controls, Fixed, Round, Snapshot, SnapshotBuilder};

    use super::*;
    use crate::record::recording::Recording;

    /// A snapshot without workloads and queues.
    fn empty_moment() -> Snapshot {
        let fixed = Fixed {
            scheduler: "process",
            namespace: None,
            context: None,
            start_delay: Duration::ZERO,
        };
        let config =
            Config { capacity: 1, tick: Duration::from_millis(500), workloads: Vec::new() };
        let core = Autoscaler::new(config).unwrap();
        SnapshotBuilder::new(fixed, 1).after(Round {
            now: Duration::ZERO,
            tick: 0,
            is_tick: false,
            core: &core,
            observation: &Observation::default(),
            deployments: BTreeMap::new(),
            decisions: &[],
            start_ups: &BTreeMap::new(),
            standing: String::new(),
            mode: ControlMode::LooksOn("this is a recording".to_owned()),
            warnings: &BTreeMap::new(),
            controls: Controls::default(),
            config: 0,
            contributed: Contributed::default(),
        })
    }

    fn feed() -> Feed {
        Feed::new(&empty_moment(), Contributions::default())
    }

    /// The path of a file that does not exist yet.
    fn path(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("{name}-{}.ndjson", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    #[tokio::test]
    async fn the_file_has_the_events_of_the_feed_line_by_line() {
        let (name, feed) = (path("recorded"), feed());
        let (trigger, shutdown) = Shutdown::new();
        let recorder = Recorder::create(&name).unwrap();
        let running = tokio::spawn(recorder.run(feed.clone(), shutdown));
        let mut snapshot = empty_moment();
        for second in 0..3 {
            while std::fs::read_to_string(&name).unwrap().lines().count() <= second {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            snapshot.state.headline = format!("Second {second}.");
            feed.push(&snapshot);
        }
        trigger.set();
        running.await.unwrap();
        let text = std::fs::read_to_string(&name).unwrap();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.starts_with(r#"{"ms":0,"event":"snapshot","id":"#), "{text}");
        assert!(text.contains("Second 2."), "{text}");
        assert!(Recording::read(text.as_bytes()).is_ok());
        let again = Recorder::create(&name).unwrap_err();
        assert!(again.to_string().contains("name a new file with --record"), "{again}");
        std::fs::remove_file(&name).unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_ends_the_recording_and_nothing_else() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let feed = feed();
        let (_trigger, shutdown) = Shutdown::new();
        Recorder::to(full, Path::new("/dev/full")).run(feed.clone(), shutdown).await;
        feed.push(&empty_moment());
    }

    #[test]
    fn after_a_failed_write_the_whole_lines_stay() {
        let name = path("cut-off");
        let pieces = feed().after(None);
        let mut recorder = Recorder::create(&name).unwrap();
        recorder.write(&pieces).unwrap();
        let whole = std::fs::read(&name).unwrap();
        recorder.file.write_all(b"{\"ms\":1,").unwrap();
        recorder.file = File::options().read(true).open(&name).unwrap();
        assert!(recorder.write(&pieces).is_err(), "it may only be read");
        let writable = File::options().write(true).open(&name).unwrap();
        writable.set_len(recorder.whole).unwrap();
        assert_eq!(std::fs::read(&name).unwrap(), whole);
        std::fs::remove_file(&name).unwrap();
    }
}
