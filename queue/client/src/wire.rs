//! The JSON of the calls to a queue and of the queue's answers, as the queue's API documents it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(crate) struct Published {
    pub(crate) ids: Vec<String>,
    /// The outer `None` is an answer without the field, the inner one a queue that does not count.
    #[serde(default, deserialize_with = "present")]
    pub(crate) published_total: Option<Option<u64>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RawReceived {
    pub(crate) messages: Vec<RawMessage>,
    #[serde(default)]
    pub(crate) retired: bool,
}

/// A delivered message. Its body is in `body` if it is UTF-8, else as base64 in `body_base64`.
#[derive(Debug, Deserialize)]
pub(crate) struct RawMessage {
    pub(crate) id: String,
    pub(crate) receipt: String,
    pub(crate) enqueued_at: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) body_base64: Option<String>,
}

/// The JSON body of an ack, nack or release of several deliveries.
#[derive(Debug, Serialize)]
pub(crate) struct Receipts<'a> {
    pub(crate) receipts: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Results {
    pub(crate) results: Vec<Outcome>,
}

/// The result of an ack, nack or release for one receipt: the status is `ok` or `stale`.
#[derive(Debug, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) status: String,
}

/// The settings that a client sends. The server uses its defaults for all other settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueSettings {
    /// The number of messages at which the queue is full.
    pub max_depth: u64,
    /// The age at which a ready message expires, in seconds since its publish.
    pub max_age_s: f64,
}

/// The JSON body of a call that extends a lease: the lease then ends `lease_s` seconds from now.
#[derive(Debug, Serialize)]
pub(crate) struct Extend {
    pub(crate) lease_s: f64,
}

/// The numbers of a queue. Totals may restart from 0 when the queue's process restarts.
///
/// If a required number is missing, the answer is invalid, and the error names the number. An
/// optional number is `None` if the queue is an older version, which does not report it, or if it is
/// null: an ambassador does not know all numbers of the queue behind it.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub struct QueueStats {
    pub ready: u64,
    pub in_flight: u64,
    pub delayed: u64,
    pub published_total: u64,
    pub acked_total: u64,
    pub lease_expired_total: u64,
    /// Messages given up after their last attempt.
    pub dead_total: u64,
    /// Messages dropped because they exceeded `max_age_s`.
    pub expired_total: Option<u64>,
    pub purged_total: Option<u64>,
    /// Deliveries that workers released because they had to stop.
    pub released_total: Option<u64>,
    /// The number of workers with a lease. Each lease of a worker without a name counts as one.
    pub busy_workers: Option<u64>,
    pub nameless_leases: Option<u64>,
    /// Bytes of all messages.
    pub bytes: Option<u64>,
    /// The age of the oldest ready message; also `None` if none is ready.
    pub oldest_age_s: Option<f64>,
    /// The 90th percentile of the time from delivery to ack over the last 128 acks, in seconds. It
    /// is also `None` before the first ack.
    pub ack_p90_s: Option<f64>,
    /// The queue's own clock, in seconds. The clock stops while the queue's process is stopped.
    pub clock_s: Option<f64>,
    /// The queue's settings, as it documents them.
    pub settings: Option<Value>,
}

/// The answer to a call for the workers of a queue.
#[derive(Debug, Deserialize)]
pub(crate) struct Workers {
    pub(crate) workers: Vec<Worker>,
    pub(crate) nameless_leases: u64,
}

/// A named worker, and how many messages it has in flight.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Worker {
    pub(crate) name: String,
    pub(crate) leases: u64,
    /// How many messages the worker has received; `None` if the queue does not report that.
    pub(crate) taken: Option<u64>,
    /// The worker's leases, the oldest first; `None` if the queue is an older version, which does
    /// not report them.
    pub(crate) held: Option<Vec<RawHeld>>,
}

/// A worker's lease, in seconds before and after the queue's answer.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct RawHeld {
    pub(crate) for_s: f64,
    pub(crate) ends_s: f64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Retired {
    pub(crate) leases: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Redelivered {
    pub(crate) redelivered: Vec<Redelivery>,
}

/// A message that was redelivered, or waits for its redelivery.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Redelivery {
    pub id: String,
    /// The worker that lost the message.
    pub worker: Option<String>,
    /// How the message came back: `expired`, `handed_back` or `released`.
    pub reason: String,
    /// Seconds from the last sign of life of `worker` until the redelivery; `None` before it.
    pub after_s: Option<f64>,
    /// The worker that got the message next.
    pub next_worker: Option<String>,
    /// Whether the message was acked.
    pub done: bool,
    /// The worker that acked the message.
    pub done_by: Option<String>,
}

/// The answer to a purge. We ignore the number of purged messages, but require it to be there; it
/// is null if the queue does not count them.
#[derive(Debug, Deserialize)]
pub(crate) struct Purged {
    #[serde(rename = "purged", deserialize_with = "present")]
    _purged: Option<Option<u64>>,
}

/// Reads a field that is there, even if it is null.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// The largest valid count: larger JSON numbers are not exact, and their sums could overflow.
const MOST: u64 = 1 << 53;

impl TryFrom<Value> for QueueStats {
    type Error = String;

    fn try_from(answer: Value) -> Result<QueueStats, String> {
        let if_told = |name| is_told(&answer, name).then(|| number(&answer, name)).transpose();
        let or_null = |name| match answer.get(name) {
            Some(Value::Null) => Ok(None),
            _ => number(&answer, name).map(Some),
        };
        let number = |name| number(&answer, name);
        Ok(QueueStats {
            ready: number("ready")?,
            in_flight: number("in_flight")?,
            delayed: number("delayed")?,
            published_total: number("published_total")?,
            acked_total: number("acked_total")?,
            lease_expired_total: number("lease_expired_total")?,
            dead_total: number("dead_total")?,
            expired_total: or_null("expired_total")?,
            purged_total: or_null("purged_total")?,
            released_total: if_told("released_total")?,
            busy_workers: if_told("busy_workers")?,
            nameless_leases: if_told("nameless_leases")?,
            bytes: if_told("bytes")?,
            oldest_age_s: seconds(&answer, "oldest_age_s")?,
            ack_p90_s: seconds(&answer, "ack_p90_s")?,
            clock_s: seconds(&answer, "clock_s")?,
            settings: is_told(&answer, "settings").then(|| answer["settings"].clone()),
        })
    }
}

/// Whether the answer has this field with a value other than null.
fn is_told(answer: &Value, name: &str) -> bool {
    !answer.get(name).unwrap_or(&Value::Null).is_null()
}

/// Reads the field `name`, a time in seconds; `None` if the queue does not report it.
fn seconds(answer: &Value, name: &str) -> Result<Option<f64>, String> {
    let found = answer.get(name).unwrap_or(&Value::Null);
    match found.as_f64() {
        _ if found.is_null() => Ok(None),
        Some(seconds) if seconds.is_finite() && seconds >= 0.0 => Ok(Some(seconds)),
        _ => Err(format!("{name} is {}, which is not a time", line(&found.to_string(), 40))),
    }
}

fn number(answer: &Value, name: &str) -> Result<u64, String> {
    let Value::Object(fields) = answer else { return Err("it is not an object".to_owned()) };
    let found = fields.get(name).ok_or_else(|| format!("{name} is missing"))?;
    match found.as_u64() {
        Some(number) if number <= MOST => Ok(number),
        _ => Err(format!("{name} is {}, which is not a count", line(&found.to_string(), 40))),
    }
}

/// Returns the first `longest` characters of another program's text, joined into one line.
fn line(text: &str, longest: usize) -> String {
    let mut line: String = text.chars().take(longest).collect();
    if line.len() < text.len() {
        line += "...";
    }
    line.replace(char::is_control, " ")
}

/// Reads a message that the queue wrote, shortened and on one line so that it fits into our log.
fn sentence<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from).map(|text| line(&text, 300))
}

#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: ErrorDetail,
}

/// Why the queue refused a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ErrorDetail {
    /// The error code, for programs.
    #[serde(deserialize_with = "sentence")]
    pub code: String,
    /// A sentence for people.
    #[serde(deserialize_with = "sentence")]
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(answer: &str) -> Result<QueueStats, String> {
        serde_json::from_str(answer).map_err(|error| error.to_string())
    }

    const GOOD: &str = r#"{"ready":1,"in_flight":2,"delayed":3,"published_total":4,
        "acked_total":5,"lease_expired_total":8,"dead_total":6,"expired_total":9,"purged_total":7,
        "more":"than we know"}"#;

    #[test]
    fn a_queue_s_numbers_are_read_by_their_names() {
        let stats = stats(GOOD).unwrap();
        assert_eq!((stats.ready, stats.in_flight, stats.delayed), (1, 2, 3));
        assert_eq!((stats.published_total, stats.acked_total), (4, 5));
        assert_eq!((stats.dead_total, stats.purged_total), (6, Some(7)));
        assert_eq!((stats.lease_expired_total, stats.expired_total), (8, Some(9)));
    }

    #[test]
    fn an_invalid_number_is_named_and_never_read_as_zero() {
        let long = format!("\"{}\"", "long\\n".repeat(1000));
        let values = ["null", "-1", "\"3\"", "1.5", "1e400", "18446744073709551615", "[]", &long];
        for name in ["ready", "in_flight", "published_total", "acked_total"] {
            let missing = GOOD.replace(name, "another");
            assert_eq!(stats(&missing).unwrap_err(), format!("{name} is missing"));
            for value in values {
                let number = GOOD.find(&format!("\"{name}\":")).unwrap() + name.len() + 3;
                let wrong = format!("{}{value}{}", &GOOD[..number], &GOOD[number + 1..]);
                let error = stats(&wrong).unwrap_err();
                let names = error.starts_with(name) || value == "1e400";
                assert!(names && error.len() < 100 && !error.contains('\n'), "{error}");
            }
        }
        assert_eq!(stats("[1]").unwrap_err(), "it is not an object");
    }

    #[test]
    fn a_number_that_an_older_queue_lacks_is_unknown() {
        let old = stats(GOOD).unwrap();
        assert_eq!((old.released_total, old.busy_workers, old.nameless_leases), (None, None, None));
        let with = |more: &str| stats(&GOOD.replace("\"more\"", &format!("{more},\"more\"")));
        let null = with(r#""busy_workers":null,"ack_p90_s":null"#).unwrap();
        assert_eq!((null.busy_workers, null.ack_p90_s), (None, None));
        let parsed =
            with(r#""released_total":1,"busy_workers":2,"nameless_leases":0,"ack_p90_s":0.25"#);
        let parsed = parsed.unwrap();
        assert_eq!((parsed.released_total, parsed.busy_workers), (Some(1), Some(2)));
        assert_eq!((parsed.nameless_leases, parsed.ack_p90_s), (Some(0), Some(0.25)));
    }

    #[test]
    fn a_total_that_an_ambassador_does_not_know_is_null_but_not_left_out() {
        let null = GOOD.replace("\"expired_total\":9", "\"expired_total\":null");
        assert_eq!(stats(&null).unwrap().expired_total, None);
        let left_out = GOOD.replace("\"expired_total", "\"another");
        assert_eq!(stats(&left_out).unwrap_err(), "expired_total is missing");
    }

    #[test]
    fn an_invalid_optional_number_is_an_error_and_never_unknown() {
        let with = |more: &str| stats(&GOOD.replace("\"more\"", &format!("{more},\"more\"")));
        for name in ["released_total", "busy_workers", "nameless_leases"] {
            for value in ["-1", "1.5", "\"2\"", "[]"] {
                let error = with(&format!("\"{name}\":{value}")).unwrap_err();
                assert!(error.starts_with(name) && error.contains("not a count"), "{error}");
            }
        }
        for (name, value) in [("ack_p90_s", "-0.1"), ("clock_s", "\"2\""), ("ack_p90_s", "[]")] {
            let error = with(&format!("\"{name}\":{value}")).unwrap_err();
            assert!(error.starts_with(name) && error.contains("not a time"), "{error}");
        }
    }

    #[test]
    fn unknown_fields_of_a_worker_are_ignored_and_those_of_an_older_queue_are_unknown() {
        let answer = r#"{"workers":[{"name":"a-1","leases":1,"since":"2026-01-01T00:00:00.000Z",
            "taken":3,"done":2,"retired":true},{"name":"b","leases":0,
            "held":[{"for_s":0.5,"ends_s":2.5}]}],"nameless_leases":4}"#;
        let Workers { workers, nameless_leases } = serde_json::from_str(answer).unwrap();
        let first = Worker { name: "a-1".to_owned(), leases: 1, taken: Some(3), held: None };
        let held = Some(vec![RawHeld { for_s: 0.5, ends_s: 2.5 }]);
        let second = Worker { name: "b".to_owned(), leases: 0, taken: None, held };
        assert_eq!((workers, nameless_leases), (vec![first, second], 4));
    }

    #[test]
    fn a_receive_without_the_field_is_of_no_retired_worker() {
        let received = |answer: &str| {
            let raw: RawReceived = serde_json::from_str(answer).unwrap();
            raw.into_given().unwrap()
        };
        assert!(!received(r#"{"messages":[]}"#).retired);
        assert!(received(r#"{"messages":[],"retired":true}"#).retired);
    }

    #[test]
    fn a_sentence_of_the_queue_is_one_line_of_bounded_length() {
        let text = "first\nsecond\r\u{1b}[31m".to_owned() + &"x".repeat(1000);
        let problem = serde_json::json!({"code": "c", "message": text});
        let problem: ErrorDetail = serde_json::from_value(problem).unwrap();
        assert!(problem.message.starts_with("first second  [31mxxx"), "{}", problem.message);
        assert_eq!(problem.message.len(), 303);
    }
}
