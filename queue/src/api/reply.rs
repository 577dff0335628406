//! [`Reply`]: the body of an answer, either from a frequent call or from the router.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use serde::Serialize;

use crate::api_error::ApiError;
use crate::hub::handover::HandoverBody;

/// The body of an answer.
#[derive(Debug)]
pub enum Reply {
    /// The whole body; `None` once the connection has taken it.
    Whole(Option<Bytes>),
    /// Messages, which go back to the queue if the body is never sent.
    Messages(HandoverBody),
    /// The body of an answer from the router.
    Routed(Body),
}

impl Reply {
    /// Creates an answer whose body is a value in JSON.
    ///
    /// # Errors
    /// When the value cannot be serialized.
    pub(crate) fn json(
        status: StatusCode,
        json: &impl Serialize,
    ) -> Result<Response<Reply>, ApiError> {
        let json = serde_json::to_vec(json);
        let json = json.map_err(|error| ApiError::Unwritable(error.to_string()))?;
        Ok(Reply::typed(status, Reply::Whole(Some(json.into()))))
    }

    /// Creates an answer with a body that is already JSON text.
    pub(crate) fn typed(status: StatusCode, reply: Reply) -> Response<Reply> {
        let mut answer = Response::new(reply);
        *answer.status_mut() = status;
        let json = HeaderValue::from_static("application/json");
        answer.headers_mut().insert(header::CONTENT_TYPE, json);
        answer
    }
}

impl http_body::Body for Reply {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let whole = match &mut *self {
            Reply::Whole(bytes) => bytes.take(),
            Reply::Messages(body) => body.take(),
            Reply::Routed(body) => return Pin::new(body).poll_frame(cx),
        };
        Poll::Ready(whole.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Reply::Whole(bytes) => bytes.is_none(),
            Reply::Messages(body) => body.is_taken(),
            Reply::Routed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Reply::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |it| it.len() as u64))
            }
            Reply::Messages(body) => SizeHint::with_exact(body.len()),
            Reply::Routed(body) => http_body::Body::size_hint(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn an_answer_that_cannot_be_serialized_is_the_servers_fault() {
        // A key that is not a string cannot be serialized.
        let answer = Reply::json(StatusCode::OK, &BTreeMap::from([((), 1)]));
        assert_eq!(answer.unwrap_err().code().0, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
