//! One stream, written by a thread of its own.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

/// The most lines that wait for a reader, some hundred kilobytes; further ones are dropped.
const MOST: usize = 1024;

/// Takes text at once, and writes it as soon as the reader takes it.
pub(super) struct Outlet {
    pieces: Sender<Piece>,
    counts: Arc<Counts>,
    failed: watch::Receiver<Option<Failure>>,
}

#[derive(Default)]
struct Counts {
    waiting: AtomicUsize,
    dropped: AtomicU64,
}

enum Piece {
    Text(Vec<u8>),
    /// Called once everything before it is written, or never will be.
    Reached(Box<dyn FnOnce() + Send>),
}

/// Why nothing more can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    kind: io::ErrorKind,
    code: Option<i32>,
}

impl Failure {
    fn of(error: &io::Error) -> Failure {
        Failure { kind: error.kind(), code: error.raw_os_error() }
    }

    /// The error; an `io::Error` itself cannot be copied.
    pub(super) fn error(self) -> io::Error {
        self.code.map_or_else(|| self.kind.into(), io::Error::from_raw_os_error)
    }
}

impl Outlet {
    /// Writes to `stream`. `sender` gets the number of dropped lines once others are written again.
    pub(super) fn to(
        stream: impl Write + Send + 'static,
        sender: impl Fn(u64) + Send + 'static,
    ) -> Outlet {
        let (pieces, to_write) = mpsc::channel();
        let (fails, failed) = watch::channel(None);
        let counts = Arc::<Counts>::default();
        let writer = Writer { stream, to_write, counts: counts.clone(), fails, sender };
        // Without a thread nothing is written, as without a reader.
        let _ = std::thread::Builder::new().name("output".to_owned()).spawn(|| writer.run());
        Outlet { pieces, counts, failed }
    }

    /// Takes a line, which is dropped if too many wait already.
    pub(super) fn offer(&self, text: &[u8]) {
        if self.counts.waiting.load(Ordering::Relaxed) < MOST {
            self.put(text);
        } else {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes text that is never dropped.
    pub(super) fn put(&self, text: &[u8]) {
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.pieces.send(Piece::Text(text.to_vec()));
    }

    fn reach(&self, reached: impl FnOnce() + Send + 'static) {
        let _ = self.pieces.send(Piece::Reached(Box::new(reached)));
    }

    /// Waits until all text so far is written, but at most for `within`.
    pub(super) fn flush(&self, within: Duration) -> Result<(), Failure> {
        let (reached, wait) = mpsc::channel();
        self.reach(move || {
            let _ = reached.send(());
        });
        let _ = wait.recv_timeout(within);
        self.failed.borrow().map_or(Ok(()), Err)
    }

    /// Returns once all text so far is written, or never will be.
    pub(super) async fn written(&self) -> Result<(), Failure> {
        let (reached, wait) = oneshot::channel();
        self.reach(move || {
            let _ = reached.send(());
        });
        let _ = wait.await;
        self.failed.borrow().map_or(Ok(()), Err)
    }

    /// Returns once a write has failed.
    pub(super) async fn failure(&self) -> Failure {
        let mut failed = self.failed.clone();
        if let Ok(failed) = failed.wait_for(Option::is_some).await
            && let Some(failure) = *failed
        {
            return failure;
        }
        // Without its thread nothing can fail any more.
        std::future::pending().await
    }
}

/// The state of the thread.
struct Writer<W, T> {
    stream: W,
    to_write: Receiver<Piece>,
    counts: Arc<Counts>,
    fails: watch::Sender<Option<Failure>>,
    sender: T,
}

impl<W: Write, T: Fn(u64)> Writer<W, T> {
    fn run(mut self) {
        while let Ok(piece) = self.to_write.recv() {
            match piece {
                Piece::Text(text) => self.write(&text),
                Piece::Reached(reached) => reached(),
            }
        }
    }

    fn write(&mut self, text: &[u8]) {
        // After a failure each line is still tried: a disk may have room again.
        if let Err(error) = self.stream.write_all(text).and_then(|()| self.stream.flush()) {
            self.fails.send_replace(Some(Failure::of(&error)));
        }
        let waiting = self.counts.waiting.fetch_sub(1, Ordering::Relaxed) - 1;
        if waiting == 0 {
            self.tell_dropped();
        }
    }

    /// Reports dropped lines. The report follows all lines that waited, where the dropped ones
    /// would be.
    fn tell_dropped(&self) {
        let dropped = self.counts.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            (self.sender)(dropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// A stream that accepts bytes only when the test allows it.
    struct Slow {
        may: Receiver<()>,
        taken: Arc<Mutex<String>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.may.recv();
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            taken.push_str(&String::from_utf8_lossy(bytes));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn unread_lines_are_dropped_and_counted_and_block_no_caller() {
        let (go_on, may) = mpsc::channel();
        let (sender, receiver) = mpsc::channel();
        let taken = Arc::default();
        let slow = Slow { may, taken: Arc::clone(&taken) };
        let outlet = Outlet::to(slow, move |dropped| sender.send(dropped).unwrap());
        for line in 0..MOST + 7 {
            outlet.offer(format!("{line}\n").as_bytes());
        }
        let _ = outlet.flush(Duration::ZERO);
        assert_eq!(taken.lock().unwrap().as_str(), "");
        drop(go_on);
        assert_eq!(receiver.recv_timeout(LONG), Ok(7));
        assert_eq!(taken.lock().unwrap().lines().count(), MOST);
        outlet.offer(b"again\n");
        outlet.flush(LONG).unwrap();
        assert!(taken.lock().unwrap().ends_with("\nagain\n"));
        assert!(receiver.try_recv().is_err(), "dropped lines are reported only once");
    }

    #[test]
    fn text_that_must_be_written_is_never_dropped() {
        let (go_on, may) = mpsc::channel();
        let taken = Arc::default();
        let outlet = Outlet::to(Slow { may, taken: Arc::clone(&taken) }, |_| {});
        for _ in 0..MOST + 1 {
            outlet.offer(b"line\n");
        }
        outlet.put(b"error: it ends\n");
        drop(go_on);
        outlet.flush(LONG).unwrap();
        assert!(taken.lock().unwrap().ends_with("error: it ends\n"));
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_failed_write_is_reported_to_its_waiters() {
        let outlet = Outlet::to(Full, |_| {});
        assert_eq!(outlet.written().await, Ok(()));
        outlet.put(b"table\n");
        let failure = outlet.written().await.unwrap_err();
        assert_eq!(failure.error().kind(), io::ErrorKind::StorageFull);
        assert_eq!(outlet.failure().await, failure);
    }
}
