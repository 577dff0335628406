//! Messages from publish to end: leases, receipts, dead letters, redeliveries.

use std::time::Duration;

use broker::{
    Broker, Delivery, Event, MessageId, NewMessage, Place, PublishError, Receipt, Request, Restore,
    ReturnReason, Settings, SettingsError, Stale, Time, WaiterId,
};

use super::{at, by, jobs, name, one};

const LEASE: Time = Duration::from_secs(30);

/// A broker whose queue "jobs" holds these messages.
fn with(bodies: &[&str]) -> Broker {
    let mut broker = Broker::new(1);
    publish(&mut broker, at(0), bodies);
    broker
}

fn publish(broker: &mut Broker, now: Time, bodies: &[&str]) {
    let new = |body: &&str| NewMessage { body: body.as_bytes().to_vec().into(), delay: Time::ZERO };
    broker.publish(now, &jobs(), bodies.iter().map(new).collect(), 0).unwrap();
}

fn take(broker: &mut Broker, now: Time) -> Delivery {
    broker.receive(now, &jobs(), &one()).pop().unwrap()
}

fn bodies(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| std::str::from_utf8(&delivery.body).unwrap()).collect()
}

/// Which waiters got how many messages since the last call.
fn woken(broker: &mut Broker) -> Vec<(WaiterId, usize)> {
    let events = broker.take_events().into_iter();
    let woken = events.filter_map(|(_, event)| match event {
        Event::Delivered { waiter, deliveries, .. } => waiter.map(|w| (w, deliveries.len())),
        _ => None,
    });
    woken.collect()
}

#[test]
fn messages_leave_in_the_order_in_which_they_came() {
    let mut broker = with(&["a", "b", "c"]);
    let all = broker.receive(at(0), &jobs(), &Request { max: 100, ..one() });
    assert_eq!(bodies(&all), ["a", "b", "c"]);
}

#[test]
fn an_expired_lease_returns_the_message() {
    let mut broker = with(&["a"]);
    take(&mut broker, at(0));
    assert!(broker.receive(at(29), &jobs(), &one()).is_empty());
    assert_eq!(broker.next_deadline(), Some(LEASE));
    assert_eq!(take(&mut broker, LEASE).attempts, 2);
}

#[test]
fn an_extended_lease_ends_later() {
    let mut broker = with(&["a"]);
    let receipt = take(&mut broker, at(0)).receipt;
    assert_eq!(broker.extend(at(20), &jobs(), receipt, LEASE), Ok(at(50)));
    assert!(broker.receive(at(49), &jobs(), &one()).is_empty());
    assert_eq!(take(&mut broker, at(50)).attempts, 2);
}

#[test]
fn one_publish_wakes_exactly_one_waiter_first_come_first_served() {
    let mut broker = Broker::new(1);
    let waiters = [(); 3].map(|()| broker.wait(at(0), &jobs(), one()));
    for waiter in waiters {
        publish(&mut broker, at(1), &["a"]);
        assert_eq!(woken(&mut broker), [(waiter, 1)]);
    }
}

#[test]
fn a_waiter_that_left_gets_nothing() {
    let mut broker = Broker::new(1);
    let [gone, here] = [(); 2].map(|()| broker.wait(at(0), &jobs(), one()));
    assert!(broker.cancel(&jobs(), gone));
    publish(&mut broker, at(1), &["a"]);
    assert_eq!(woken(&mut broker), [(here, 1)]);
    assert!(!broker.cancel(&jobs(), here));
}

#[test]
fn a_returned_message_goes_to_a_waiter() {
    let mut broker = with(&["a"]);
    take(&mut broker, at(0));
    let waiter = broker.wait(at(1), &jobs(), one());
    assert!(woken(&mut broker).is_empty());
    broker.advance(LEASE);
    assert_eq!(woken(&mut broker), [(waiter, 1)]);
}

#[test]
fn a_receipt_is_fenced_to_its_delivery() {
    let mut broker = with(&["a"]);
    let first = take(&mut broker, at(0)).receipt;
    let second = take(&mut broker, LEASE).receipt;
    assert_eq!(broker.ack(LEASE, &jobs(), first), Err(Stale));
    assert_eq!(broker.nack(LEASE, &jobs(), first, Time::ZERO), Err(Stale));
    assert_eq!(broker.extend(LEASE, &jobs(), first, LEASE), Err(Stale));
    assert_eq!(broker.ack(LEASE, &jobs(), second), Ok(()));
    assert_eq!(broker.ack(LEASE, &jobs(), second), Err(Stale));
}

#[test]
fn a_receipt_of_an_earlier_run_or_another_queue_is_stale() {
    let mut broker = with(&["a"]);
    let receipt = take(&mut broker, at(0)).receipt;
    assert_eq!(broker.ack(at(0), &jobs(), Receipt { run: 2, ..receipt }), Err(Stale));
    assert_eq!(broker.ack(at(0), &name("other"), receipt), Err(Stale));
    assert_eq!(broker.names().collect::<Vec<_>>(), [&jobs()]);
}

#[test]
fn an_undelivered_message_takes_its_old_place_and_the_attempt_is_not_counted() {
    let mut broker = with(&["a", "b"]);
    let lost = take(&mut broker, at(0));
    broker.undeliver(at(1), &jobs(), &[lost.receipt]);
    let again = broker.receive(at(1), &jobs(), &Request { max: 2, ..one() });
    assert_eq!(bodies(&again), ["a", "b"]);
    assert_eq!(again[0].attempts, 1);
    assert_ne!(again[0].receipt, lost.receipt);
    assert_eq!(broker.ack(at(1), &jobs(), lost.receipt), Err(Stale));
}

#[test]
fn a_message_handed_back_with_a_delay_stays_hidden_for_it() {
    let mut broker = with(&["a"]);
    let receipt = take(&mut broker, at(0)).receipt;
    broker.nack(at(1), &jobs(), receipt, at(5)).unwrap();
    assert!(broker.receive(at(5), &jobs(), &one()).is_empty());
    assert_eq!(take(&mut broker, at(6)).attempts, 2);
}

#[test]
fn a_batch_is_published_as_a_whole_or_not_at_all() {
    let mut broker = Broker::new(1);
    let limits = Settings { max_depth: 2, max_message_bytes: 3, ..Settings::default() };
    broker.configure(&jobs(), limits).unwrap();
    let batch = |bodies: &[&str]| {
        let new =
            |body: &&str| NewMessage { body: body.as_bytes().to_vec().into(), delay: Time::ZERO };
        bodies.iter().map(new).collect()
    };
    let large = broker.publish(at(0), &jobs(), batch(&["a", "four"]), 0);
    assert_eq!(large, Err(PublishError::TooLarge { bytes: 4, limit: 3 }));
    let full = broker.publish(at(0), &jobs(), batch(&["a", "b", "c"]), 0);
    assert!(matches!(full, Err(PublishError::Full(_))));
    assert_eq!(broker.stats(at(0), &jobs()).unwrap().total.published, 0);
    let fits = broker.publish(at(0), &jobs(), batch(&["a", "b"]), 0);
    assert_eq!(fits, Ok(vec![MessageId(1), MessageId(2)]));
}

/// "jobs" gives messages up after one attempt, and sends them to "dead".
fn with_dead_letters(bodies: &[&str]) -> Broker {
    let mut broker = with(bodies);
    let dead_letter_queue = Some(name("dead"));
    let settings = Settings { max_attempts: 1, dead_letter_queue, ..Settings::default() };
    broker.configure(&jobs(), settings).unwrap();
    broker
}

#[test]
fn a_message_past_its_attempts_goes_to_the_dead_letter_queue() {
    let mut broker = with_dead_letters(&["a", "b"]);
    let receipt = take(&mut broker, at(0)).receipt;
    take(&mut broker, at(0));
    broker.nack(at(1), &jobs(), receipt, at(100)).unwrap();
    broker.advance(LEASE);
    let dead = broker.receive(LEASE, &name("dead"), &Request { max: 9, ..one() });
    assert_eq!(bodies(&dead), ["a", "b"]);
    assert!(dead.iter().all(|delivery| delivery.attempts == 1));
    let stats = broker.stats(LEASE, &jobs()).unwrap();
    assert_eq!((stats.total.dead, stats.ready, stats.in_flight), (2, 0, 0));
}

#[test]
fn the_receipt_a_message_died_with_is_stale_in_the_dead_letter_queue() {
    let mut broker = with_dead_letters(&["a"]);
    let receipt = take(&mut broker, at(0)).receipt;
    broker.advance(LEASE);
    broker.receive(LEASE, &name("dead"), &one()).pop().unwrap();
    assert_eq!(broker.ack(LEASE, &name("dead"), receipt), Err(Stale));
}

#[test]
fn a_dead_letter_is_as_old_as_its_message() {
    let mut broker = with_dead_letters(&["a"]);
    take(&mut broker, at(0));
    broker.advance(at(100));
    assert_eq!(broker.stats(at(100), &name("dead")).unwrap().oldest_age, Some(at(100)));
}

#[test]
fn without_a_dead_letter_queue_a_dead_message_is_dropped_and_counted() {
    let mut broker = with(&["a"]);
    broker.configure(&jobs(), Settings { max_attempts: 1, ..Settings::default() }).unwrap();
    take(&mut broker, at(0));
    let stats = broker.stats(LEASE, &jobs()).unwrap();
    assert_eq!((stats.total.dead, stats.ready), (1, 0));
}

#[test]
fn a_dead_letter_queue_is_created_by_its_first_message() {
    let mut broker = with_dead_letters(&["a"]);
    let more = Settings { max_attempts: 2, ..broker.settings(&jobs()).unwrap().clone() };
    broker.configure(&jobs(), more).unwrap();
    let receipt = take(&mut broker, at(0)).receipt;
    broker.nack(at(0), &jobs(), receipt, Time::ZERO).unwrap();
    assert_eq!(broker.names().collect::<Vec<_>>(), [&jobs()]);
}

#[test]
fn dead_letter_queues_cannot_form_a_cycle() {
    let mut broker = Broker::new(1);
    let to = |there: &str| Settings { dead_letter_queue: Some(name(there)), ..Settings::default() };
    assert_eq!(broker.configure(&name("a"), to("a")), Err(SettingsError::Circle(name("a"))));
    assert_eq!(broker.configure(&name("a"), to("b")), Ok(true));
    assert_eq!(broker.configure(&name("b"), to("c")), Ok(true));
    assert_eq!(broker.configure(&name("c"), to("a")), Err(SettingsError::Circle(name("a"))));
    assert_eq!(broker.configure(&name("c"), Settings::default()), Ok(true));
    assert_eq!(broker.configure(&name("c"), to("d")), Ok(false));
}

#[test]
fn a_purge_deletes_messages_in_all_places_and_makes_their_receipts_stale() {
    let mut broker = with(&["flying", "ready"]);
    let receipt = take(&mut broker, at(0)).receipt;
    let hidden = vec![NewMessage { body: b"hidden".as_slice().into(), delay: at(9) }];
    broker.publish(at(0), &jobs(), hidden, 0).unwrap();
    assert_eq!(broker.purge(at(1), &jobs()), 3);
    assert_eq!(broker.ack(at(1), &jobs(), receipt), Err(Stale));
    assert_eq!((broker.next_deadline(), broker.purge(at(1), &name("nobody"))), (None, 0));
}

#[test]
fn a_peek_changes_nothing() {
    let mut broker = with(&["a"]);
    assert_eq!(broker.peek(&jobs(), 10).unwrap()[0].place, Place::Ready);
    assert_eq!(take(&mut broker, at(0)).attempts, 1);
    assert_eq!(broker.peek(&name("nobody"), 10), None);
}

#[test]
fn a_redelivery_names_the_workers_that_lost_got_and_acked_the_message() {
    let mut broker = with(&["a"]);
    broker.receive(at(0), &jobs(), &by("ann"));
    let again = broker.receive(at(32), &jobs(), &by("bob")).pop().unwrap();
    broker.ack(at(33), &jobs(), again.receipt).unwrap();
    let story = broker.redelivered(&jobs(), 10).unwrap().pop().unwrap();
    assert_eq!((story.id, story.reason), (again.id, ReturnReason::LeaseExpired));
    assert_eq!(story.worker.as_deref(), Some("ann"));
    assert_eq!(story.after(), Some(at(32)));
    assert_eq!(story.next_worker.as_deref(), Some("bob"));
    assert_eq!(story.done.unwrap().as_deref(), Some("bob"));
}

#[test]
fn a_worker_that_never_got_the_message_is_in_no_redelivery() {
    let mut broker = with(&["a"]);
    broker.receive(at(0), &jobs(), &by("ann"));
    let lost = broker.receive(LEASE, &jobs(), &by("bob")).pop().unwrap();
    broker.undeliver(LEASE, &jobs(), &[lost.receipt]);
    let story = broker.redelivered(&jobs(), 10).unwrap().pop().unwrap();
    assert_eq!((story.after(), story.next_worker), (None, None));
}

#[test]
fn only_the_last_hundred_redeliveries_are_kept_newest_first() {
    let mut broker = with(&["a"; 120]);
    for _ in 0..120 {
        let receipt = take(&mut broker, at(0)).receipt;
        broker.nack(at(0), &jobs(), receipt, at(1000)).unwrap();
    }
    let stories = broker.redelivered(&jobs(), usize::MAX).unwrap();
    let ids: Vec<u64> = stories.iter().map(|story| story.id.0).collect();
    assert_eq!(ids, (21..=120).rev().collect::<Vec<_>>());
}

#[test]
fn a_made_up_receipt_is_stale_after_a_restart() {
    let mut restore = Restore::default();
    restore.started(7);
    restore.published(&jobs(), MessageId(1), b"a".as_slice().into(), 0, None);
    let mut broker = restore.finish(8, Time::ZERO, 0);
    let receipt = |delivery| Receipt { message: MessageId(1), delivery, run: 7 };
    let forged = broker.nack(Time::ZERO, &jobs(), receipt(u32::MAX), Time::ZERO);
    assert_eq!(forged, Err(Stale));
    // This delivery may have begun when the process ended.
    assert_eq!(broker.ack(Time::ZERO, &jobs(), receipt(1)), Ok(()));
}
