//! Tests of releases in the log.

use broker::FREE_RELEASES;

use super::*;

impl Running {
    fn release(&self) {
        let receipt = self.take();
        self.hub.call(|broker, now| broker.release(now, &jobs(), receipt)).unwrap();
    }

    fn attempts(&self) -> u32 {
        self.hub.call(|broker, _| broker.peek(&jobs(), 1)).unwrap()[0].attempts
    }
}

#[test]
fn a_released_message_has_no_attempt_after_a_restart() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    running.publish(10).unwrap();
    running.release();
    running.end().unwrap();
    let again = Running::start(&disk, 2);
    let stats = again.stats();
    assert_eq!((stats.ready, stats.total.released, again.attempts()), (1, 1, 0));
    again.end().unwrap();
}

/// The test writes until the segments that record the releases and their count are deleted.
#[test]
fn a_carried_message_keeps_its_count_of_releases() {
    let (disk, _folder) = Narrow::new();
    let running = Running::start(&disk, 1);
    running.publish(10).unwrap();
    (0..FREE_RELEASES).for_each(|_| running.release());
    let held = running.take();
    running.work(200);
    running.hub.call(|broker, now| broker.release(now, &jobs(), held)).unwrap();
    running.end().unwrap();
    assert!(disk.list().unwrap().into_iter().min() > Some(5), "{:?}", disk.list());
    let again = Running::start(&disk, 2);
    let total = again.stats().total;
    assert_eq!((total.released, total.nacked), (u64::from(FREE_RELEASES), 1));
    assert_eq!(again.attempts(), 1);
    again.release();
    assert_eq!((again.stats().total.nacked, again.attempts()), (2, 2));
    again.end().unwrap();
}
