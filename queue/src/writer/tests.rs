//! Tests of a hub whose writer has a disk that fills up or fails.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use broker::{NewMessage, QueueName, Receipt, Request, Stats};
use journal::Segment;
use tempfile::TempDir;

use super::*;
use crate::api_error::ApiError;
use crate::durable::load::load;
use crate::start::{Store, restored};

mod earlier;
mod keys;
mod release;

const WALL: u64 = 1_000_000_000;

/// A directory with limited room, whose syncs may fail.
#[derive(Debug, Clone)]
struct Narrow(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: Mutex<Directory>,
    room: AtomicU64,
    /// 1 if the next sync fails without effect, 2 if it fails after it took effect.
    fails: AtomicU64,
}

#[derive(Debug)]
struct Open(std::fs::File, Narrow);

impl Narrow {
    /// Creates a directory that is removed when `folder` is dropped.
    fn new() -> (Narrow, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (Narrow::at(folder.path()), folder)
    }

    fn at(path: &std::path::Path) -> Narrow {
        let directory = Mutex::new(Directory::take(path, "a test").unwrap());
        let (room, fails) = (AtomicU64::new(u64::MAX), AtomicU64::new(0));
        Narrow(Arc::new(Inner { directory, room, fails }))
    }

    fn with<T>(&self, call: impl FnOnce(&Directory) -> T) -> T {
        call(&self.0.directory.lock().unwrap())
    }
}

impl Disk for Narrow {
    type Segment = Open;

    fn list(&self) -> io::Result<Vec<u64>> {
        self.with(Disk::list)
    }

    fn read(&self, number: u64) -> io::Result<Vec<u8>> {
        self.with(|it| it.read(number))
    }

    fn create(&self, number: u64) -> io::Result<Open> {
        self.with(|it| it.create(number)).map(|file| Open(file, self.clone()))
    }

    fn open(&self, number: u64) -> io::Result<Open> {
        self.with(|it| it.open(number)).map(|file| Open(file, self.clone()))
    }

    fn delete(&self, number: u64) -> io::Result<()> {
        let freed = self.read(number)?.len() as u64;
        let free = |room: u64| Some(room.saturating_add(freed));
        let _ = self.0.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free);
        self.with(|it| it.delete(number))
    }

    fn sync(&self) -> io::Result<()> {
        self.with(Disk::sync)
    }

    fn name(&self, number: u64) -> String {
        self.with(|it| it.name(number))
    }
}

impl Segment for Open {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let room = self.1.0.room.load(Ordering::Relaxed);
        let within = self.0.metadata()?.len() - offset;
        let grows = (bytes.len() as u64).saturating_sub(within);
        if room < grows {
            self.0.write(offset, &bytes[..(within + room) as usize])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.1.0.room.fetch_sub(grows, Ordering::Relaxed);
        self.0.write(offset, bytes)
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.0.truncate(len)
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.1.0.fails.swap(0, Ordering::Relaxed) {
            0 => self.0.sync(),
            fails => {
                if fails == 2 {
                    self.0.sync()?;
                }
                Err(io::Error::other("it failed"))
            }
        }
    }
}

/// A hub with a running writer and short segments.
struct Running {
    hub: Arc<Hub>,
    writing: JoinHandle<io::Result<()>>,
}

const SHORT: u64 = 16 << 10;
/// Half of the bytes that a message of these tests takes in the log.
const AHEAD: u64 = 512;

impl Running {
    fn start(disk: &Narrow, run: u32) -> Running {
        let (Store { hub, writer }, _) = restored(load(disk.clone()).unwrap(), run, || WALL);
        let writer = writer.unwrap();
        let journal = writer.journal.with_ahead(AHEAD);
        let writer = Writer { segment: SHORT, journal, ..writer };
        Running { hub, writing: std::thread::spawn(|| writer.run()) }
    }

    fn publish(&self, bytes: usize) -> Result<(), ApiError> {
        let new = NewMessage { body: vec![b'x'; bytes].into(), delay: Duration::ZERO };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(self.hub.publish(&jobs(), vec![new], WALL, None)).map(|_| ())
    }

    fn take(&self) -> Receipt {
        let request = Request { max: 1, lease: None, worker: None };
        self.hub.call(|broker, now| broker.receive(now, &jobs(), &request))[0].receipt
    }

    fn ack(&self, receipt: Receipt) {
        self.hub.call(|broker, now| broker.ack(now, &jobs(), receipt)).unwrap();
    }

    /// Publishes and acks `count` messages of 1000 bytes.
    fn work(&self, count: usize) {
        for _ in 0..count {
            self.publish(1000).unwrap();
            self.ack(self.take());
        }
    }

    fn stats(&self) -> Stats {
        self.hub.call(|broker, now| broker.stats(now, &jobs())).unwrap()
    }

    fn end(self) -> io::Result<()> {
        self.hub.close();
        self.writing.join().unwrap()
    }
}

fn jobs() -> QueueName {
    "jobs".parse().unwrap()
}

/// Checks that no message is lost. No message expires in these tests.
fn is_conserved(stats: &Stats) -> bool {
    let here = (stats.ready + stats.in_flight + stats.delayed) as u64;
    stats.total.published == stats.total.acked + stats.total.dead + stats.total.purged + here
}

#[test]
fn messages_that_are_done_leave_the_disk_and_the_totals_stay() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    let mut most = 0;
    for _ in 0..200 {
        running.publish(1000).unwrap();
        running.ack(running.take());
        most = most.max(disk.list().unwrap().len());
    }
    running.end().unwrap();
    let left = disk.list().unwrap();
    assert!(most <= 3 && left.len() <= 2, "{most} segments, {left:?}");
    assert!(left[0] > 5, "{left:?} were not deleted");
    let again = Running::start(&disk, 2);
    let stats = again.stats();
    assert_eq!((stats.total.published, stats.total.acked, stats.ready), (200, 200, 0));
    again.end().unwrap();
}

#[test]
fn messages_that_stay_for_long_are_carried_along_and_the_log_stays_short() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    (0..3).for_each(|_| running.publish(10).unwrap());
    let held = running.take();
    let dead = running.take();
    running.ack(dead);
    let mut most = 0;
    for _ in 0..300 {
        running.publish(1000).unwrap();
        // The oldest ready message is given back, and only the next one is acked.
        let oldest = running.take();
        let next = running.take();
        running.ack(next);
        running.hub.call(|broker, now| broker.undeliver(now, &jobs(), &[oldest]));
        most = most.max(disk.list().unwrap().len());
    }
    running.end().unwrap();
    assert!((3..=6).contains(&most), "{most} segments");
    let again = Running::start(&disk, 2);
    let stats = again.stats();
    assert_eq!((stats.in_flight, stats.ready, stats.total.acked), (1, 1, 301));
    assert!(is_conserved(&stats), "{stats:?}");
    again.ack(held);
    again.end().unwrap();
}

/// Messages that are not on the disk yet have ids already, but must not count as carried.
#[test]
fn a_message_that_comes_in_while_others_are_carried_keeps_its_segment() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    running.publish(10).unwrap();
    let request = Request { max: 1, lease: None, worker: None };
    let back = |broker: &mut broker::Broker, now, times| {
        for _ in 0..times {
            let receipt = broker.receive(now, &jobs(), &request)[0].receipt;
            broker.undeliver(now, &jobs(), &[receipt]);
        }
    };
    // The log grows at once, and only the first message in it is needed.
    running.hub.call(|broker, now| back(broker, now, 5000));
    while disk.list().unwrap().len() < 2 {
        running.hub.call(|broker, now| back(broker, now, 1));
        std::thread::sleep(Duration::from_millis(1));
    }
    running.publish(10).unwrap();
    running.ack(running.take());
    let held = running.take();
    running.work(100);
    running.end().unwrap();
    let again = Running::start(&disk, 2);
    assert_eq!(again.stats().in_flight, 1, "{:?}", again.stats());
    again.ack(held);
    again.end().unwrap();
}

#[test]
fn a_full_disk_takes_nothing_in_loses_nothing_and_goes_on_when_there_is_room() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    for _ in 0..40 {
        running.publish(1000).unwrap();
    }
    disk.0.room.store(500, Ordering::Relaxed);
    assert_eq!(running.publish(1000), Err(ApiError::NotKept(Refusal::Full)));
    assert_eq!((running.stats().ready, is_conserved(&running.stats())), (40, true));
    // Workers go on. Messages that are done make room, although the full disk cannot record them.
    disk.0.room.store(0, Ordering::Relaxed);
    for _ in 0..40 {
        running.ack(running.take());
    }
    while disk.list().unwrap().len() > 1 {
        let _ = running.publish(1);
    }
    running.publish(1000).unwrap();
    running.end().unwrap();
    let again = Running::start(&disk, 2);
    let stats = again.stats();
    assert_eq!(
        stats.ready + stats.in_flight,
        stats.total.published as usize - stats.total.acked as usize
    );
    assert!(is_conserved(&stats), "{stats:?}");
    again.end().unwrap();
}

#[test]
fn a_sync_that_fails_ends_the_writer_and_no_publisher_gets_a_success() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    running.publish(10).unwrap();
    disk.0.fails.store(1, Ordering::Relaxed);
    assert_eq!(running.publish(10), Err(ApiError::LogFailed));
    assert_eq!(running.stats().ready, 1);
    assert!(running.end().is_err());
}
