//! [`Outlet`]: one output stream, to which its own thread writes.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

/// At most this many log lines wait for a reader (a few hundred kilobytes); more are dropped.
const MOST: usize = 1024;

/// An output stream. Calls return at once; a thread writes the text as fast as the reader reads.
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
    /// A function that is called once all earlier text is written, or cannot be written.
    Reached(Box<dyn FnOnce() + Send>),
}

/// The error of a failed write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    kind: io::ErrorKind,
    code: Option<i32>,
}

impl Failure {
    fn of(error: &io::Error) -> Failure {
        Failure { kind: error.kind(), code: error.raw_os_error() }
    }

    /// Returns an `io::Error`. This type does not store it, because it cannot be copied.
    pub(super) fn error(self) -> io::Error {
        self.code.map_or_else(|| self.kind.into(), io::Error::from_raw_os_error)
    }
}

impl Outlet {
    /// Starts the thread that writes to `stream`. Once all waiting lines are written, the thread
    /// calls `sender` with the number of lines that were dropped, if any.
    pub(super) fn to(
        stream: impl Write + Send + 'static,
        sender: impl Fn(u64) + Send + 'static,
    ) -> Outlet {
        let (pieces, to_write) = mpsc::channel();
        let (fails, failed) = watch::channel(None);
        let counts = Arc::<Counts>::default();
        let writer = Writer { stream, to_write, counts: counts.clone(), fails, sender };
        // If the thread cannot be started, nothing is written, as if nobody read the stream.
        let _ = std::thread::Builder::new().name("output".to_owned()).spawn(|| writer.run());
        Outlet { pieces, counts, failed }
    }

    /// Writes a line, or drops it if too many lines wait already.
    pub(super) fn offer(&self, text: &[u8]) {
        if self.counts.waiting.load(Ordering::Relaxed) < MOST {
            self.put(text);
        } else {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes text that is never dropped, however many lines wait.
    pub(super) fn put(&self, text: &[u8]) {
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.pieces.send(Piece::Text(text.to_vec()));
    }

    /// Makes the thread call `reached` once it has written all text so far.
    fn reach(&self, reached: impl FnOnce() + Send + 'static) {
        let _ = self.pieces.send(Piece::Reached(Box::new(reached)));
    }

    /// Blocks until all text so far is written, but at most for `within`. Fails if a write failed.
    pub(super) fn flush(&self, within: Duration) -> Result<(), Failure> {
        let (reached, wait) = mpsc::channel();
        self.reach(move || {
            let _ = reached.send(());
        });
        let _ = wait.recv_timeout(within);
        self.failed.borrow().map_or(Ok(()), Err)
    }

    /// Waits until all text so far is written. Fails if a write failed.
    pub(super) async fn written(&self) -> Result<(), Failure> {
        let (reached, wait) = oneshot::channel();
        self.reach(move || {
            let _ = reached.send(());
        });
        let _ = wait.await;
        self.failed.borrow().map_or(Ok(()), Err)
    }

    /// Waits until a write has failed, and returns the error.
    pub(super) async fn failure(&self) -> Failure {
        let mut failed = self.failed.clone();
        if let Ok(failed) = failed.wait_for(Option::is_some).await
            && let Some(failure) = *failed
        {
            return failure;
        }
        // The thread has ended, so no write can fail any more.
        std::future::pending().await
    }
}

/// The state of the thread that writes a stream.
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
        // After a failure, later lines are still tried, because a full disk may have room again.
        if let Err(error) = self.stream.write_all(text).and_then(|()| self.stream.flush()) {
            self.fails.send_replace(Some(Failure::of(&error)));
        }
        let waiting = self.counts.waiting.fetch_sub(1, Ordering::Relaxed) - 1;
        if waiting == 0 {
            self.tell_dropped();
        }
    }

    /// Reports how many lines were dropped, if any. The report follows the lines that waited, at
    /// the place where the dropped lines are missing.
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
