//! Publishing one message or a batch. With an `Idempotency-Key`, a repeated call publishes nothing.

use std::time::Duration;

use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use broker::{MessageId, NewMessage, Once, QueueName, Settings};
use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};

use super::app::App;
use super::reply::Reply;
use crate::api_error::ApiError;
use crate::extract::{self, Asked, Incoming, Limit};
use crate::idempotency;
use crate::wire;

/// The limit of a whole batch. Each line must also be within the queue's limit for a message.
const BATCH: Limit = Limit { bytes: 16 << 20, mend: "split the batch" };

/// The maximum number of lines of a batch, because a message takes more memory than a short line.
const LINES: usize = 10_000;

/// The size in bytes up to which a body is read without looking up the queue's limit.
const SMALL: u64 = 16 << 10;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    delay_ms: Option<String>,
}

/// The answer to a publish.
#[derive(Serialize)]
struct Published<'a> {
    ids: Ids<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_total: Option<u64>,
}

/// Message ids. JSON contains them as text, because many programs round large JSON numbers.
struct Ids<'a>(&'a [MessageId]);

impl Serialize for Ids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Text))
    }
}

struct Text<'a>(&'a MessageId);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// `POST messages`: publishes the raw body as one message, or each line as a message if the content
/// type is NDJSON. A call whose `Idempotency-Key` was used in this queue in the last 5 minutes
/// publishes nothing; it gets the first answer again, with `Idempotent-Replayed: true`.
///
/// The answer to a call without a key also has `published_total`: how many messages the queue has
/// accepted, including these. No other call gets the same number.
pub(super) async fn publish<B: Incoming>(
    app: &App,
    name: &QueueName,
    request: Request<B>,
) -> Result<Response<Reply>, ApiError> {
    let (batch, once) = read(request, |body| one(app, name, body)).await?;
    let enqueued_at = app.hub.wall_clock();
    let taken_in = app.hub.publish(name, batch, enqueued_at, once).await?;
    let published = Published { ids: Ids(&taken_in.ids), published_total: taken_in.total };
    let mut answer = Reply::json(StatusCode::CREATED, &published)?;
    if taken_in.replayed {
        answer.headers_mut().extend([idempotency::replayed()]);
    }
    Ok(answer)
}

/// Reads the messages of a publish and, if the call has a key, what makes it happen only once.
/// `limit` returns the size limit of the body of a single message.
///
/// # Errors
/// When the key, an argument or the body is not valid.
pub async fn read<B: Incoming>(
    request: Request<B>,
    limit: impl FnOnce(&B) -> Limit,
) -> Result<(Vec<NewMessage>, Option<Once>), ApiError> {
    let (head, body) = request.into_parts();
    let key = idempotency::key(&head.headers)?;
    let Asked(Arguments { delay_ms }) = Asked::of(&head.uri)?;
    let delay = extract::delay(delay_ms.as_deref())?;
    let batch = if is_batch(&head.headers) {
        lines(&extract::read(body, BATCH).await?, delay)?
    } else {
        let limit = limit(&body);
        vec![NewMessage { body: extract::read(body, limit).await?, delay }]
    };
    let once = key.map(|key| idempotency::once(key, &batch));
    Ok((batch, once))
}

/// Returns the limit for reading a body: [`SMALL`] for a small body, else the limit of the queue.
/// In both cases the broker checks the queue's limit later.
fn one<B: Incoming>(app: &App, name: &QueueName, body: &B) -> Limit {
    let mend = "raise the queue's max_message_bytes or send a smaller message";
    if body.size_hint().upper().is_some_and(|bytes| bytes <= SMALL) {
        return Limit { bytes: SMALL as usize, mend };
    }
    let known = app.hub.call(|broker, _| broker.settings(name).map(|s| s.max_message_bytes));
    let bytes = known.unwrap_or_else(|| Settings::default().max_message_bytes);
    Limit { bytes, mend }
}

/// Whether the content type is `application/x-ndjson`, in any letter case, with any parameters.
fn is_batch(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-ndjson"))
}

/// Splits a batch into one message per line; the last line may lack its line break.
fn lines(batch: &Bytes, delay: Duration) -> Result<Vec<NewMessage>, ApiError> {
    let all = batch.strip_suffix(b"\n").unwrap_or(batch);
    let count = all.iter().filter(|byte| **byte == b'\n').count() + 1;
    if count > LINES {
        let limit = format!("a batch has at most {LINES} lines, not {count}; split it");
        return Err(ApiError::TooLarge(limit));
    }
    let line = |(line, number): (&[u8], usize)| {
        if line.is_empty() {
            return Err(empty(number));
        }
        Ok(NewMessage { body: wire::owned(batch.slice_ref(line)), delay })
    };
    all.split(|byte| *byte == b'\n').zip(1_usize..).map(line).collect()
}

fn empty(line: usize) -> ApiError {
    let mend = "put one message on each line, without empty lines";
    ApiError::BadArgument(format!("line {line} of the batch is empty; {mend}"))
}
