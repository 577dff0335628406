//! Messages come in, one or a batch.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use broker::{NewMessage, QueueName, Settings};
use serde::{Deserialize, Serialize};

use super::App;
use crate::ask::{self, Asked, Limit, Named};
use crate::problem::Problem;

/// A batch as a whole; each line has the queue's limit besides.
const BATCH: Limit = Limit { bytes: 16 << 20, mend: "split the batch" };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    delay_ms: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Published {
    ids: Vec<String>,
}

/// `POST messages`: the raw body is one message, or one a line where its type is NDJSON.
pub(super) async fn publish(
    State(app): State<App>,
    Named(name): Named,
    Asked(asked): Asked<Arguments>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Published>), Problem> {
    let delay = ask::delay(asked.delay_ms.as_deref())?;
    let bodies = if is_batch(&headers) {
        lines(&ask::read(body, BATCH).await?)?
    } else {
        vec![ask::read(body, one(&app, &name)).await?.into()]
    };
    let batch = bodies.into_iter().map(|body| NewMessage { body, delay }).collect();
    let enqueued_at = app.hub.wall_clock();
    let ids = app.hub.publish(&name, batch, enqueued_at).await?;
    let ids = ids.iter().map(ToString::to_string).collect();
    Ok((StatusCode::CREATED, Json(Published { ids })))
}

/// The queue's own limit, known before the body is read.
fn one(app: &App, name: &QueueName) -> Limit {
    let known = app.hub.call(|broker, _| broker.settings(name).map(|s| s.max_message_bytes));
    let bytes = known.unwrap_or_else(|| Settings::default().max_message_bytes);
    Limit { bytes, mend: "raise the queue's max_message_bytes or send less" }
}

/// `application/x-ndjson`, in any case and with any parameters.
fn is_batch(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-ndjson"))
}

/// The lines as they are; the end of the last one may be left out.
fn lines(batch: &[u8]) -> Result<Vec<Arc<[u8]>>, Problem> {
    let batch = batch.strip_suffix(b"\n").unwrap_or(batch);
    let lines = batch.split(|byte| *byte == b'\n').zip(1_usize..);
    lines
        .map(|(line, number)| if line.is_empty() { Err(empty(number)) } else { Ok(line.into()) })
        .collect()
}

fn empty(line: usize) -> Problem {
    let mend = "put one message on each line, and no line between them";
    Problem::BadArgument(format!("line {line} of the batch is empty; {mend}"))
}
