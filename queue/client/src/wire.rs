//! The JSON that goes over the line, as the queue documents it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The answer to a publish.
#[derive(Debug, Deserialize)]
pub(crate) struct Published {
    pub(crate) ids: Vec<String>,
    pub(crate) published_total: Option<u64>,
}

/// The answer to a receive as it is sent.
#[derive(Debug, Deserialize)]
pub(crate) struct RawReceived {
    pub(crate) messages: Vec<RawMessage>,
    #[serde(default)]
    pub(crate) retired: bool,
}

/// A delivery as it is sent: text where the bytes are UTF-8, else base64.
#[derive(Debug, Deserialize)]
pub(crate) struct RawMessage {
    pub(crate) id: String,
    pub(crate) receipt: String,
    pub(crate) body: Option<String>,
    pub(crate) body_base64: Option<String>,
}

/// Ends several deliveries.
#[derive(Debug, Serialize)]
pub(crate) struct Receipts<'a> {
    pub(crate) receipts: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
}

/// What became of each of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Results {
    pub(crate) results: Vec<Outcome>,
}

/// What became of one.
#[derive(Debug, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) status: String,
}

/// What a queue may be told; what is left out takes its default.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueSettings {
    /// How many messages it holds.
    pub max_depth: u64,
    /// How old a message may become before a receiver has it, in seconds.
    pub max_age_s: f64,
}

/// Asks for more time.
#[derive(Debug, Serialize)]
pub(crate) struct Extend {
    pub(crate) lease_s: f64,
}

/// A queue at one moment. Counters restart with the queue's process.
///
/// An answer that lacks one of the numbers is none, and its error says which. Those that are `None`
/// are unknown: an older queue does not tell them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub struct QueueStats {
    /// Messages that wait for a receiver.
    pub ready: u64,
    /// Messages with a receiver.
    pub in_flight: u64,
    /// Messages hidden until a time.
    pub delayed: u64,
    /// Messages taken in so far.
    pub published_total: u64,
    /// Messages done so far.
    pub acked_total: u64,
    /// Deliveries so far whose lease ran out.
    pub lease_expired_total: u64,
    /// Messages given up so far.
    pub dead_total: u64,
    /// Messages so far that were not taken before they were too old.
    pub expired_total: u64,
    /// Messages thrown away so far.
    pub purged_total: u64,
    /// Deliveries so far that workers handed back because they were told to stop.
    pub released_total: Option<u64>,
    /// Workers with a lease; each lease of a worker without a name counts as one.
    pub busy_workers: Option<u64>,
    /// Leases of workers without a name.
    pub nameless_leases: Option<u64>,
    /// The time from delivery to ack, in seconds, that 9 of 10 of the last 128 acks did not exceed;
    /// `None` also while there was no ack.
    pub ack_p90_s: Option<f64>,
    /// The queue's own time in seconds, which stands still while its process does.
    pub clock_s: Option<f64>,
}

/// Who works on a queue's messages.
#[derive(Debug, Deserialize)]
pub(crate) struct Workers {
    pub(crate) workers: Vec<Worker>,
    pub(crate) nameless_leases: u64,
}

/// One worker that gave its name, and how many messages it has now.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Worker {
    pub(crate) name: String,
    pub(crate) leases: u64,
}

/// The answer to a retirement.
#[derive(Debug, Deserialize)]
pub(crate) struct Retired {
    pub(crate) leases: u64,
}

/// The answer to a question for stories.
#[derive(Debug, Deserialize)]
pub(crate) struct Redelivered {
    pub(crate) redelivered: Vec<Redelivery>,
}

/// The story of a message that was given out and came back.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Redelivery {
    /// The message's number.
    pub id: String,
    /// Who had it and did not end it.
    pub worker: Option<String>,
    /// How it came back: expired, handed_back or released.
    pub reason: String,
    /// Seconds from that delivery until it was given out again; null until it was.
    pub after_s: Option<f64>,
    /// Who got it then.
    pub next_worker: Option<String>,
    /// Whether it is done.
    pub done: bool,
    /// By whom.
    pub done_by: Option<String>,
}

/// The answer to a purge. Nobody wants the number, but without it the answer is none.
#[derive(Debug, Deserialize)]
pub(crate) struct Purged {
    #[serde(rename = "purged")]
    _purged: u64,
}

/// The most that a number may be: JSON's are exact up to here, and some of them can be added.
const MOST: u64 = 1 << 53;

impl TryFrom<Value> for QueueStats {
    type Error = String;

    fn try_from(answer: Value) -> Result<QueueStats, String> {
        let if_told = |name| is_told(&answer, name).then(|| number(&answer, name)).transpose();
        let number = |name| number(&answer, name);
        Ok(QueueStats {
            ready: number("ready")?,
            in_flight: number("in_flight")?,
            delayed: number("delayed")?,
            published_total: number("published_total")?,
            acked_total: number("acked_total")?,
            lease_expired_total: number("lease_expired_total")?,
            dead_total: number("dead_total")?,
            expired_total: number("expired_total")?,
            purged_total: number("purged_total")?,
            released_total: if_told("released_total")?,
            busy_workers: if_told("busy_workers")?,
            nameless_leases: if_told("nameless_leases")?,
            ack_p90_s: seconds(&answer, "ack_p90_s")?,
            clock_s: seconds(&answer, "clock_s")?,
        })
    }
}

/// Whether there is anything of this name.
fn is_told(answer: &Value, name: &str) -> bool {
    !answer.get(name).unwrap_or(&Value::Null).is_null()
}

/// A time in seconds, where there is one.
fn seconds(answer: &Value, name: &str) -> Result<Option<f64>, String> {
    let found = answer.get(name).unwrap_or(&Value::Null);
    match found.as_f64() {
        _ if found.is_null() => Ok(None),
        Some(seconds) if seconds.is_finite() && seconds >= 0.0 => Ok(Some(seconds)),
        _ => Err(format!("{name} is {}, which is no time", line(&found.to_string(), 40))),
    }
}

fn number(answer: &Value, name: &str) -> Result<u64, String> {
    let Value::Object(fields) = answer else { return Err("it is not an object".to_owned()) };
    let found = fields.get(name).ok_or_else(|| format!("{name} is missing"))?;
    match found.as_u64() {
        Some(number) if number <= MOST => Ok(number),
        _ => Err(format!("{name} is {}, which is no count", line(&found.to_string(), 40))),
    }
}

/// The beginning of a text that others wrote, in one line.
fn line(text: &str, longest: usize) -> String {
    let mut line: String = text.chars().take(longest).collect();
    if line.len() < text.len() {
        line += "...";
    }
    line.replace(char::is_control, " ")
}

/// A sentence of the queue, for our log lines.
fn sentence<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from).map(|text| line(&text, 300))
}

/// An error's body.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: ErrorDetail,
}

/// What the queue says was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ErrorDetail {
    /// A short word for programs.
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
        assert_eq!((stats.dead_total, stats.purged_total), (6, 7));
        assert_eq!((stats.lease_expired_total, stats.expired_total), (8, 9));
    }

    #[test]
    fn a_number_that_is_none_is_named_and_never_read_as_zero() {
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
    fn what_an_older_queue_does_not_tell_is_unknown() {
        let old = stats(GOOD).unwrap();
        assert_eq!((old.released_total, old.busy_workers, old.nameless_leases), (None, None, None));
        let with = |more: &str| stats(&GOOD.replace("\"more\"", &format!("{more},\"more\"")));
        let null = with(r#""busy_workers":null,"ack_p90_s":null"#).unwrap();
        assert_eq!((null.busy_workers, null.ack_p90_s), (None, None));
        let told =
            with(r#""released_total":1,"busy_workers":2,"nameless_leases":0,"ack_p90_s":0.25"#);
        let told = told.unwrap();
        assert_eq!((told.released_total, told.busy_workers), (Some(1), Some(2)));
        assert_eq!((told.nameless_leases, told.ack_p90_s), (Some(0), Some(0.25)));
    }

    #[test]
    fn what_is_told_and_makes_no_sense_is_an_error_and_never_unknown() {
        let with = |more: &str| stats(&GOOD.replace("\"more\"", &format!("{more},\"more\"")));
        for name in ["released_total", "busy_workers", "nameless_leases"] {
            for value in ["-1", "1.5", "\"2\"", "[]"] {
                let error = with(&format!("\"{name}\":{value}")).unwrap_err();
                assert!(error.starts_with(name) && error.contains("no count"), "{error}");
            }
        }
        for (name, value) in [("ack_p90_s", "-0.1"), ("clock_s", "\"2\""), ("ack_p90_s", "[]")] {
            let error = with(&format!("\"{name}\":{value}")).unwrap_err();
            assert!(error.starts_with(name) && error.contains("no time"), "{error}");
        }
    }

    #[test]
    fn a_worker_is_read_with_more_than_we_know() {
        let answer = r#"{"workers":[{"name":"a-1","leases":1,"since":"2026-01-01T00:00:00.000Z",
            "taken":3,"done":2,"retired":true}],"nameless_leases":4}"#;
        let Workers { workers, nameless_leases } = serde_json::from_str(answer).unwrap();
        let worker = Worker { name: "a-1".to_owned(), leases: 1 };
        assert_eq!((workers, nameless_leases), (vec![worker], 4));
    }

    #[test]
    fn a_receive_that_does_not_say_so_is_of_no_retired_worker() {
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
