//! Reads the log at the start of the process, to rebuild the broker.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use broker::{Kept, MessageId, QueueName, Receipt, Restore, ReturnReason};
use bytes::Bytes;
use journal::{Cut, Directory, Disk, Journal, OpenError};

use crate::durable::extent::Extents;
use crate::durable::record::{Hidden, Record, reason};
use crate::wire;

/// The contents of a log that was read.
#[derive(Debug)]
pub struct Loaded<D: Disk = Directory> {
    /// The log, open for appending.
    pub(crate) journal: Journal<D>,
    /// The replayed events, from which the broker is rebuilt.
    pub(crate) restore: Restore,
    /// The number that each queue has in the log's records.
    pub(crate) numbers: BTreeMap<QueueName, u32>,
    pub(crate) extents: Extents,
    /// The incomplete batch that was cut off; `None` if the last write was not interrupted.
    pub cut: Option<Cut>,
}

/// Reads the log in a directory, and creates both if they are missing. `who` names this process in
/// the error that another process gets when it opens the same directory.
///
/// # Errors
/// When another process uses the directory, or the log is damaged.
pub fn open(directory: &Path, who: &str) -> anyhow::Result<Loaded> {
    let disk = Directory::take(directory, who)
        .with_context(|| format!("the data directory {} cannot be used", directory.display()))?;
    Ok(load(disk)?)
}

/// Reads a whole log from any disk.
///
/// # Errors
/// When the log cannot be read, or anything but its end is damaged.
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
    /// The number of each queue: the inverse of `names`.
    numbers: BTreeMap<QueueName, u32>,
    extents: Extents,
}

impl Reader {
    fn batch(&mut self, segment: u64, bytes: &[u8]) -> Result<(), String> {
        // The batch is copied once; the messages' bodies are slices of the copy.
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

    /// Notes a queue's number and name. Each segment repeats all pairs, so the same pair again is
    /// no error. But a number with two names is an error, and so is a name with two numbers.
    fn named(&mut self, queue: u32, name: QueueName) -> Result<(), String> {
        match (self.names.get(&queue), self.numbers.get(&name)) {
            (Some(there), _) if *there == name => Ok(()),
            (None, None) => {
                self.numbers.insert(name.clone(), queue);
                self.names.insert(queue, name);
                Ok(())
            }
            _ => Err(format!("queue number {queue} or queue name {name} is used twice")),
        }
    }

    fn record(&mut self, whole: &Bytes, record: Record<'_>) -> Result<(), String> {
        let Reader { restore, names, .. } = self;
        let of = |queue: u32| names.get(&queue).ok_or_else(|| format!("queue {queue} has no name"));
        match record {
            Record::Started { run } => restore.started(run),
            Record::NextMessage { id } => restore.next_message(MessageId(id)),
            Record::Named { queue, name } => {
                let name = name.parse().map_err(|error| format!("{error}"))?;
                self.named(queue, name)?;
            }
            Record::Configured { queue, settings } => {
                let (name, settings) = (of(queue)?, settings.settings()?);
                settings.check().map_err(|error| error.to_string())?;
                restore.configured(name, settings);
            }
            Record::Counted { queue, total } => restore.counted(of(queue)?, total.into()),
            Record::Keyed { queue, used } | Record::KeyMoved { queue, used } => {
                restore.keyed(of(queue)?, used.into());
            }
            Record::Replayed { queue, total } => restore.replayed(of(queue)?, total),
            Record::ReleasedTotal { queue, total } => restore.released(of(queue)?, total),
            Record::Paused { queue, paused } => restore.paused(of(queue)?, paused),
            Record::Published { queue, id, enqueued_at, hidden, body } => {
                let (body, due) = (wire::owned(whole.slice_ref(body)), hidden.map(Hidden::due));
                restore.published(of(queue)?, MessageId(id), body, enqueued_at, due);
            }
            Record::Moved { queue, id, enqueued_at, attempts, deliveries, run, place, body } => {
                let (body, at) = (wire::owned(whole.slice_ref(body)), place.into());
                // If the message was released, a `Releases` record follows.
                let releases = 0;
                let kept = Kept { body, enqueued_at, attempts, releases, deliveries, run, at };
                restore.moved(of(queue)?, MessageId(id), kept);
            }
            Record::Delivered { queue, id, delivery, run, lease_us } => {
                let receipt = Receipt { message: MessageId(id), delivery, run };
                restore.delivered(of(queue)?, receipt, Duration::from_micros(lease_us));
            }
            Record::Recalled { queue, id, delivery, run } => {
                restore.recalled(of(queue)?, Receipt { message: MessageId(id), delivery, run });
            }
            Record::Undelivered { queue, id } => restore.undelivered(of(queue)?, MessageId(id)),
            Record::Acked { queue, id } => restore.acked(of(queue)?, MessageId(id)),
            Record::Returned { queue, id, expired, hidden } => {
                let due = hidden.map(Hidden::due);
                restore.returned(of(queue)?, MessageId(id), reason(expired), due);
            }
            Record::Dead { queue, id, expired, to } => {
                let (name, to) = (of(queue)?, to.map(of).transpose()?);
                restore.dead(name, MessageId(id), reason(expired), to);
            }
            Record::Purged { queue, count, below } => {
                restore.purged(of(queue)?, count, MessageId(below));
            }
            Record::Expired { queue, id } => restore.expired(of(queue)?, MessageId(id)),
            Record::Redriven { queue, id, to } => {
                restore.redriven(of(queue)?, MessageId(id), of(to)?);
            }
            Record::Released { queue, id } => {
                restore.returned(of(queue)?, MessageId(id), ReturnReason::Released, None);
            }
            Record::Releases { queue, id, count } => {
                restore.releases(of(queue)?, MessageId(id), count);
            }
        }
        Ok(())
    }
}
