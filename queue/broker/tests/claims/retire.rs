//! A retired worker gets no message, and its receives do not return again and again in vain.

use std::time::Duration;

use broker::{Broker, Event, NewMessage, RETIRED_FOR, Time, WaiterId};

use super::{by, jobs};

const NOW: Time = Duration::from_secs(1);
const A_MOMENT: Time = Duration::from_millis(1);

fn publish(broker: &mut Broker, now: Time) {
    let new = NewMessage { body: b"a".as_slice().into(), delay: Time::ZERO };
    broker.publish(now, &jobs(), vec![new], 0).unwrap();
}

/// Which waiters were served and which were dismissed since the last call.
fn notified(broker: &mut Broker) -> (Vec<WaiterId>, Vec<WaiterId>) {
    let (mut served, mut dismissed) = (Vec::new(), Vec::new());
    for (_, event) in broker.take_events() {
        match event {
            Event::Delivered { waiter, .. } => served.extend(waiter),
            Event::Dismissed { waiter } => dismissed.push(waiter),
            _ => {}
        }
    }
    (served, dismissed)
}

#[test]
fn a_retired_worker_is_dismissed_and_the_next_in_line_is_served() {
    let mut broker = Broker::new(1);
    let ann = broker.wait(NOW, &jobs(), by("ann"));
    let bob = broker.wait(NOW, &jobs(), by("bob"));
    assert_eq!(broker.retire(NOW, &jobs(), &"ann".into()), 0);
    publish(&mut broker, NOW);
    assert_eq!(notified(&mut broker), (vec![bob], vec![ann]));
}

#[test]
fn a_retired_worker_keeps_the_messages_that_it_has() {
    let mut broker = Broker::new(1);
    publish(&mut broker, NOW);
    let held = broker.receive(NOW, &jobs(), &by("ann")).remove(0);
    assert_eq!(broker.retire(NOW, &jobs(), &"ann".into()), 1);
    broker.ack(NOW, &jobs(), held.receipt).unwrap();
    assert_eq!(broker.retire(NOW, &jobs(), &"ann".into()), 0);
}

#[test]
fn a_worker_that_was_notified_waits_in_its_place_until_its_retirement_ends() {
    let mut broker = Broker::new(1);
    broker.retire(NOW, &jobs(), &"ann".into());
    let first = broker.wait(NOW, &jobs(), by("ann"));
    assert_eq!(notified(&mut broker), (vec![], vec![first]), "it was not notified before");
    let parked = broker.wait(NOW, &jobs(), by("ann"));
    publish(&mut broker, NOW);
    let end = NOW + RETIRED_FOR;
    broker.advance(end - A_MOMENT);
    assert_eq!(notified(&mut broker), (vec![], vec![]));
    assert_eq!(broker.next_deadline(), Some(end));
    broker.advance(end);
    assert_eq!(notified(&mut broker), (vec![parked], vec![]));
}

#[test]
fn a_receive_that_does_not_wait_notifies_the_worker() {
    let mut broker = Broker::new(1);
    publish(&mut broker, NOW);
    broker.retire(NOW, &jobs(), &"ann".into());
    assert_eq!(broker.receive(NOW, &jobs(), &by("ann")), []);
    broker.wait(NOW, &jobs(), by("ann"));
    assert_eq!(notified(&mut broker), (vec![], vec![]));
}

#[test]
fn each_further_call_restarts_the_time() {
    let mut broker = Broker::new(1);
    broker.retire(NOW, &jobs(), &"ann".into());
    broker.retire(NOW + RETIRED_FOR / 2, &jobs(), &"ann".into());
    assert!(broker.is_retired(NOW + RETIRED_FOR, &jobs(), "ann"));
    assert!(!broker.is_retired(NOW + RETIRED_FOR * 3 / 2, &jobs(), "ann"));
}

#[test]
fn of_too_many_retired_workers_the_first_receive_again() {
    let mut broker = Broker::new(1);
    for number in 0..=10_000 {
        broker.retire(NOW, &jobs(), &format!("w-{number:05}").into());
    }
    assert!(!broker.is_retired(NOW, &jobs(), "w-00000"));
    assert!(broker.is_retired(NOW, &jobs(), "w-00001"));
    assert!(broker.is_retired(NOW, &jobs(), "w-10000"));
}
