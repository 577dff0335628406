//! Calls on whole queues: settings, numbers, purge, pause, redrive, and the list of queues.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use broker::{QueueName, Settings, Stats, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::app::App;
use crate::api_error::ApiError;
use crate::capabilities::Capabilities;
use crate::extract::{self, Asked, Named};

/// The JSON of a queue's settings, in requests and answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsJson {
    lease_s: f64,
    max_attempts: u32,
    dead_letter_queue: Option<String>,
    max_depth: usize,
    max_bytes: u64,
    max_message_bytes: usize,
    max_age_s: Option<f64>,
}

impl Default for SettingsJson {
    fn default() -> SettingsJson {
        SettingsJson::from(&Settings::default())
    }
}

impl From<&Settings> for SettingsJson {
    fn from(settings: &Settings) -> SettingsJson {
        SettingsJson {
            lease_s: settings.lease.as_secs_f64(),
            max_attempts: settings.max_attempts,
            dead_letter_queue: settings.dead_letter_queue.as_ref().map(ToString::to_string),
            max_depth: settings.max_depth,
            max_bytes: settings.max_bytes,
            max_message_bytes: settings.max_message_bytes,
            max_age_s: settings.max_age.map(|age| age.as_secs_f64()),
        }
    }
}

impl SettingsJson {
    /// Parses the settings; their ranges are checked later.
    ///
    /// # Errors
    /// When the lease or the name of the dead-letter queue is not valid.
    pub fn read(self) -> Result<Settings, ApiError> {
        let dead_letter_queue = self.dead_letter_queue.map(|name| name.parse()).transpose()?;
        Ok(Settings {
            lease: extract::lease(self.lease_s)?,
            max_attempts: self.max_attempts,
            dead_letter_queue,
            max_depth: self.max_depth,
            max_bytes: self.max_bytes,
            max_message_bytes: self.max_message_bytes,
            max_age: self.max_age_s.map(extract::age).transpose()?,
        })
    }
}

/// The JSON of a queue's numbers and settings.
#[derive(Serialize)]
pub(super) struct QueueJson {
    name: String,
    clock_s: f64,
    ready: usize,
    in_flight: usize,
    delayed: usize,
    waiting: usize,
    busy_workers: usize,
    nameless_leases: usize,
    ack_p90_s: Option<f64>,
    bytes: u64,
    idempotency_keys: usize,
    paused: bool,
    oldest_age_s: Option<f64>,
    published_total: u64,
    publish_replayed_total: u64,
    delivered_total: u64,
    undelivered_total: u64,
    acked_total: u64,
    nacked_total: u64,
    released_total: u64,
    lease_expired_total: u64,
    dead_total: u64,
    purged_total: u64,
    expired_total: u64,
    receive_empty_total: u64,
    capabilities: Capabilities,
    settings: SettingsJson,
}

impl QueueJson {
    fn new(name: &QueueName, now: Time, stats: Stats, settings: &Settings) -> QueueJson {
        let total = stats.total;
        QueueJson {
            name: name.to_string(),
            clock_s: now.as_secs_f64(),
            ready: stats.ready,
            in_flight: stats.in_flight,
            delayed: stats.delayed,
            waiting: stats.waiting,
            busy_workers: stats.busy_workers,
            nameless_leases: stats.nameless_leases,
            ack_p90_s: stats.ack_p90.map(|time| time.as_secs_f64()),
            bytes: stats.bytes,
            idempotency_keys: stats.keys,
            paused: stats.paused,
            oldest_age_s: stats.oldest_age.map(|age| age.as_secs_f64()),
            published_total: total.published,
            publish_replayed_total: total.replayed,
            delivered_total: total.delivered,
            undelivered_total: total.undelivered,
            acked_total: total.acked,
            nacked_total: total.nacked,
            released_total: total.released,
            lease_expired_total: total.lease_expired,
            dead_total: total.dead,
            purged_total: total.purged,
            expired_total: total.expired,
            receive_empty_total: total.receive_empty,
            capabilities: Capabilities::ALL,
            settings: settings.into(),
        }
    }
}

/// `PUT` on a queue: replaces its settings. Settings that the body leaves out get their defaults.
pub(super) async fn configure(
    State(app): State<App>,
    Named(name): Named,
    body: Body,
) -> Result<(StatusCode, Json<SettingsJson>), ApiError> {
    let wanted = extract::json_or_empty::<SettingsJson>(body).await?.read()?;
    app.hub.admit(&name)?;
    let made = app.hub.call(|broker, _| broker.configure(&name, wanted.clone()))?;
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(SettingsJson::from(&wanted))))
}

/// `GET` on a queue: shows its numbers and settings.
pub(super) async fn show(
    State(app): State<App>,
    Named(name): Named,
) -> Result<Json<QueueJson>, ApiError> {
    let shown = app.hub.call(|broker, now| {
        let stats = broker.stats(now, &name)?;
        Some(QueueJson::new(&name, now, stats, broker.settings(&name)?))
    });
    shown.map(Json).ok_or(ApiError::UnknownQueue(name))
}

/// `POST purge`: deletes all messages of a queue, whether ready, delayed or in flight.
pub(super) async fn purge(State(app): State<App>, Named(name): Named) -> Json<Value> {
    let purged = app.hub.call(|broker, now| broker.purge(now, &name));
    Json(json!({ "purged": purged }))
}

/// `POST pause`: from now on receives get no messages, but publishes still work. `POST resume` ends
/// the pause.
pub(super) async fn pause(
    State(app): State<App>,
    Named(name): Named,
    paused: bool,
) -> Result<Json<Value>, ApiError> {
    app.hub.admit(&name)?;
    app.hub.call(|broker, now| broker.pause(now, &name, paused));
    Ok(Json(json!({ "paused": paused })))
}

/// The arguments of a redrive, `?to=QUEUE&max=NUMBER`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Where {
    /// The queue that gets the messages.
    pub to: Option<String>,
    /// The maximum number of messages.
    pub max: Option<String>,
}

/// `POST redrive`: moves ready messages back to the queue that gave them up, or to the queue `to`.
pub(super) async fn redrive(
    State(app): State<App>,
    Named(name): Named,
    Asked(asked): Asked<Where>,
) -> Result<Json<Value>, ApiError> {
    let to = asked.to.as_deref().map(str::parse).transpose()?;
    let max = extract::any_max(asked.max.as_deref())?;
    app.hub.admit(&name)?;
    to.iter().try_for_each(|to| app.hub.admit(to))?;
    let redriven = app.hub.call(|broker, now| broker.redrive(now, &name, to.as_ref(), max))?;
    Ok(Json(json!({ "redriven": redriven })))
}

/// `GET /v1/queues`: lists all queues, sorted by name.
pub(super) async fn list(State(app): State<App>) -> Json<Value> {
    let queues: Vec<Value> = app.hub.call(|broker, now| {
        let line = |(name, stats): (&QueueName, Stats)| {
            let (name, Stats { ready, in_flight, delayed, .. }) = (name.as_str(), stats);
            json!({"name": name, "ready": ready, "in_flight": in_flight, "delayed": delayed})
        };
        broker.all_stats(now).map(line).collect()
    });
    Json(json!({ "queues": queues }))
}
