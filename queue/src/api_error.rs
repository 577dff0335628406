//! Every error that a call can return.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use broker::broker::MAX_QUEUES;
use broker::name::BadName;
use broker::{Full, PublishError, QueueName, RedriveError, SettingsError, Stale};
use serde_json::json;
use service::http::Stalled;

use crate::durable::Refusal;

/// Why a call failed. The message is one sentence that names the cause and the fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// 400: the name in the path is not a valid queue name.
    #[error(transparent)]
    BadName(#[from] BadName),
    /// 400: an argument, a setting or the body is invalid.
    #[error("{0}")]
    BadArgument(String),
    /// 400: a setting is out of its range.
    #[error(transparent)]
    BadSetting(#[from] SettingsError),
    /// 400: the target of a redrive is unknown, or is the queue itself.
    #[error(transparent)]
    Nowhere(#[from] RedriveError),
    /// 401: the call needs a token.
    #[error(
        "this call needs the queue's token: send Authorization: Bearer TOKEN, or start the \
         program with --queue-token-file"
    )]
    Unauthorized,
    /// 404: the queue does not exist, because nobody has used it yet.
    #[error("there is no queue {0} yet; publish to it, receive from it or PUT it to make it")]
    UnknownQueue(QueueName),
    /// 404: there is nothing at this path.
    #[error("there is nothing at {0}; calls are at /v1/queues/NAME, /metrics, /livez and /readyz")]
    UnknownPath(String),
    /// 405: the path exists, but does not support the method of the call.
    #[error("{0} is not allowed here; the header Allow lists the methods that are")]
    WrongMethod(String),
    /// 408: the body was sent too slowly.
    #[error(transparent)]
    TooSlow(#[from] Stalled),
    /// 410: the receipt's delivery has ended, so the receipt is no longer valid.
    #[error(
        "this receipt is no longer valid: its message is done or back in the queue; receive again"
    )]
    Stale(#[from] Stale),
    /// 413: the body is larger than the call accepts.
    #[error("{0}")]
    TooLarge(String),
    /// 422: the `Idempotency-Key` was used for a different publish.
    #[error(
        "this Idempotency-Key was used for other messages or another delay in the last five \
         minutes; use a new key for each publish, and the same key only for a retry"
    )]
    KeyReused,
    /// 429: the queue is full.
    #[error("{0}; try again when some messages are done")]
    Full(Full),
    /// 429: there are too many queues.
    #[error("there are {MAX_QUEUES} queues, the maximum; use one of them, or restart the server")]
    TooManyQueues,
    /// 507 if the disk is full, else 503: the log cannot be written.
    #[error(transparent)]
    NotKept(#[from] Refusal),
    /// 500: the answer cannot be serialized.
    #[error("the queue cannot write its answer: {0}")]
    Unwritable(String),
    /// 503: the log has failed, and the process is about to end. The call may have taken effect.
    #[error("the queue's log has failed, and the queue restarts; this call may have taken effect")]
    LogFailed,
}

impl ApiError {
    /// The HTTP status, and the error code for programs.
    pub fn code(&self) -> (StatusCode, &'static str) {
        match self {
            ApiError::BadName(_) => (StatusCode::BAD_REQUEST, "bad_name"),
            ApiError::BadArgument(_) | ApiError::BadSetting(_) | ApiError::Nowhere(_) => {
                (StatusCode::BAD_REQUEST, "bad_argument")
            }
            ApiError::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            ApiError::UnknownQueue(_) => (StatusCode::NOT_FOUND, "unknown_queue"),
            ApiError::UnknownPath(_) => (StatusCode::NOT_FOUND, "unknown_path"),
            ApiError::WrongMethod(_) => (StatusCode::METHOD_NOT_ALLOWED, "wrong_method"),
            ApiError::TooSlow(_) => (StatusCode::REQUEST_TIMEOUT, "too_slow"),
            ApiError::Stale(_) => (StatusCode::GONE, "stale"),
            ApiError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            ApiError::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "key_reused"),
            ApiError::Full(_) => (StatusCode::TOO_MANY_REQUESTS, "full"),
            ApiError::TooManyQueues => (StatusCode::TOO_MANY_REQUESTS, "too_many_queues"),
            ApiError::NotKept(Refusal::Full) => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
            ApiError::NotKept(Refusal::NotWritten(_)) => {
                (StatusCode::SERVICE_UNAVAILABLE, "not_written")
            }
            ApiError::Unwritable(_) => (StatusCode::INTERNAL_SERVER_ERROR, "unwritable"),
            ApiError::LogFailed => (StatusCode::SERVICE_UNAVAILABLE, "log_failed"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = self.code();
        let error = json!({"error": {"code": code, "message": self.to_string()}});
        let header = match status {
            StatusCode::UNAUTHORIZED => Some([(header::WWW_AUTHENTICATE, "Bearer")]),
            StatusCode::TOO_MANY_REQUESTS => Some([(header::RETRY_AFTER, "1")]),
            _ => None,
        };
        (status, header, Json(error)).into_response()
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> ApiError {
        match error {
            PublishError::Full(full) => ApiError::Full(full),
            PublishError::KeyReused => ApiError::KeyReused,
            large @ PublishError::TooLarge { .. } => ApiError::TooLarge(format!(
                "{large}; raise max_message_bytes or send a smaller one"
            )),
        }
    }
}
