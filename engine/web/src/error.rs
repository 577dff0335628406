//! What is answered when something is wrong: `{"error": {"code", "message"}}`.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use manifest::invalid::InvalidAnnotation;
use model::ScaleError;
use serde_json::json;

/// An error as it is answered.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Each annotation that is wrong, where that is why.
    problems: Vec<InvalidAnnotation>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, code, message: message.into(), problems: Vec::new() }
    }

    /// 400: what was asked makes no sense.
    pub fn bad_request(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 401: not without the token.
    pub fn unauthorized(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 403: not from there.
    pub fn forbidden(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// 404: there is no such thing.
    pub fn not_found(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 409: not as things are.
    pub fn conflict(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 429: not so often.
    pub fn too_many(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many", message)
    }
}

impl From<ScaleError> for ApiError {
    fn from(error: ScaleError) -> ApiError {
        let text = error.to_string();
        match error {
            ScaleError::Unknown { .. } => ApiError::not_found(text),
            // Annotations that would make no sense.
            ScaleError::BadConfiguration(problems) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                ApiError { problems, ..ApiError::new(status, "bad_configuration", text) }
            }
            ScaleError::Superseded
            | ScaleError::Refused(_)
            | ScaleError::Forbidden(_)
            | ScaleError::Unanswered(_) => ApiError::conflict(text),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({"error": {"code": self.code, "message": self.message}});
        if !self.problems.is_empty() {
            body["error"]["problems"] = json!(self.problems);
        }
        (self.status, Json(body)).into_response()
    }
}

/// For paths that are not there.
pub async fn no_such_path(uri: Uri) -> ApiError {
    ApiError::not_found(format!("there is nothing at {}", uri.path()))
}

/// For methods that a path does not have.
pub async fn no_such_method(method: Method, uri: Uri) -> ApiError {
    let message = format!("{} does not take {method}", uri.path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}
