//! Tests of the keys of idempotent publishes in the log.

use broker::keys::KEY_KEPT;
use broker::{Fingerprint, Key, MessageId, Once};
use futures::poll;

use super::*;
use crate::hub::TakenIn;

fn key(number: u8) -> Once {
    Once { key: Key([number; 16]), fingerprint: Fingerprint([number; 16]) }
}

fn batch() -> Vec<NewMessage> {
    vec![NewMessage { body: b"x".as_slice().into(), delay: Duration::ZERO }]
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

impl Running {
    fn publish_once(&self, once: Once) -> Result<TakenIn, ApiError> {
        wait_for(self.hub.publish(&jobs(), batch(), WALL, Some(once)))
    }
}

fn replayed(id: u64) -> Result<TakenIn, ApiError> {
    Ok(TakenIn { ids: vec![MessageId(id)], total: None, replayed: true })
}

#[test]
fn a_key_outlives_its_message_and_several_segments() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    assert!(!running.publish_once(key(1)).unwrap().replayed);
    assert_eq!(running.publish_once(key(1)), replayed(1));
    running.ack(running.take());
    running.work(200);
    running.end().unwrap();
    let first = disk.list().unwrap().into_iter().min().unwrap();
    assert!(first > 5, "segments up to {first} are gone");
    for run in 2..4 {
        let running = Running::start(&disk, run);
        assert!(running.stats().total.replayed >= 1, "{:?}", running.stats());
        assert_eq!(running.publish_once(key(1)), replayed(1));
        running.work(200);
        assert_eq!(running.publish_once(key(1)), replayed(1));
        assert!(is_conserved(&running.stats()), "{:?}", running.stats());
        running.end().unwrap();
        assert!(disk.list().unwrap().len() <= 5, "{:?}", disk.list());
    }
}

#[test]
fn a_key_keeps_its_segment_only_while_it_is_remembered() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    running.publish_once(key(1)).unwrap();
    running.ack(running.take());
    running.work(35);
    let mut segments = disk.list().unwrap();
    segments.sort_unstable();
    assert!(segments[0] == 1 && segments.len() > 2, "{segments:?}");
    running.hub.call(|broker, now| broker.advance(now + KEY_KEPT));
    // Once the second message is answered, the writer has finished with the first.
    running.work(2);
    assert!(disk.list().unwrap().len() <= 2, "{:?}", disk.list());
    running.end().unwrap();
}

#[test]
fn repeated_publishes_get_the_error_of_the_first_and_the_key_is_free_again() {
    let (disk, _folder) = Narrow::new();
    let (Store { hub, writer }, _) = restored(load(disk.clone()).unwrap(), 1, || WALL);
    let writer = writer.unwrap();
    let (jobs, other) = (jobs(), Once { fingerprint: Fingerprint([9; 16]), ..key(1) });
    wait_for(async {
        let mut first = Box::pin(hub.publish(&jobs, batch(), WALL, Some(key(1))));
        let mut again = Box::pin(hub.publish(&jobs, batch(), WALL, Some(key(1))));
        assert!(poll!(&mut first).is_pending() && poll!(&mut again).is_pending());
        disk.0.room.store(0, Ordering::Relaxed);
        let writing = std::thread::spawn(|| writer.run());
        let full = || Err(ApiError::NotKept(Refusal::Full));
        assert_eq!((first.await, again.await), (full(), full()));
        disk.0.room.store(u64::MAX, Ordering::Relaxed);
        let published = hub.publish(&jobs, batch(), WALL, Some(other)).await.unwrap();
        assert!(!published.replayed);
        let stats = hub.call(|broker, now| broker.stats(now, &jobs)).unwrap();
        assert_eq!((stats.ready, stats.keys, stats.total.published), (1, 1, 1));
        hub.close();
        writing.join().unwrap().unwrap();
    });
}

#[test]
fn a_publish_that_was_written_but_not_answered_is_not_repeated() {
    let (disk, _folder) = Narrow::new();
    let (Store { hub, writer }, _) = restored(load(disk.clone()).unwrap(), 1, || WALL);
    let (jobs, writer) = (jobs(), writer.unwrap());
    wait_for(async {
        let mut first = Box::pin(hub.publish(&jobs, batch(), WALL, Some(key(1))));
        let mut again = Box::pin(hub.publish(&jobs, batch(), WALL, Some(key(1))));
        assert!(poll!(&mut first).is_pending() && poll!(&mut again).is_pending());
        disk.0.fails.store(2, Ordering::Relaxed);
        let writing = std::thread::spawn(|| writer.run());
        assert_eq!(
            (first.await, again.await),
            (Err(ApiError::LogFailed), Err(ApiError::LogFailed))
        );
        assert!(writing.join().unwrap().is_err());
    });
    let running = Running::start(&disk, 2);
    assert_eq!(running.publish_once(key(1)), replayed(1));
    assert_eq!((running.stats().ready, running.stats().total.published), (1, 1));
    running.end().unwrap();
}
