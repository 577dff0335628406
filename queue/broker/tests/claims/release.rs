//! A release by a worker that must stop does not count as a failure.

use std::time::Duration;

use broker::{
    Broker, Delivery, Event, FREE_RELEASES, NewMessage, ReturnReason, Settings, Stale, Stats, Time,
};

use super::{name, one};

const NOW: Time = Duration::from_secs(1);

/// A broker with a message in "jobs" that dies of its second failure and goes to "dead".
fn with_one() -> Broker {
    let mut broker = Broker::new(1);
    let dead_letter_queue = Some(name("dead"));
    let settings = Settings { max_attempts: 2, dead_letter_queue, ..Settings::default() };
    broker.configure(&name("jobs"), settings).unwrap();
    let new = NewMessage { body: b"a".as_slice().into(), delay: Time::ZERO };
    broker.publish(NOW, &name("jobs"), vec![new], 0).unwrap();
    broker
}

fn take(broker: &mut Broker, queue: &str) -> Delivery {
    broker.receive(NOW, &name(queue), &one()).remove(0)
}

fn release(broker: &mut Broker) -> Delivery {
    let taken = take(broker, "jobs");
    broker.release(NOW, &name("jobs"), taken.receipt).unwrap();
    taken
}

fn stats(broker: &mut Broker, queue: &str) -> Stats {
    broker.stats(NOW, &name(queue)).unwrap()
}

#[test]
fn a_released_message_keeps_its_attempt_count() {
    let mut broker = with_one();
    for _ in 0..FREE_RELEASES {
        assert_eq!(release(&mut broker).attempts, 1);
    }
    let stats = stats(&mut broker, "jobs");
    assert_eq!((stats.ready, stats.total.nacked, stats.total.dead), (1, 0, 0));
    assert_eq!(stats.total.released, u64::from(FREE_RELEASES));
}

#[test]
fn a_release_has_its_own_event_and_makes_its_receipt_stale() {
    let mut broker = with_one();
    let receipt = release(&mut broker).receipt;
    let (_, event) = broker.take_events().pop().unwrap();
    let (reason, due) = (ReturnReason::Released, None);
    assert_eq!(event, Event::Returned { receipt, reason, due });
    assert_eq!(broker.release(NOW, &name("jobs"), receipt), Err(Stale));
}

#[test]
fn a_waiter_gets_a_released_message_at_once() {
    let mut broker = with_one();
    let taken = take(&mut broker, "jobs");
    let request = one();
    let waiter = broker.wait(NOW, &name("jobs"), request);
    broker.release(NOW, &name("jobs"), taken.receipt).unwrap();
    let (_, event) = broker.take_events().pop().unwrap();
    assert!(
        matches!(event, Event::Delivered { waiter: Some(it), .. } if it == waiter),
        "{event:?}"
    );
}

/// A message that always gets its worker stopped would come back for ever.
#[test]
fn a_message_that_was_released_too_often_fails_and_dies() {
    let mut broker = with_one();
    (0..FREE_RELEASES).for_each(|_| drop(release(&mut broker)));
    assert_eq!([1, 2].map(|_| release(&mut broker).attempts), [1, 2]);
    let total = stats(&mut broker, "jobs").total;
    assert_eq!((total.released, total.nacked, total.dead), (u64::from(FREE_RELEASES), 2, 1));
    assert_eq!(stats(&mut broker, "dead").ready, 1);
}

#[test]
fn a_dead_letter_has_all_its_free_releases_again() {
    let mut broker = with_one();
    (0..FREE_RELEASES + 2).for_each(|_| drop(release(&mut broker)));
    assert_eq!(broker.redrive(NOW, &name("dead"), None, 1), Ok(1));
    assert_eq!([1, 2].map(|_| release(&mut broker).attempts), [1, 1]);
}

#[test]
fn a_release_never_kills_a_message_after_max_attempts_was_lowered() {
    let mut broker = with_one();
    let first = take(&mut broker, "jobs");
    broker.nack(NOW, &name("jobs"), first.receipt, Time::ZERO).unwrap();
    let second = take(&mut broker, "jobs");
    broker.configure(&name("jobs"), Settings { max_attempts: 1, ..Settings::default() }).unwrap();
    broker.release(NOW, &name("jobs"), second.receipt).unwrap();
    let stats = stats(&mut broker, "jobs");
    assert_eq!((stats.ready, stats.total.dead), (1, 0));
}
