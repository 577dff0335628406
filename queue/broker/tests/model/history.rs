//! A third broker, which is restored from the events.

use std::time::Duration;

use broker::{
    Broker, Due, Event, KeptKey, MessageId, NewMessage, Once, Peeked, Place, PublishError,
    QueueName, Receipt, Restore, Time, Tried,
};

use crate::Publish;
use crate::naive::RUN;

/// The restored broker in the making.
pub(crate) struct History(Restore);

/// The wall clock in milliseconds at a time of the broker; it began on some day.
pub(crate) fn wall(now: Time) -> u64 {
    1_000_000 + now.as_millis() as u64
}

/// When something is due, set at `now`.
fn due(now: Time, until: Time) -> Due {
    Due { at: wall(until), delay: until.saturating_sub(now) }
}

impl History {
    pub(crate) fn new() -> History {
        let mut restore = Restore::default();
        restore.started(RUN);
        History(restore)
    }

    pub(crate) fn published(
        &mut self,
        queue: &QueueName,
        ids: &[MessageId],
        batch: &[NewMessage],
        now: Time,
    ) {
        for (id, new) in ids.iter().zip(batch) {
            let due = (!new.delay.is_zero()).then(|| due(now, now + new.delay));
            self.0.published(queue, *id, new.body.clone(), wall(now), due);
        }
    }

    pub(crate) fn keyed(&mut self, queue: &QueueName, ids: &[MessageId], once: Once, now: Time) {
        let (count, at) = (ids.len() as u32, wall(now));
        self.0.keyed(queue, KeptKey { once, first: ids[0], count, at });
    }

    /// Records all messages and keys again in their current state.
    pub(crate) fn replayed(&mut self, broker: &Broker, now: Time) {
        for id in broker.between(MessageId(0), broker.next_message()) {
            let message = broker.kept(now, wall(now), id);
            let key = broker.kept_key(now, wall(now), id);
            assert!(message.is_some() || key.is_some());
            message.into_iter().for_each(|(name, kept)| self.0.moved(name, id, kept));
            key.into_iter().for_each(|(name, kept)| self.0.keyed(name, kept));
        }
    }

    pub(crate) fn happened(&mut self, queue: &QueueName, event: &Event) {
        // The event does not hold when the delay was set; a longer delay has the same effect.
        let due = |until: &Option<Time>| until.map(|until| due(Time::ZERO, until));
        match event {
            Event::Configured { settings } => self.0.configured(queue, settings.clone()),
            // Known from the publish, or from the death before it.
            Event::Published { .. } | Event::Extended { .. } => {}
            // Waiters and retired workers exist only in this run.
            Event::Dismissed { .. } => {}
            Event::Delivered { deliveries, lease, .. } => {
                deliveries.iter().for_each(|it| self.0.delivered(queue, it.receipt, *lease));
            }
            Event::Recalled { receipt } => self.0.recalled(queue, *receipt),
            Event::Undelivered { receipt } => self.0.undelivered(queue, receipt.message),
            Event::Acked { receipt } => self.0.acked(queue, receipt.message),
            Event::Returned { receipt, reason, due: until } => {
                self.0.returned(queue, receipt.message, *reason, due(until));
            }
            Event::Dead { receipt, reason, to } => {
                self.0.dead(queue, receipt.message, *reason, to.as_ref());
            }
            Event::Expired { id } => self.0.expired(queue, *id),
            Event::Redriven { id, to } => self.0.redriven(queue, *id, to),
            Event::Paused { paused } => self.0.paused(queue, *paused),
            Event::Purged { count, below } => self.0.purged(queue, *count, *below),
        }
    }
}

/// Compares the brokers: the same messages in the same places, except for fresh leases, and the
/// same totals. The same receipts are valid, repeated publishes get the same answers, and keys are
/// forgotten at the same time.
pub(crate) fn compare(
    broker: &mut Broker,
    history: History,
    receipts: &[(QueueName, Receipt)],
    tried: &[Publish],
    now: Time,
) {
    // The time may start again, as in another process.
    let later = now + Duration::from_secs(7);
    let mut restored = history.0.finish(RUN + 1, later, wall(now));
    let names: Vec<QueueName> = broker.names().cloned().collect();
    for name in &names {
        let mut before = broker.stats(now, name).unwrap();
        // A queue that only had waiters is not restored.
        let Some(after) = restored.stats(later, name) else {
            assert_eq!(before.total.published, 0);
            continue;
        };
        before.waiting = 0;
        // Neither the workers of leases nor the times of acks are restored.
        (before.busy_workers, before.nameless_leases) = (before.in_flight, before.in_flight);
        before.ack_p90 = None;
        (before.total.receive_empty, before.total.replayed) = (0, 0);
        // The wall clock loses less than a millisecond.
        let age = |age: Option<Time>| age.map(|age| age.as_millis());
        assert_eq!(age(before.oldest_age), age(after.oldest_age));
        before.oldest_age = after.oldest_age;
        assert_eq!(before, after, "{name}");
        assert_eq!(broker.settings(name), restored.settings(name));
        let old = broker.peek(name, usize::MAX).unwrap();
        let new = restored.peek(name, usize::MAX).unwrap();
        let releases = |it: &Broker, now, id| Some(it.kept(now, wall(now), id)?.1.releases);
        for id in old.iter().map(|it| it.id) {
            assert_eq!(releases(broker, now, id), releases(&restored, later, id));
        }
        assert_eq!(
            old.iter().map(|it| look(it, now)).collect::<Vec<_>>(),
            new.iter().map(|it| look(it, later)).collect::<Vec<_>>()
        );
    }
    for (name, receipt) in receipts {
        let valid = broker.ack(now, name, *receipt).is_ok();
        assert_eq!(valid, restored.ack(later, name, *receipt).is_ok(), "{receipt}");
    }
    let (first, first_again) = (broker.next_message(), restored.next_message());
    for publish in tried {
        let before = answer(broker, first, now, publish);
        assert_eq!(before, answer(&mut restored, first_again, later, publish), "{publish:?}");
    }
    for after in (0..=300).step_by(20).map(Duration::from_secs) {
        for name in &names {
            let keys = |it: &mut Broker, now| it.stats(now + after, name).map_or(0, |it| it.keys);
            assert_eq!(keys(broker, now), keys(&mut restored, later), "{name} after {after:?}");
        }
    }
}

/// The answer to a repeated publish: its messages below `first`. The ids of a new publish may
/// differ if batches were refused, so they are left out.
fn answer(
    broker: &mut Broker,
    first: MessageId,
    now: Time,
    Publish { queue, batch, once }: &Publish,
) -> Result<Option<Vec<MessageId>>, PublishError> {
    let Some(once) = *once else { return Ok(None) };
    match broker.accept_once(now, queue, batch.clone(), wall(now), once)? {
        Tried::Again { ids, .. } => Ok(Some(ids).filter(|ids| ids[0] < first)),
        Tried::First(accepted) => {
            broker.commit(now, accepted);
            Ok(None)
        }
    }
}

/// A message's state and remaining delay; its lease differs after a restart.
fn look(peeked: &Peeked, now: Time) -> (MessageId, u32, usize, Option<Time>, bool) {
    let (hidden, in_flight) = match peeked.place {
        Place::Ready => (None, false),
        Place::Delayed { until } => (Some(until - now), false),
        Place::InFlight(_) => (None, true),
    };
    (peeked.id, peeked.attempts, peeked.body.len(), hidden, in_flight)
}
