//! Error answers: `{"error": {"code", "message"}}`.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use manifest::invalid::InvalidAnnotation;
use model::ScaleError;
use serde_json::json;

/// An error answer.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// The invalid annotations, if they are the reason for the error.
    problems: Vec<InvalidAnnotation>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, code, message: message.into(), problems: Vec::new() }
    }

    /// 400: the request is invalid.
    pub fn bad_request(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 401: the token is missing or wrong.
    pub fn unauthorized(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 403: the sender may not send the request, or the engine may not carry it out.
    pub fn forbidden(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// 404: the path or the named thing does not exist.
    pub fn not_found(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 409: the engine's present state does not allow the request.
    pub fn conflict(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 429: the client sends too many requests.
    pub fn too_many(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many", message)
    }
}

impl From<ScaleError> for ApiError {
    fn from(error: ScaleError) -> ApiError {
        let text = error.to_string();
        match error {
            ScaleError::Unknown { .. } => ApiError::not_found(text),
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

/// The answer to an unknown path.
pub async fn no_such_path(uri: Uri) -> ApiError {
    ApiError::not_found(format!("no such path: {}", uri.path()))
}

/// The answer to a method that a path does not support.
pub async fn no_such_method(method: Method, uri: Uri) -> ApiError {
    let message = format!("{} does not support {method}", uri.path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}
