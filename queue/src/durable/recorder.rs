//! The [`Recorder`] turns events into records. It runs under the hub's lock, so that the records
//! have the same order as the events.

use std::collections::BTreeMap;

use broker::{
    Accepted, Broker, Event, Kept, KeptKey, MessageId, Once, QueueName, Receipt, ReturnReason, Time,
};
use journal::Outgoing;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::durable::record::{Hidden, Record, StoredSettings, Totals, expired};
use crate::durable::refusal::Refusal;
use crate::wire::WallClock;

/// Records and batches that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// The records of events that have already happened, and so must be written sooner or later.
    pub(crate) owed: Outgoing,
    /// Published batches, which become visible only after they are written.
    pub(crate) accepted: Vec<Publish>,
    /// The records of the batches in `accepted`.
    pub(crate) records: Outgoing,
}

/// A batch of messages whose publisher waits for the disk.
#[derive(Debug)]
pub(crate) struct Publish {
    pub(crate) accepted: Accepted,
    pub(crate) answer: oneshot::Sender<Result<(), Refusal>>,
    /// The batch's permit to wait for the disk. Dropping it makes room for other batches.
    pub(crate) _room: Option<OwnedSemaphorePermit>,
}

impl Gathered {
    pub(crate) fn is_empty(&self) -> bool {
        self.owed.is_empty() && self.accepted.is_empty()
    }
}

/// Turns events into records, and keeps them until the writer takes them.
#[derive(Debug)]
pub struct Recorder {
    run: u32,
    numbers: BTreeMap<QueueName, u32>,
    gathered: Gathered,
    /// The clock for the recorded ends of delays, because its time stays valid after a restart.
    wall: WallClock,
}

impl Recorder {
    /// Creates the recorder of a new run. `numbers` maps the queues in the log to their numbers.
    pub(crate) fn new(run: u32, numbers: BTreeMap<QueueName, u32>, wall: WallClock) -> Recorder {
        let mut recorder = Recorder { run, numbers, gathered: Gathered::default(), wall };
        recorder.owe(&Record::Started { run });
        recorder
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.gathered.is_empty()
    }

    /// Takes all records that wait to be written.
    pub(crate) fn take(&mut self) -> Gathered {
        std::mem::take(&mut self.gathered)
    }

    /// Returns the lowest message id that is not in the log yet: ids are assigned before writing.
    pub(crate) fn next_written(&self, broker: &Broker) -> MessageId {
        let first = self.gathered.accepted.first().and_then(|it| it.accepted.ids().next());
        first.unwrap_or(broker.next_message())
    }

    /// Records the state that the messages and keys with these ids have at `now`.
    pub(crate) fn carry(&mut self, now: Time, broker: &Broker, ids: &[MessageId]) {
        let wall = (self.wall)();
        for id in ids {
            if let Some((name, kept)) = broker.kept_key(now, wall, *id) {
                let queue = self.number(name);
                self.owe(&Record::KeyMoved { queue, used: kept.into() });
            }
            let Some((name, kept)) = broker.kept(now, wall, *id) else { continue };
            let queue = self.number(name);
            let Kept { enqueued_at, attempts, releases, deliveries, run, .. } = kept;
            let (id, place, body) = (id.0, kept.at.into(), &kept.body[..]);
            let record =
                Record::Moved { queue, id, enqueued_at, attempts, deliveries, run, place, body };
            self.owe(&record);
            if releases > 0 {
                self.owe(&Record::Releases { queue, id, count: releases });
            }
        }
    }

    /// Records an accepted batch, which is committed after it is written. Returns the answer for
    /// which its publisher waits. A batch and its key are written together or not at all.
    pub(crate) fn accept(
        &mut self,
        now: Time,
        accepted: Accepted,
        enqueued_at: u64,
        once: Option<Once>,
        room: Option<OwnedSemaphorePermit>,
    ) -> oneshot::Receiver<Result<(), Refusal>> {
        let queue = self.number(accepted.queue());
        if let (Some(once), Some(first)) = (once, accepted.ids().next()) {
            let count = accepted.ids().count() as u32;
            let used = KeptKey { once, first, count, at: enqueued_at }.into();
            Record::Keyed { queue, used }.write(&mut self.gathered.records);
        }
        for (MessageId(id), body, due) in accepted.messages() {
            let hidden = due.map(|due| Hidden::new(enqueued_at, due.saturating_sub(now)));
            let record = Record::Published { queue, id, enqueued_at, hidden, body };
            record.write(&mut self.gathered.records);
        }
        let (answer, answered) = oneshot::channel();
        self.gathered.accepted.push(Publish { accepted, answer, _room: room });
        answered
    }

    /// Records an event, unless a restart undoes its effect in any case.
    pub(crate) fn happened(&mut self, now: Time, name: &QueueName, event: &Event) {
        // Published messages already have a record: `Published`, `Dead` or `Redriven`. After a
        // restart, all leases begin again, and no worker is retired or waits.
        if let Event::Published { .. } | Event::Extended { .. } | Event::Dismissed { .. } = event {
            return;
        }
        let (queue, wall) = (self.number(name), self.wall);
        let hidden =
            |due: &Option<Time>| due.map(|due| Hidden::new(wall(), due.saturating_sub(now)));
        let record = match event {
            Event::Published { .. } | Event::Extended { .. } | Event::Dismissed { .. } => return,
            Event::Configured { settings } => {
                Record::Configured { queue, settings: StoredSettings::from(settings) }
            }
            Event::Delivered { deliveries, lease, .. } => {
                let lease_us = lease.as_micros() as u64;
                for Receipt { message, delivery, run } in deliveries.iter().map(|it| it.receipt) {
                    self.owe(&Record::Delivered { queue, id: message.0, delivery, run, lease_us });
                }
                return;
            }
            Event::Recalled { receipt: Receipt { message, delivery, run } } => {
                Record::Recalled { queue, id: message.0, delivery: *delivery, run: *run }
            }
            Event::Undelivered { receipt } => Record::Undelivered { queue, id: receipt.message.0 },
            Event::Acked { receipt } => Record::Acked { queue, id: receipt.message.0 },
            Event::Returned { receipt, reason: ReturnReason::Released, .. } => {
                Record::Released { queue, id: receipt.message.0 }
            }
            Event::Returned { receipt, reason, due } => {
                let (id, expired) = (receipt.message.0, expired(*reason));
                Record::Returned { queue, id, expired, hidden: hidden(due) }
            }
            Event::Dead { receipt, reason, to } => {
                let (id, to) = (receipt.message.0, to.as_ref().map(|to| self.number(to)));
                Record::Dead { queue, id, expired: expired(*reason), to }
            }
            Event::Expired { id } => Record::Expired { queue, id: id.0 },
            Event::Redriven { id, to } => Record::Redriven { queue, id: id.0, to: self.number(to) },
            Event::Paused { paused } => Record::Paused { queue, paused: *paused },
            Event::Purged { count, below } => {
                Record::Purged { queue, count: *count, below: below.0 }
            }
        };
        self.owe(&record);
    }

    fn owe(&mut self, record: &Record<'_>) {
        record.write(&mut self.gathered.owed);
    }

    /// Returns a queue's number. A queue without a number gets one, which is recorded.
    fn number(&mut self, name: &QueueName) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        // The numbers in an older log may have gaps.
        let queue = self.numbers.values().max().map_or(0, |last| last + 1);
        self.numbers.insert(name.clone(), queue);
        self.owe(&Record::Named { queue, name: name.as_str() });
        queue
    }

    /// Returns the first batch of a new segment: all state at `now` except messages and keys.
    pub(crate) fn base(&mut self, now: Time, broker: &mut Broker) -> Outgoing {
        let mut base = Outgoing::default();
        Record::Started { run: self.run }.write(&mut base);
        Record::NextMessage { id: broker.next_message().0 }.write(&mut base);
        for (name, queue) in &self.numbers {
            let queue = *queue;
            Record::Named { queue, name: name.as_str() }.write(&mut base);
            if let Some(settings) = broker.settings(name) {
                Record::Configured { queue, settings: StoredSettings::from(settings) }
                    .write(&mut base);
            }
            if let Some(stats) = broker.stats(now, name) {
                Record::Counted { queue, total: Totals::from(stats.total) }.write(&mut base);
                Record::Replayed { queue, total: stats.total.replayed }.write(&mut base);
                Record::ReleasedTotal { queue, total: stats.total.released }.write(&mut base);
                Record::Paused { queue, paused: stats.paused }.write(&mut base);
            }
        }
        base
    }
}
