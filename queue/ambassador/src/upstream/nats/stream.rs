//! The stream of a queue and its consumer: made if they are missing, and their numbers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use broker::Settings;
use bytes::Bytes;
use client::{Error, Numbers, Shown};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::reply::{self, Problem};
use super::shared::{ACK_WAIT, Inner, Stream};
use crate::upstream::{Levels, Limits};

/// The consumer's name. All receives of all ambassadors share it, one after the other.
const CONSUMER: &str = "ambassador";
/// For how long the stream recognises a repeated publish, as the kit's queue does.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(300);
/// How many receives may wait at a time: as many as the ambassador has connections.
const MAX_WAITING: u32 = 8192;

#[derive(Debug, Deserialize)]
struct StreamInfo {
    config: Value,
    state: State,
}

#[derive(Debug, Deserialize)]
struct State {
    bytes: u64,
    first_seq: u64,
    last_seq: u64,
}

#[derive(Debug, Deserialize)]
struct ConsumerInfo {
    delivered: Sequence,
    num_ack_pending: u64,
    num_pending: u64,
}

#[derive(Debug, Deserialize)]
struct Sequence {
    stream_seq: u64,
}

#[derive(Debug, Deserialize)]
struct Stored {
    message: StoredMessage,
}

/// A message in the stream.
#[derive(Debug, Deserialize)]
struct StoredMessage {
    seq: u64,
    #[serde(default)]
    data: String,
    time: String,
}

#[derive(Debug, Deserialize)]
struct Purged {
    purged: u64,
}

impl Inner {
    /// A request to JetStream.
    async fn api<T: DeserializeOwned>(
        &self,
        call: &str,
        json: &Value,
    ) -> Result<Result<T, Problem>, Error> {
        let payload = if json.is_null() { Bytes::new() } else { json.to_string().into() };
        let answer = self.link.request(format!("$JS.API.{call}"), None, payload).await?;
        reply::read(&answer.payload)
    }

    /// Like [`Inner::api`]. If something is missing that was there, it is made again next time.
    async fn ask<T: DeserializeOwned>(&self, call: &str, json: &Value) -> Result<T, Error> {
        match self.api(call, json).await? {
            Ok(answer) => Ok(answer),
            Err(problem) => {
                if problem.is_missing() {
                    *self.stream.lock().await = None;
                }
                Err(problem.into_error())
            }
        }
    }

    /// Finds the stream and its consumer, or makes them.
    pub(super) async fn stream(&self) -> Result<Stream, Error> {
        let mut known = self.stream.lock().await;
        if let Some(stream) = &*known {
            return Ok(stream.clone());
        }
        self.link.client()?;
        let name = &self.name;
        let found: Result<StreamInfo, Problem> =
            self.api(&format!("STREAM.INFO.{name}"), &Value::Null).await?;
        let info = match found {
            Ok(info) => info,
            Err(problem) if problem.is_missing() => self.make_stream().await?,
            Err(problem) => return Err(problem.into_error()),
        };
        let consumer = json!({
            "durable_name": CONSUMER,
            "deliver_policy": "all",
            "replay_policy": "instant",
            "ack_policy": "explicit",
            "ack_wait": nanos(ACK_WAIT),
            // The table of leases limits the attempts, and knows what is in flight.
            "max_deliver": -1,
            "max_ack_pending": -1,
            "max_waiting": MAX_WAITING,
        });
        let call = format!("CONSUMER.DURABLE.CREATE.{name}.{CONSUMER}");
        let consumer = json!({"stream_name": name, "config": consumer});
        let made: Result<Value, Problem> = self.api(&call, &consumer).await?;
        made.map_err(Problem::into_error)?;
        let stream = Stream::of(&info.config);
        *known = Some(stream.clone());
        Ok(stream)
    }

    async fn make_stream(&self) -> Result<StreamInfo, Error> {
        let name = &self.name;
        let mut config = json!({
            "name": name,
            "subjects": [name],
            "retention": "workqueue",
            "storage": "file",
            // When it is full it refuses messages, rather than drop old ones.
            "discard": "new",
            "num_replicas": 1,
            "duplicate_window": nanos(DUPLICATE_WINDOW),
        });
        put_limits(&mut config, &Settings::default());
        let made: Result<StreamInfo, Problem> =
            self.api(&format!("STREAM.CREATE.{name}"), &config).await?;
        tracing::info!("the stream {name} was made");
        made.map_err(Problem::into_error)
    }

    /// Where messages are published.
    pub(super) async fn subject(&self) -> Result<String, Error> {
        let name = &self.name;
        self.stream().await?.subject.ok_or_else(|| {
            let text =
                format!("the subjects of the stream {name} are patterns; add {name} to them");
            Error::Unsupported(text)
        })
    }

    /// The subject for pulls.
    pub(super) fn next_subject(&self) -> String {
        format!("$JS.API.CONSUMER.MSG.NEXT.{}.{CONSUMER}", self.name)
    }

    /// What the reply subject of a message of this consumer has within.
    pub(super) fn ack_mark(&self) -> String {
        format!(".{}.{CONSUMER}.", self.name)
    }

    pub(super) async fn levels(&self) -> Result<Levels, Error> {
        self.stream().await?;
        let name = &self.name;
        let (stream_call, consumer_call) =
            (format!("STREAM.INFO.{name}"), format!("CONSUMER.INFO.{name}.{CONSUMER}"));
        let (stream, consumer): (StreamInfo, ConsumerInfo) = tokio::try_join!(
            self.ask(&stream_call, &Value::Null),
            self.ask(&consumer_call, &Value::Null),
        )?;
        // JetStream counts a message that was handed back as pending an ack until it is delivered
        // again, and acked.
        let (back, hidden) = self.returned.counts();
        let in_flight = consumer.num_ack_pending.saturating_sub(back + hidden);
        let ready = consumer.num_pending + back.min(consumer.num_ack_pending);
        let next = (consumer.num_pending > 0).then_some(consumer.delivered.stream_seq + 1);
        let oldest = self.returned.oldest().into_iter().chain(next).min();
        let oldest_age = match oldest.filter(|_| ready > 0) {
            Some(sequence) => self.age_of(sequence).await?,
            None => None,
        };
        let published_total = Some(stream.state.last_seq);
        let numbers = Numbers { ready, in_flight, published_total, ..Numbers::default() };
        let limits = Some(limits(&stream.config));
        let bytes = Some(stream.state.bytes);
        Ok(Levels { numbers, delayed: hidden, bytes, oldest_age, limits })
    }

    /// How long ago the message with this number, or the next one after it, was published.
    async fn age_of(&self, sequence: u64) -> Result<Option<Duration>, Error> {
        let Some(stored) = self.stored(sequence).await? else { return Ok(None) };
        let time = humantime::parse_rfc3339(&stored.time);
        let time = time.map_err(|error| Error::Garbled(error.to_string()))?;
        Ok(Some(SystemTime::now().duration_since(time).unwrap_or_default()))
    }

    /// The message with this number, or the next one after it.
    async fn stored(&self, sequence: u64) -> Result<Option<StoredMessage>, Error> {
        let call = format!("STREAM.MSG.GET.{}", self.name);
        let asked = json!({"seq": sequence, "next_by_subj": ">"});
        match self.api::<Stored>(&call, &asked).await? {
            Ok(stored) => Ok(Some(stored.message)),
            Err(problem) if problem.is_missing() => Ok(None),
            Err(problem) => Err(problem.into_error()),
        }
    }

    pub(super) async fn peek(&self, max: usize) -> Result<Vec<Shown>, Error> {
        if !self.stream().await?.deletes {
            let text = "this stream keeps messages that were acked; only a work queue can be shown";
            return Err(Error::Unsupported(text.to_owned()));
        }
        let call = format!("STREAM.INFO.{}", self.name);
        let info: StreamInfo = self.ask(&call, &Value::Null).await?;
        let (mut shown, mut sequence) = (Vec::new(), info.state.first_seq);
        while shown.len() < max && sequence <= info.state.last_seq {
            let Some(stored) = self.stored(sequence).await? else { break };
            sequence = stored.seq + 1;
            let body = STANDARD.decode(&stored.data);
            let body = body.map_err(|error| Error::Garbled(error.to_string()))?;
            let (id, enqueued_at) = (stored.seq.to_string(), millis(&stored.time));
            shown.push(Shown { id, attempts: 0, enqueued_at, state: "ready".to_owned(), body });
        }
        Ok(shown)
    }

    pub(super) async fn purge(&self) -> Result<u64, Error> {
        self.stream().await?;
        let call = format!("STREAM.PURGE.{}", self.name);
        let Purged { purged } = self.ask(&call, &Value::Null).await?;
        self.returned.clear();
        Ok(purged)
    }

    pub(super) async fn limit(&self, settings: &Settings) -> Result<(), Error> {
        self.stream().await?;
        let name = &self.name;
        let info: StreamInfo = self.ask(&format!("STREAM.INFO.{name}"), &Value::Null).await?;
        let mut config = info.config;
        put_limits(&mut config, settings);
        self.ask::<Value>(&format!("STREAM.UPDATE.{name}"), &config).await.map(drop)
    }
}

fn put_limits(config: &mut Value, settings: &Settings) {
    config["max_msgs"] = json!(settings.max_depth);
    config["max_bytes"] = json!(settings.max_bytes);
    config["max_msg_size"] = json!(settings.max_message_bytes);
    config["max_age"] = json!(settings.max_age.map_or(0, nanos));
}

fn limits(config: &Value) -> Limits {
    // -1 is no limit.
    let limit = |name: &str| config[name].as_i64().and_then(|it| u64::try_from(it).ok());
    let max_age = limit("max_age").filter(|nanos| *nanos > 0).map(Duration::from_nanos);
    Limits {
        max_depth: limit("max_msgs"),
        max_bytes: limit("max_bytes"),
        max_message_bytes: limit("max_msg_size"),
        max_age,
    }
}

fn nanos(time: Duration) -> u64 {
    time.as_nanos() as u64
}

/// A time of JetStream as the kit writes it, in milliseconds.
fn millis(time: &str) -> Option<String> {
    let time = humantime::parse_rfc3339(time).ok()?;
    Some(humantime::format_rfc3339_millis(time).to_string())
}

/// A time in nanoseconds since 1970 as the kit writes it.
pub(super) fn rfc3339(nanos: u64) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_nanos(nanos)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_with_patterns_alone_cannot_be_published_to() {
        let stream = |subjects: Value| Stream::of(&json!({ "subjects": subjects })).subject;
        assert_eq!(stream(json!(["jobs.*", "jobs"])), Some("jobs".to_owned()));
        assert_eq!(stream(json!(["jobs.>"])), None);
    }

    #[test]
    fn what_is_not_known_of_a_stream_is_kept_when_its_limits_change() {
        let mut config = json!({"name": "jobs", "max_msgs": -1, "new": {"field": 1}});
        assert_eq!(limits(&config), Limits::default());
        put_limits(&mut config, &Settings::default());
        assert_eq!((&config["new"]["field"], &config["max_age"]), (&json!(1), &json!(0)));
        assert_eq!(limits(&config).max_depth, Some(100_000));
    }
}
