//! From records to a broker, at the start.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use broker::{Kept, MessageId, QueueName, Receipt, Restore, ReturnReason};
use bytes::Bytes;
use journal::{Cut, Directory, Disk, Journal, OpenError};

use crate::durable::extent::Extents;
use crate::durable::record::{Record, reason};
use crate::wire;

/// What was in a log.
#[derive(Debug)]
pub struct Loaded<D: Disk = Directory> {
    /// The log, open for more.
    pub(crate) journal: Journal<D>,
    /// What has happened up to now.
    pub(crate) restore: Restore,
    /// The queues' numbers.
    pub(crate) numbers: BTreeMap<QueueName, u32>,
    pub(crate) extents: Extents,
    /// What a crash left half written.
    pub cut: Option<Cut>,
}

/// Opens the log in a directory, and makes it where there is none. No other process may have it.
///
/// # Errors
/// When somebody else has the directory, or the log is damaged.
pub fn open(directory: &Path, who: &str) -> anyhow::Result<Loaded> {
    let disk = Directory::take(directory, who)
        .with_context(|| format!("the data directory {} cannot be used", directory.display()))?;
    Ok(load(disk)?)
}

/// Reads a whole log, from any disk.
///
/// # Errors
/// When anything but its end is not as it was written.
pub fn load<D: Disk>(disk: D) -> Result<Loaded<D>, OpenError> {
    let mut reader = Reader::default();
    let (journal, cut) =
        Journal::open(disk, rand::random(), |segment, bytes| reader.batch(segment, bytes))?;
    let Reader { restore, numbers, extents, .. } = reader;
    Ok(Loaded { journal, restore, numbers, extents, cut })
}

#[derive(Default)]
struct Reader {
    restore: Restore,
    names: BTreeMap<u32, QueueName>,
    /// The same the other way round.
    numbers: BTreeMap<QueueName, u32>,
    extents: Extents,
}

impl Reader {
    fn batch(&mut self, segment: u64, bytes: &[u8]) -> Result<(), String> {
        // One copy, of which the bodies are parts.
        let whole = Bytes::copy_from_slice(bytes);
        let mut bytes = &whole[..];
        while !bytes.is_empty() {
            let (record, rest) = Record::read(bytes)?;
            match record {
                Record::Published { id, .. } => self.extents.holds(segment, MessageId(id)),
                Record::Moved { id, .. } => self.extents.moved(segment, MessageId(id)),
                Record::KeyMoved { ref used, .. } => {
                    self.extents.moved(segment, MessageId(used.first));
                }
                _ => {}
            }
            self.record(&whole, record)?;
            bytes = rest;
        }
        Ok(())
    }

    fn moved(&mut self, whole: &Bytes, record: &Record<'_>) -> Result<(), String> {
        let Record::Moved { queue, id, enqueued_at, attempts, deliveries, run, place, body } =
            *record
        else {
            return Ok(());
        };
        let (name, body, at) =
            (self.name(queue)?.clone(), wire::owned(whole.slice_ref(body)), place.into());
        // Told by a record of its own, where there is anything to tell.
        let releases = 0;
        let kept = Kept { body, enqueued_at, attempts, releases, deliveries, run, at };
        self.restore.moved(&name, MessageId(id), kept);
        Ok(())
    }

    /// A number stands for one queue, and a queue has one number; each segment tells them again.
    fn named(&mut self, queue: u32, name: QueueName) -> Result<(), String> {
        match (self.names.get(&queue), self.numbers.get(&name)) {
            (Some(there), _) if *there == name => Ok(()),
            (None, None) => {
                self.numbers.insert(name.clone(), queue);
                self.names.insert(queue, name);
                Ok(())
            }
            _ => Err(format!("{queue} is not the number of queue {name} alone")),
        }
    }

    fn name(&self, queue: u32) -> Result<&QueueName, String> {
        self.names.get(&queue).ok_or_else(|| format!("queue {queue} has no name"))
    }

    fn record(&mut self, whole: &Bytes, record: Record<'_>) -> Result<(), String> {
        match record {
            Record::Started { run } => self.restore.started(run),
            Record::NextMessage { id } => self.restore.next_message(MessageId(id)),
            Record::Named { queue, name } => {
                let name = name.parse().map_err(|error| format!("{error}"))?;
                self.named(queue, name)?;
            }
            Record::Configured { queue, settings } => {
                let name = self.name(queue)?.clone();
                let settings = settings.settings()?;
                settings.check().map_err(|error| error.to_string())?;
                self.restore.configured(&name, settings);
            }
            Record::Counted { queue, total } => {
                let name = self.name(queue)?.clone();
                self.restore.counted(&name, total.into());
            }
            Record::Keyed { queue, used } | Record::KeyMoved { queue, used } => {
                let name = self.name(queue)?.clone();
                self.restore.keyed(&name, used.into());
            }
            Record::Replayed { queue, total } => {
                let name = self.name(queue)?.clone();
                self.restore.replayed(&name, total);
            }
            Record::ReleasedTotal { queue, total } => {
                let name = self.name(queue)?.clone();
                self.restore.released(&name, total);
            }
            Record::Paused { queue, paused } => {
                let name = self.name(queue)?.clone();
                self.restore.paused(&name, paused);
            }
            of_a_message => return self.message(whole, of_a_message),
        }
        Ok(())
    }

    fn message(&mut self, whole: &Bytes, record: Record<'_>) -> Result<(), String> {
        let receipt = |id, delivery, run| Receipt { message: MessageId(id), delivery, run };
        match record {
            Record::Published { queue, id, enqueued_at, hidden, body } => {
                let (name, due) = (self.name(queue)?.clone(), hidden.map(|it| it.due()));
                let body = wire::owned(whole.slice_ref(body));
                self.restore.published(&name, MessageId(id), body, enqueued_at, due);
            }
            Record::Delivered { queue, id, delivery, run, lease_us } => {
                let name = self.name(queue)?.clone();
                let lease = std::time::Duration::from_micros(lease_us);
                self.restore.delivered(&name, receipt(id, delivery, run), lease);
            }
            Record::Recalled { queue, id, delivery, run } => {
                let name = self.name(queue)?.clone();
                self.restore.recalled(&name, receipt(id, delivery, run));
            }
            Record::Undelivered { queue, id } => {
                let name = self.name(queue)?.clone();
                self.restore.undelivered(&name, MessageId(id));
            }
            Record::Acked { queue, id } => {
                let name = self.name(queue)?.clone();
                self.restore.acked(&name, MessageId(id));
            }
            Record::Returned { queue, id, expired, hidden } => {
                let (name, due) = (self.name(queue)?.clone(), hidden.map(|it| it.due()));
                self.restore.returned(&name, MessageId(id), reason(expired), due);
            }
            Record::Dead { queue, id, expired, to } => {
                let name = self.name(queue)?.clone();
                let to = to.map(|to| self.name(to)).transpose()?.cloned();
                self.restore.dead(&name, MessageId(id), reason(expired), to.as_ref());
            }
            Record::Purged { queue, count, below } => {
                let name = self.name(queue)?.clone();
                self.restore.purged(&name, count, MessageId(below));
            }
            Record::Expired { queue, id } => {
                let name = self.name(queue)?.clone();
                self.restore.expired(&name, MessageId(id));
            }
            Record::Redriven { queue, id, to } => {
                let (name, to) = (self.name(queue)?.clone(), self.name(to)?.clone());
                self.restore.redriven(&name, MessageId(id), &to);
            }
            Record::Released { queue, id } => {
                let name = self.name(queue)?.clone();
                self.restore.returned(&name, MessageId(id), ReturnReason::Released, None);
            }
            Record::Releases { queue, id, count } => {
                let name = self.name(queue)?.clone();
                self.restore.releases(&name, MessageId(id), count);
            }
            moved @ Record::Moved { .. } => self.moved(whole, &moved)?,
            other => return Err(format!("{other:?} is not about a message")),
        }
        Ok(())
    }
}
