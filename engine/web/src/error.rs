//! What is answered when something is wrong: `{"error": {"code", "message"}}`.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use manifest::wrong::Wrong;
use model::ScaleError;
use serde_json::json;

/// An error as it is answered.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Each annotation that is wrong, where that is why.
    problems: Vec<Wrong>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, code, message: message.into(), problems: Vec::new() }
    }

    /// 422: annotations that would make no sense.
    pub fn bad_configuration(problems: Vec<Wrong>) -> ApiError {
        let texts: Vec<_> = problems.iter().map(Wrong::to_string).collect();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        ApiError { problems, ..ApiError::new(status, "bad_configuration", texts.join("; ")) }
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
}

impl From<ScaleError> for ApiError {
    fn from(error: ScaleError) -> ApiError {
        match error {
            ScaleError::Unknown { .. } => ApiError::not_found(error.to_string()),
            ScaleError::BadConfiguration(problems) => ApiError::bad_configuration(problems),
            ScaleError::Superseded
            | ScaleError::Refused(_)
            | ScaleError::Forbidden(_)
            | ScaleError::Unanswered(_) => ApiError::conflict(error.to_string()),
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
