//! Parses calls: names and receipts in the path, arguments, and bodies up to a limit.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use axum::BoxError;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use broker::{QueueName, Receipt, settings};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use service::http::Stalled;

use crate::api_error::ApiError;
use crate::wire;

/// The longest delay of a message, in milliseconds. It equals the longest lease.
const MAX_DELAY_MS: u64 = settings::MAX_LEASE.as_millis() as u64;

/// The limit of JSON bodies, which hold settings and receipts, never messages.
pub const JSON: Limit = Limit { bytes: 1 << 20, mend: "send fewer receipts at once" };

/// The body of a request, either from a connection or from a test.
pub trait Incoming:
    http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static
{
}

impl<B> Incoming for B where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static
{
}

/// The queue's name in the path.
#[derive(Debug)]
pub struct Named(pub QueueName);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Named, ApiError> {
        Ok(Named(in_path(parts, state, "queue").await?.parse()?))
    }
}

/// The worker's name in the path.
#[derive(Debug)]
pub struct NamedWorker(pub Arc<str>);

impl<S: Send + Sync> FromRequestParts<S> for NamedWorker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<NamedWorker, ApiError> {
        worker(&in_path(parts, state, "worker").await?).map(NamedWorker)
    }
}

/// Checks that a worker's name has 1 to 80 printable characters.
///
/// # Errors
/// When the name has no or too many characters.
pub fn worker(name: &str) -> Result<Arc<str>, ApiError> {
    if (1..=80).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(name.into());
    }
    Err(ApiError::BadArgument("worker must be 1 to 80 printable characters".to_owned()))
}

/// The receipt in the path. If the text is invalid, `receipt` is `None`, and counts as stale.
#[derive(Debug)]
pub struct Held {
    /// The receipt's text.
    pub text: String,
    /// The receipt, if the text is one.
    pub receipt: Option<Receipt>,
}

impl<S: Send + Sync> FromRequestParts<S> for Held {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Held, ApiError> {
        let text = in_path(parts, state, "receipt").await?;
        Ok(Held { receipt: text.parse().ok(), text })
    }
}

/// Returns the part of the path that the router calls `name`.
async fn in_path<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    name: &str,
) -> Result<String, ApiError> {
    let path = Path::<BTreeMap<String, String>>::from_request_parts(parts, state).await;
    let why = |error: PathRejection| format!("the path is invalid: {}", error.body_text());
    let mut path = path.map_err(|error| ApiError::BadArgument(why(error)))?;
    path.remove(name).ok_or_else(|| ApiError::BadArgument(format!("the path names no {name}")))
}

/// The arguments of a call, which follow the question mark of its URL.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked<T>, ApiError> {
        Asked::read(&parts.uri)
    }
}

impl<T: DeserializeOwned + Default> Asked<T> {
    /// Parses the arguments of a call. Most calls have none, and get the default.
    ///
    /// # Errors
    /// When they are not what the call takes.
    pub fn of(uri: &Uri) -> Result<Asked<T>, ApiError> {
        if uri.query().is_none() { Ok(Asked(T::default())) } else { Asked::read(uri) }
    }
}

impl<T: DeserializeOwned> Asked<T> {
    fn read(uri: &Uri) -> Result<Asked<T>, ApiError> {
        let query = Query::<T>::try_from_uri(uri);
        query.map(|Query(asked)| Asked(asked)).map_err(|error| {
            // The error's own text starts with the failed operation; its source is only the reason.
            let reason = Error::source(&error).map(ToString::to_string);
            let reason = reason.unwrap_or_else(|| error.body_text());
            ApiError::BadArgument(format!("the arguments after '?' are invalid: {reason}"))
        })
    }
}

/// The argument `?max=` of calls that only show messages.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Max {
    max: Option<String>,
}

impl Max {
    /// The maximum number of messages to show, 1 to 100; `default` if it is left out.
    ///
    /// # Errors
    /// When it is not in this range.
    pub fn or(&self, default: usize) -> Result<usize, ApiError> {
        max(self.max.as_deref(), default)
    }
}

/// Parses the argument `max`, from 1 to 100 messages; returns `default` if it is left out.
///
/// # Errors
/// When it is not in this range.
pub fn max(text: Option<&str>, default: usize) -> Result<usize, ApiError> {
    whole("max", text, 1..=100).map(|given| given.map_or(default, |max| max as usize))
}

/// Parses the argument `max`, 1 message or more; returns [`usize::MAX`] if it is left out.
///
/// # Errors
/// When it is not in this range.
pub fn any_max(text: Option<&str>) -> Result<usize, ApiError> {
    let given = whole("max", text, 1..=u64::from(u32::MAX))?;
    Ok(given.map_or(usize::MAX, |max| max as usize))
}

/// Parses a delay in milliseconds; returns zero if it is left out.
///
/// # Errors
/// When it is longer than 12 hours.
pub fn delay(text: Option<&str>) -> Result<Duration, ApiError> {
    let given = whole("delay_ms", text, 0..=MAX_DELAY_MS)?;
    Ok(Duration::from_millis(given.unwrap_or(0)))
}

/// Converts a lease in seconds, and checks its range.
///
/// # Errors
/// When it is zero or longer than 12 hours.
pub fn lease(seconds: f64) -> Result<Duration, ApiError> {
    let lease = duration(seconds);
    settings::check_lease(lease)?;
    Ok(lease)
}

/// Converts the setting `max_age_s`; its range is checked later, together with all settings.
///
/// # Errors
/// None; the signature fits that of [`lease`].
pub fn age(seconds: f64) -> Result<Duration, ApiError> {
    Ok(duration(seconds))
}

/// Converts seconds, rounded up to whole microseconds, because the log stores microseconds. A
/// number that is no duration becomes zero, which is refused later.
fn duration(seconds: f64) -> Duration {
    let nanos = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_nanos();
    Duration::from_micros(u64::try_from(nanos.div_ceil(1000)).unwrap_or(u64::MAX))
}

fn whole(
    name: &str,
    text: Option<&str>,
    range: RangeInclusive<u64>,
) -> Result<Option<u64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    match text.parse() {
        Ok(number) if range.contains(&number) => Ok(Some(number)),
        _ => Err(ApiError::BadArgument(format!(
            "{name} must be a whole number from {} to {}, not {text:?}",
            range.start(),
            range.end()
        ))),
    }
}

/// The maximum length of a body.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The number of bytes.
    pub bytes: usize,
    /// The advice for a client with a longer body, in the error message.
    pub mend: &'static str,
}

impl Limit {
    fn exceeded(self) -> ApiError {
        let Limit { bytes, mend } = self;
        ApiError::TooLarge(format!("the body is over the limit of {bytes} bytes; {mend}"))
    }
}

/// Reads a body. As soon as the body turns out to be too large, it is refused, and the rest is not
/// read.
///
/// # Errors
/// When it is too large, too slow, or ends early.
pub async fn read<B: Incoming>(mut body: B, limit: Limit) -> Result<Bytes, ApiError> {
    if body.size_hint().lower() > limit.bytes as u64 {
        return Err(limit.exceeded());
    }
    let first = part(&mut body).await?.unwrap_or_default();
    if body.is_end_stream() && first.len() <= limit.bytes {
        return Ok(wire::owned(first));
    }
    // Get the full size at once: unused memory costs nothing, but growing copies the buffer.
    let more = body.size_hint().exact().map_or(limit.bytes, |more| more as usize);
    let mut bytes = Vec::with_capacity(first.len() + more);
    bytes.extend_from_slice(&first);
    while let Some(more) = part(&mut body).await? {
        if bytes.len() + more.len() > limit.bytes {
            return Err(limit.exceeded());
        }
        bytes.extend_from_slice(&more);
    }
    if bytes.len() > limit.bytes {
        return Err(limit.exceeded());
    }
    Ok(bytes.into_boxed_slice().into())
}

/// Reads the next bytes of a body; `None` at its end.
async fn part<B: Incoming>(body: &mut B) -> Result<Option<Bytes>, ApiError> {
    while let Some(frame) = body.frame().await {
        // Frames without data are trailers, which are ignored.
        if let Ok(data) = frame.map_err(|error| broken(&*error.into()))?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// Converts the error of a body that was too slow or ended early.
fn broken(error: &(dyn Error + 'static)) -> ApiError {
    let mut reasons = std::iter::successors(Some(error), |error| (*error).source());
    match reasons.find_map(|reason| reason.downcast_ref::<Stalled>()) {
        Some(stalled) => ApiError::TooSlow(*stalled),
        None => ApiError::BadArgument(format!("the body ended early: {error}")),
    }
}

/// Parses a JSON body, whatever its content type says.
///
/// # Errors
/// When it is not the JSON that the call takes.
pub async fn json<T: DeserializeOwned>(body: impl Incoming) -> Result<T, ApiError> {
    parse(&read(body, JSON).await?)
}

/// Like [`json`], but an empty body stands for `{}`.
///
/// # Errors
/// When it is not the JSON that the call takes.
pub async fn json_or_empty<T: DeserializeOwned>(body: Body) -> Result<T, ApiError> {
    let bytes = read(body, JSON).await?;
    parse(if bytes.is_empty() { b"{}" } else { &bytes })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // The body is first parsed as an object, because serde would also accept a list for a struct.
    let object = serde_json::from_slice::<Map<String, Value>>(bytes);
    object
        .and_then(|object| T::deserialize(Value::Object(object)))
        .map_err(|error| ApiError::BadArgument(format!("the JSON body is invalid: {error}")))
}
