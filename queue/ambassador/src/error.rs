//! [`Failure`]: why a call failed, and the answer that says so.

use std::time::Duration;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use client::Error;
use queue::ApiError;
use serde_json::json;

use crate::table::Stale;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// As the kit's own queue would answer it.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// What the upstream answered, or that it did not.
    #[error(transparent)]
    Upstream(#[from] Error),
    /// 501: this upstream cannot do it.
    #[error("{0}")]
    NotSupported(String),
}

impl From<Stale> for Failure {
    fn from(Stale: Stale) -> Failure {
        Failure::Api(ApiError::Stale(broker::Stale))
    }
}

impl Failure {
    fn code(&self) -> (StatusCode, &str) {
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        match self {
            Failure::Api(error) => error.code(),
            Failure::NotSupported(_) | Failure::Upstream(Error::Unsupported(_)) => {
                (StatusCode::NOT_IMPLEMENTED, "not_supported")
            }
            Failure::Upstream(error) => match error {
                Error::Away { .. } => (unavailable, "upstream_away"),
                Error::Unauthorized(_) | Error::NoToken(_) => {
                    (unavailable, "upstream_unauthorized")
                }
                Error::Garbled(_) => (unavailable, "upstream_garbled"),
                Error::Full { .. } => (StatusCode::TOO_MANY_REQUESTS, "full"),
                Error::Stale(_) => (StatusCode::GONE, "stale"),
                Error::Unknown(_) => (StatusCode::NOT_FOUND, "unknown_queue"),
                Error::Refused(detail) => (refusal(&detail.code), &detail.code),
                Error::Failing(_) | Error::Unsupported(_) => (unavailable, "upstream_failing"),
            },
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Failure::Upstream(Error::Full { retry_after, .. }) => Some(*retry_after),
            Failure::Upstream(error) if error.is_passing() => Some(Duration::from_secs(1)),
            Failure::Upstream(Error::NoToken(_)) => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}

/// The status of a refusal with this code, by which an upstream names what the API documents.
fn refusal(code: &str) -> StatusCode {
    match code {
        "key_reused" => StatusCode::UNPROCESSABLE_ENTITY,
        "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Failure::Api(error) = self {
            return error.into_response();
        }
        let (status, code) = self.code();
        let error = json!({"error": {"code": code, "message": self.to_string()}});
        let retry_after = self.retry_after().map(|it| it.as_secs().max(1).to_string());
        let header = retry_after.map(|seconds| [(header::RETRY_AFTER, seconds)]);
        (status, header, Json(error)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_that_is_away_is_a_503_with_the_time_to_try_again() {
        let (url, reason) = ("nats://there".to_owned(), "connection refused".to_owned());
        let answer = Failure::from(Error::Away { url, reason }).into_response();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
    }

    #[test]
    fn what_an_upstream_cannot_do_is_a_501_without_a_time_to_try_again() {
        for failure in [
            Failure::NotSupported("no".to_owned()),
            Failure::from(Error::Unsupported("no".to_owned())),
        ] {
            let answer = failure.into_response();
            assert_eq!(answer.status(), StatusCode::NOT_IMPLEMENTED);
            assert!(!answer.headers().contains_key(header::RETRY_AFTER));
        }
    }
}
