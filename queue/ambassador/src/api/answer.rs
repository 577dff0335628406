//! [`Answer`]: the body of an answer.

use std::pin::Pin;
use std::task::{Context, Poll};

use ::queue::ApiError;
use ::queue::api::Reply;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use serde::Serialize;

use crate::error::Failure;
use crate::front::handover::HandoverBody;

/// The body of an answer.
#[derive(Debug)]
pub enum Answer {
    /// The whole body; `None` once the connection has taken it.
    Whole(Option<Bytes>),
    /// Messages, which go back to the upstream if the body is never sent.
    Messages(HandoverBody),
    /// The answer of a queue in memory.
    Kit(Reply),
}

/// What a handler returns.
pub(super) type Answered = Result<Response<Answer>, Failure>;

impl Answer {
    /// An answer whose body is a value in JSON.
    ///
    /// # Errors
    /// When the value cannot be serialized.
    pub(super) fn json(status: StatusCode, json: &impl Serialize) -> Answered {
        let json = serde_json::to_vec(json);
        let json = json.map_err(|error| ApiError::Unwritable(error.to_string()))?;
        Ok(Answer::typed(status, Answer::Whole(Some(json.into()))))
    }

    /// An answer with a body that is already JSON text.
    pub(super) fn typed(status: StatusCode, body: Answer) -> Response<Answer> {
        let mut answer = Response::new(body);
        *answer.status_mut() = status;
        let json = HeaderValue::from_static("application/json");
        answer.headers_mut().insert(header::CONTENT_TYPE, json);
        answer
    }

    /// The answer to a call that failed.
    pub(super) fn failed(failure: Failure) -> Response<Answer> {
        Answer::routed(failure.into_response())
    }

    pub(super) fn routed(answer: Response<Body>) -> Response<Answer> {
        answer.map(|body| Answer::Kit(Reply::Routed(body)))
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let whole = match &mut *self {
            Answer::Whole(bytes) => bytes.take(),
            Answer::Messages(body) => body.take(),
            Answer::Kit(reply) => return Pin::new(reply).poll_frame(cx),
        };
        Poll::Ready(whole.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Answer::Whole(bytes) => bytes.is_none(),
            Answer::Messages(body) => body.is_taken(),
            Answer::Kit(reply) => reply.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Answer::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |it| it.len() as u64))
            }
            Answer::Messages(body) => SizeHint::with_exact(body.len()),
            Answer::Kit(reply) => reply.size_hint(),
        }
    }
}
