//! What the broker promises about keys, one test per promise.

use std::time::Duration;

use broker::keys::{KEY_BYTES, KEY_KEPT};
use broker::{
    Broker, Fingerprint, Full, KeptKey, Key, MessageId, NewMessage, Once, PublishError, QueueName,
    Request, Restore, Settings, Time, Tried,
};

use super::jobs;

const MILLI: Time = Duration::from_millis(1);
/// Milliseconds since 1970, at the broker's time 0.
const WALL: u64 = 1_000_000_000;

/// A key with the same fingerprint each time.
fn key(number: u8) -> Once {
    Once { key: Key([number; 16]), fingerprint: Fingerprint([number; 16]) }
}

fn batch(count: usize) -> Vec<NewMessage> {
    vec![NewMessage { body: b"work".as_slice().into(), delay: Time::ZERO }; count]
}

/// The messages of a publish with a key.
#[derive(Debug, PartialEq, Eq)]
struct Published {
    ids: Vec<MessageId>,
    /// Whether an earlier publish brought them in.
    replayed: bool,
}

fn publish(broker: &mut Broker, now: Time, once: Once) -> Result<Published, PublishError> {
    publish_to(&jobs(), broker, now, once)
}

fn publish_to(
    queue: &QueueName,
    broker: &mut Broker,
    now: Time,
    once: Once,
) -> Result<Published, PublishError> {
    match broker.accept_once(now, queue, batch(2), WALL, once)? {
        Tried::Again { ids, .. } => Ok(Published { ids, replayed: true }),
        Tried::First(accepted) => {
            let ids = accepted.ids().collect();
            broker.commit(now, accepted);
            Ok(Published { ids, replayed: false })
        }
    }
}

fn ids(ids: [u64; 2]) -> Vec<MessageId> {
    ids.map(MessageId).to_vec()
}

fn done(broker: &mut Broker, now: Time) {
    let request = Request { max: usize::MAX, lease: None, worker: None };
    for delivery in broker.receive(now, &jobs(), &request) {
        broker.ack(now, &jobs(), delivery.receipt).unwrap();
    }
}

#[test]
fn a_repeated_key_gets_the_ids_of_the_first_publish_whatever_became_of_them() {
    let mut broker = Broker::new(1);
    let first = publish(&mut broker, Time::ZERO, key(1)).unwrap();
    assert_eq!(first, Published { ids: ids([1, 2]), replayed: false });
    let again = Ok(Published { ids: ids([1, 2]), replayed: true });
    assert_eq!(publish(&mut broker, MILLI, key(1)), again);
    done(&mut broker, MILLI);
    assert_eq!(publish(&mut broker, MILLI, key(1)), again);
    let other = publish(&mut broker, MILLI, key(2)).unwrap();
    assert_eq!((other.ids, broker.purge(MILLI, &jobs())), (ids([3, 4]), 2));
    assert!(publish(&mut broker, MILLI, key(2)).unwrap().replayed);
    let stats = broker.stats(MILLI, &jobs()).unwrap();
    assert_eq!((stats.total.published, stats.total.replayed, stats.keys), (4, 3, 2));
}

#[test]
fn a_key_with_another_batch_is_refused_and_changes_nothing() {
    let mut broker = Broker::new(1);
    publish(&mut broker, Time::ZERO, key(1)).unwrap();
    let other = Once { fingerprint: Fingerprint([9; 16]), ..key(1) };
    assert_eq!(publish(&mut broker, Time::ZERO, other), Err(PublishError::KeyReused));
    assert!(publish(&mut broker, Time::ZERO, key(1)).unwrap().replayed);
    let elsewhere = "others".parse().unwrap();
    let other = publish_to(&elsewhere, &mut broker, Time::ZERO, other).unwrap();
    assert!(!other.replayed, "keys belong to one queue");
}

#[test]
fn a_key_is_forgotten_five_minutes_after_its_messages_were_committed() {
    let mut broker = Broker::new(1);
    let name = jobs();
    let tried = broker.accept_once(Time::ZERO, &name, batch(2), WALL, key(1)).unwrap();
    let Tried::First(accepted) = tried else { panic!("the key is new") };
    assert_eq!(broker.next_deadline(), None, "it is not forgotten before");
    let tried = broker.accept_once(KEY_KEPT * 2, &name, batch(2), WALL, key(1));
    assert!(matches!(tried, Ok(Tried::Again { settled: false, .. })), "{tried:?}");
    let there = KEY_KEPT * 3;
    broker.commit(there, accepted);
    assert!(publish(&mut broker, there + KEY_KEPT - MILLI, key(1)).unwrap().replayed);
    assert_eq!(broker.next_deadline(), Some(there + KEY_KEPT));
    broker.advance(there + KEY_KEPT);
    assert_eq!(broker.stats(there + KEY_KEPT, &name).unwrap().keys, 0);
    assert!(!publish(&mut broker, there + KEY_KEPT, key(1)).unwrap().replayed);
}

#[test]
fn a_key_can_be_used_again_after_a_refusal() {
    let mut broker = Broker::new(1);
    let settings = Settings { max_depth: 2, ..Settings::default() };
    broker.configure(&jobs(), settings).unwrap();
    let name = jobs();
    let tried = broker.accept_once(Time::ZERO, &name, batch(2), WALL, key(1)).unwrap();
    let Tried::First(accepted) = tried else { panic!("the key is new") };
    assert!(publish(&mut broker, Time::ZERO, key(2)).is_err(), "room is kept for the first");
    broker.refuse(&accepted);
    let other = Once { fingerprint: Fingerprint([9; 16]), ..key(1) };
    assert!(!publish(&mut broker, Time::ZERO, other).unwrap().replayed);
    done(&mut broker, Time::ZERO);
    assert!(!publish(&mut broker, Time::ZERO, key(2)).unwrap().replayed);
}

#[test]
fn keys_count_against_max_bytes_while_they_are_remembered() {
    let mut broker = Broker::new(1);
    let max_bytes = 2 * KEY_BYTES + 16;
    broker.configure(&jobs(), Settings { max_bytes, ..Settings::default() }).unwrap();
    publish(&mut broker, Time::ZERO, key(1)).unwrap();
    publish(&mut broker, Time::ZERO, key(2)).unwrap();
    done(&mut broker, Time::ZERO);
    let (keys, limit) = (2 * KEY_BYTES, max_bytes);
    let full = Full::Bytes { bytes: keys, keys, limit, batch: 8 + KEY_BYTES };
    assert_eq!(publish(&mut broker, Time::ZERO, key(3)), Err(full.clone().into()));
    assert!(full.to_string().contains("256 of them for the Idempotency-Keys"), "{full}");
    broker.publish(Time::ZERO, &jobs(), batch(4), WALL).unwrap();
    done(&mut broker, Time::ZERO);
    publish(&mut broker, KEY_KEPT, key(3)).unwrap();
}

#[test]
fn a_key_is_remembered_after_a_restart_for_the_rest_of_its_time_and_not_longer() {
    let at = WALL;
    let minute = 60 * 1000;
    let left = |wall: u64| {
        let mut restore = Restore::default();
        let kept = KeptKey { once: key(1), first: MessageId(7), count: 2, at };
        restore.keyed(&jobs(), kept);
        let now = Duration::from_secs(1);
        let mut broker = restore.finish(2, now, wall);
        broker.stats(now, &jobs()).unwrap();
        broker.next_deadline().map(|until| until - now)
    };
    assert_eq!(left(at), Some(KEY_KEPT));
    assert_eq!(left(at + 2 * minute), Some(Duration::from_secs(180)));
    assert_eq!(left(at + 5 * minute - 1), Some(MILLI));
    assert_eq!(left(at + 5 * minute), None);
    assert_eq!(left(at + 24 * 60 * minute), None, "the clock was set ahead by a day");
    assert_eq!(left(at - 24 * 60 * minute), Some(KEY_KEPT), "the clock was set back by a day");
}
