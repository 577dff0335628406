//! The log's records. A batch is a sequence of records in `postcard`'s byte format.
//!
//! A record has the number of its queue, because the name would take most of the bytes of an ack.

use std::time::Duration;

use broker::stats::Counters;
use broker::{At, Due, QueueName, ReturnReason, Settings};
use journal::Outgoing;
use serde::{Deserialize, Serialize};

use crate::durable::keys::Used;

/// Records with an id or count of this size or more are refused: additions must not overflow.
const MOST: u64 = 1 << 60;

/// The limit for 32-bit numbers, such as the numbers of queues and deliveries.
const MANY: u32 = 1 << 31;

/// One record. New variants are added at the end: the byte format knows variants by position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Record<'a> {
    /// The process started; its receipts have the number `run`.
    Started { run: u32 },
    /// Messages published later have this id or higher ones.
    NextMessage { id: u64 },
    /// The queue with the number `queue` has this name.
    Named { queue: u32, name: &'a str },
    /// A queue was created, or its settings were replaced.
    Configured { queue: u32, settings: StoredSettings<'a> },
    /// The totals of a queue when the record was written.
    Counted { queue: u32, total: Totals },
    /// A message was published.
    Published {
        queue: u32,
        id: u64,
        enqueued_at: u64,
        hidden: Option<Hidden>,
        #[serde(with = "serde_bytes")]
        body: &'a [u8],
    },
    /// A message was delivered.
    Delivered { queue: u32, id: u64, delivery: u32, run: u32, lease_us: u64 },
    /// A client used the receipt of a delivery that is not in the log.
    Recalled { queue: u32, id: u64, delivery: u32, run: u32 },
    /// A delivery never reached its worker.
    Undelivered { queue: u32, id: u64 },
    /// A message was acked.
    Acked { queue: u32, id: u64 },
    /// A message went back to its queue, because its lease expired or its worker handed it back.
    Returned { queue: u32, id: u64, expired: bool, hidden: Option<Hidden> },
    /// A message was given up, and went to its dead-letter queue or was dropped.
    Dead { queue: u32, id: u64, expired: bool, to: Option<u32> },
    /// All `count` messages of a queue were deleted; their ids were below `below`.
    Purged { queue: u32, count: u64, below: u64 },
    /// The state of a message, written again because its segment is about to be deleted.
    Moved {
        queue: u32,
        id: u64,
        enqueued_at: u64,
        attempts: u32,
        deliveries: u32,
        run: u32,
        place: Place,
        #[serde(with = "serde_bytes")]
        body: &'a [u8],
    },
    /// A ready message was dropped because it exceeded the queue's `max_age`.
    Expired { queue: u32, id: u64 },
    /// A redrive moved a message from the queue `queue` to the queue `to`.
    Redriven { queue: u32, id: u64, to: u32 },
    /// A queue was paused or resumed.
    Paused { queue: u32, paused: bool },
    /// The key of the publish whose `Published` records follow.
    Keyed { queue: u32, used: Used },
    /// The state of a key, written again because its segment is about to be deleted.
    KeyMoved { queue: u32, used: Used },
    /// The number of repeated publishes to a queue when the record was written.
    Replayed { queue: u32, total: u64 },
    /// A message was released: it is back in its old place, and the attempt does not count.
    Released { queue: u32, id: u64 },
    /// The number of released deliveries of a queue when the record was written.
    ReleasedTotal { queue: u32, total: u64 },
    /// The message of the previous `Moved` record had been released `count` times.
    Releases { queue: u32, id: u64, count: u32 },
}

/// The state of a message in its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    Ready,
    Delayed(Hidden),
    InFlight { lease_us: u64 },
}

impl From<At> for Place {
    fn from(at: At) -> Place {
        match at {
            At::Ready => Place::Ready,
            At::Delayed(Due { at, delay }) => {
                Place::Delayed(Hidden { at, delay_us: delay.as_micros() as u64 })
            }
            At::InFlight(lease) => Place::InFlight { lease_us: lease.as_micros() as u64 },
        }
    }
}

impl From<Place> for At {
    fn from(place: Place) -> At {
        match place {
            Place::Ready => At::Ready,
            Place::Delayed(hidden) => At::Delayed(hidden.due()),
            Place::InFlight { lease_us } => At::InFlight(Duration::from_micros(lease_us)),
        }
    }
}

/// When a delayed message becomes ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hidden {
    /// The time when the message becomes ready, in milliseconds since 1970.
    at: u64,
    /// The whole delay from its beginning, in microseconds.
    delay_us: u64,
}

impl Hidden {
    /// Creates a delay of the length `delay` that begins at `wall`, in milliseconds since 1970.
    pub(crate) fn new(wall: u64, delay: Duration) -> Hidden {
        Hidden { at: wall + delay.as_millis() as u64, delay_us: delay.as_micros() as u64 }
    }

    pub(crate) fn due(self) -> Due {
        Due { at: self.at, delay: Duration::from_micros(self.delay_us) }
    }
}

/// A queue's settings, with times in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredSettings<'a> {
    lease_us: u64,
    max_attempts: u32,
    dead_letter_queue: Option<&'a str>,
    max_depth: u64,
    max_bytes: u64,
    max_message_bytes: u64,
    max_age_us: Option<u64>,
}

impl<'a> From<&'a Settings> for StoredSettings<'a> {
    fn from(settings: &'a Settings) -> StoredSettings<'a> {
        StoredSettings {
            lease_us: settings.lease.as_micros() as u64,
            max_attempts: settings.max_attempts,
            dead_letter_queue: settings.dead_letter_queue.as_ref().map(QueueName::as_str),
            max_depth: settings.max_depth as u64,
            max_bytes: settings.max_bytes,
            max_message_bytes: settings.max_message_bytes as u64,
            max_age_us: settings.max_age.map(|age| age.as_micros() as u64),
        }
    }
}

impl StoredSettings<'_> {
    pub(crate) fn settings(&self) -> Result<Settings, String> {
        let queue = self.dead_letter_queue.map(str::parse).transpose();
        Ok(Settings {
            lease: Duration::from_micros(self.lease_us),
            max_attempts: self.max_attempts,
            dead_letter_queue: queue.map_err(|error: broker::name::BadName| error.to_string())?,
            max_depth: self.max_depth as usize,
            max_bytes: self.max_bytes,
            max_message_bytes: self.max_message_bytes as usize,
            max_age: self.max_age_us.map(Duration::from_micros),
        })
    }
}

/// Declares [`Totals`], with its fields in the order of the byte format, and its conversions.
macro_rules! totals {
    ($($name:ident)*) => {
        /// The totals of a queue that the log stores in one record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub(crate) struct Totals {
            $($name: u64,)*
        }

        impl Totals {
            fn all(&self) -> impl Iterator<Item = u64> {
                [$(self.$name,)*].into_iter()
            }
        }

        impl From<Counters> for Totals {
            fn from(total: Counters) -> Totals {
                Totals { $($name: total.$name,)* }
            }
        }

        impl From<Totals> for Counters {
            /// `replayed` and `released` are 0, because they have records of their own.
            fn from(total: Totals) -> Counters {
                Counters { $($name: total.$name,)* ..Counters::default() }
            }
        }
    };
}

totals!(published delivered undelivered acked nacked lease_expired dead purged expired
    receive_empty);

/// Converts the reason why a delivery ended to the flag that records store.
pub(crate) fn expired(reason: ReturnReason) -> bool {
    reason == ReturnReason::LeaseExpired
}

/// Converts the flag of a record: the delivery's lease expired, or its worker nacked it.
pub(crate) fn reason(expired: bool) -> ReturnReason {
    if expired { ReturnReason::LeaseExpired } else { ReturnReason::Nacked }
}

impl<'a> Record<'a> {
    /// Appends the record's bytes to a batch.
    pub(crate) fn write(&self, to: &mut Outgoing) {
        // Writing to memory cannot fail, and every record can be serialized.
        let _ = postcard::to_io(self, to);
    }

    /// Reads the first record; returns it and the remaining bytes.
    ///
    /// # Errors
    /// When the bytes do not begin with a valid record.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<(Record<'a>, &'a [u8]), String> {
        let (record, rest) = postcard::take_from_bytes::<Record<'_>>(bytes)
            .map_err(|error| format!("not a valid record: {error}"))?;
        if record.counts_on() {
            Ok((record, rest))
        } else {
            Err(format!("not a valid record: a number is too large in {record:?}"))
        }
    }

    /// Whether the record's numbers are so small that additions cannot overflow.
    fn counts_on(&self) -> bool {
        match self {
            Record::NextMessage { id } | Record::Published { id, .. } => *id < MOST,
            Record::Named { queue, .. } => *queue < MANY,
            Record::Counted { total, .. } => total.all().all(|it| it < MOST),
            Record::Keyed { used, .. } | Record::KeyMoved { used, .. } => used.fits(MOST),
            Record::Purged { count, below, .. } => *count < u64::from(u32::MAX) && *below <= MOST,
            Record::Replayed { total, .. } | Record::ReleasedTotal { total, .. } => *total < MOST,
            Record::Releases { count, .. } => *count < MANY,
            Record::Delivered { delivery, .. } | Record::Recalled { delivery, .. } => {
                *delivery < MANY
            }
            Record::Moved { id, attempts, deliveries, .. } => {
                *id < MOST && (*attempts).max(*deliveries) < MANY
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_from_their_bytes_one_after_the_other() {
        let hidden = Some(Hidden::new(5, Duration::from_secs(1)));
        let settings = Settings::default();
        let all = [
            Record::Named { queue: 1, name: "jobs" },
            Record::Configured { queue: 1, settings: StoredSettings::from(&settings) },
            Record::Published { queue: 1, id: 7, enqueued_at: 9, hidden, body: b"work" },
            Record::Dead { queue: 1, id: 7, expired: true, to: None },
        ];
        let mut outgoing = Outgoing::default();
        all.iter().for_each(|record| record.write(&mut outgoing));
        let mut bytes = outgoing.bytes();
        for record in all {
            let (read, rest) = Record::read(bytes).unwrap();
            assert_eq!(read, record);
            bytes = rest;
        }
        assert_eq!(bytes, b"");
    }

    #[test]
    fn a_number_too_large_to_be_added_to_is_refused() {
        let published = |id| {
            let mut outgoing = Outgoing::default();
            let (enqueued_at, hidden, body) = (0, None, b"".as_slice());
            Record::Published { queue: 1, id, enqueued_at, hidden, body }.write(&mut outgoing);
            Record::read(outgoing.bytes()).map(|_| ())
        };
        assert_eq!(published(MOST - 1), Ok(()));
        assert!(published(u64::MAX).unwrap_err().contains("a number is too large"));
    }

    #[test]
    fn an_acknowledgement_takes_few_bytes() {
        let mut outgoing = Outgoing::default();
        Record::Acked { queue: 3, id: 1_000_000 }.write(&mut outgoing);
        assert_eq!(outgoing.bytes().len(), 5);
    }

    #[test]
    fn the_byte_format_of_totals_is_unchanged() {
        let (published, delivered, undelivered, acked, nacked) = (1, 2, 3, 4, 5);
        let (lease_expired, dead, purged, expired, receive_empty) = (6, 7, 8, 9, 300);
        let (replayed, released) = (0, 0);
        let total = Counters {
            published,
            delivered,
            undelivered,
            acked,
            nacked,
            released,
            lease_expired,
            dead,
            purged,
            expired,
            receive_empty,
            replayed,
        };
        let mut outgoing = Outgoing::default();
        Record::Counted { queue: 3, total: total.into() }.write(&mut outgoing);
        assert_eq!(outgoing.bytes(), [4, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xac, 2]);
        assert_eq!(Counters::from(Totals::from(total)), total);
    }

    #[test]
    fn settings_are_read_as_they_were_written() {
        let dead_letter_queue = Some("dead".parse().unwrap());
        let settings = Settings { dead_letter_queue, ..Settings::default() };
        assert_eq!(StoredSettings::from(&settings).settings(), Ok(settings));
    }
}
