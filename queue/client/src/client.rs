//! [`Client`]: calls on one queue.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use service::TokenFile;
use service::token::Token;

use crate::args::QueueArgs;
use crate::error::Error;
use crate::wire::{ErrorBody, Published, QueueStats, Receipts, Results};

/// The default time limit of a call. A receive has this time in addition to its wait.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum length in bytes of an answer without messages; most have a few hundred bytes. The
/// limit protects our memory if the server at this address is not a queue.
pub(crate) const LONGEST: usize = 64 << 10;

/// The HTTP header with the key of an idempotent publish.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The queue's error code for a missing or wrong token.
const UNAUTHORIZED: &str = "unauthorized";

/// A client for one queue of one server. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// The URL of the queue, which ends in `/v1/queues/NAME`.
    base: Url,
    pub(crate) timeout: Duration,
    token: Option<Arc<TokenFile>>,
}

impl Client {
    /// Creates a client for the queue that the flags name.
    ///
    /// # Errors
    /// When no HTTP client can be created, or the token file that the flags name has no token.
    pub fn new(args: &QueueArgs) -> Result<Client, Error> {
        let mut base = args.queue_url.clone();
        match base.path_segments_mut() {
            Ok(mut path) => path.pop_if_empty().extend(["v1", "queues", &args.queue]),
            Err(()) => return Err(Error::Garbled(format!("{} has no host", args.queue_url))),
        };
        // A proxy in the environment variables is for the internet, not for a local queue server.
        let http = reqwest::Client::builder().no_proxy().connect_timeout(TIMEOUT).build();
        let http = http.map_err(|error| Error::Garbled(error.to_string()))?;
        let token = args.queue_token_file.as_deref().map(TokenFile::open).transpose()?;
        Ok(Client { http, base, timeout: TIMEOUT, token: token.map(Arc::new) })
    }

    /// Returns this client with the token of this file; `None` means that it sends no token.
    #[must_use]
    pub fn with_token(self, token: Option<Arc<TokenFile>>) -> Client {
        Client { token, ..self }
    }

    /// Publishes one message; returns its id. After a temporary error, the queue may have the
    /// message, so that a second try publishes it twice. [`Client::publish_once`] prevents that.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    pub async fn publish(&self, body: Vec<u8>) -> Result<String, Error> {
        self.publish_by(self.call(Method::POST, &["messages"]).body(body)).await
    }

    /// Publishes one message; returns its id. A repeated call with the same key within 5 minutes
    /// publishes nothing, and returns the same id. A key has 1 to 255 visible ASCII characters, and
    /// must differ for each message of a queue.
    ///
    /// # Errors
    /// See [`Error::is_passing`]. The queue also refuses a key that was used for another message.
    pub async fn publish_once(&self, key: &str, body: Vec<u8>) -> Result<String, Error> {
        let call = self.call(Method::POST, &["messages"]).header(IDEMPOTENCY_KEY, key);
        self.publish_by(call.body(body)).await
    }

    async fn publish_by(&self, call: RequestBuilder) -> Result<String, Error> {
        let published: Published = self.json(call, LONGEST).await?;
        let one = published.ids.into_iter().next();
        one.ok_or_else(|| Error::Garbled("a publish without an id".to_owned()))
    }

    /// Hands a message back as a failed attempt; the message is ready again after `delay`.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Away`] is temporary.
    pub async fn nack(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        self.end("nack", receipt, Some(delay.as_millis() as u64)).await
    }

    pub(crate) async fn end(
        &self,
        how: &str,
        receipt: &str,
        delay_ms: Option<u64>,
    ) -> Result<(), Error> {
        let receipts = Receipts { receipts: &[receipt], delay_ms };
        let call = self.call(Method::POST, &["messages", how]).json(&receipts);
        let results: Results = self.json(call, LONGEST).await?;
        match results.results.first().map(|outcome| outcome.status.as_str()) {
            Some("ok") => Ok(()),
            Some("stale") => Err(Error::Stale(receipt.to_owned())),
            other => Err(Error::Garbled(format!("the status {other:?} of a receipt"))),
        }
    }

    /// Returns the queue's current counts and totals.
    ///
    /// # Errors
    /// [`Error::Unknown`] until the queue is used for the first time; [`Error::Away`] is temporary.
    pub async fn stats(&self) -> Result<QueueStats, Error> {
        self.json(self.call(Method::GET, &[]), LONGEST).await
    }

    pub(crate) fn call(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        self.http.request(method, url).timeout(self.timeout)
    }

    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        call: RequestBuilder,
        longest: usize,
    ) -> Result<T, Error> {
        let answer = self.send(call).await?;
        self.read(answer, longest).await
    }

    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        answer: Response,
        longest: usize,
    ) -> Result<T, Error> {
        let body = self.body(answer, longest).await?;
        serde_json::from_slice(&body).map_err(|error| Error::Garbled(in_words(&error)))
    }

    pub(crate) async fn send(&self, call: RequestBuilder) -> Result<Response, Error> {
        let answer = match &self.token {
            Some(file) => self.send_with(file, call).await?,
            None => self.ask(call, None).await?,
        };
        if answer.status().is_success() { Ok(answer) } else { Err(self.refusal(answer).await) }
    }

    /// Sends a call with the token. If the token is refused, tries once more if the file has
    /// changed.
    async fn send_with(&self, file: &TokenFile, call: RequestBuilder) -> Result<Response, Error> {
        let (token, again) = (file.token(), call.try_clone());
        let answer = self.ask(call, Some(&token)).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        match (again, file.token_now()) {
            (Some(again), now) if now != token => self.ask(again, Some(&now)).await,
            _ => Ok(answer),
        }
    }

    async fn ask(&self, call: RequestBuilder, token: Option<&Token>) -> Result<Response, Error> {
        let call = match token {
            Some(token) => call.bearer_auth(token.text()),
            None => call,
        };
        call.send().await.map_err(|error| self.away(&error))
    }

    async fn body(&self, mut answer: Response, longest: usize) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(bytes) = answer.chunk().await.map_err(|error| self.away(&error))? {
            if bytes.len() > longest - body.len() {
                return Err(Error::Garbled(format!("it is longer than {longest} bytes")));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }

    async fn refusal(&self, answer: Response) -> Error {
        let (status, retry_after) = (answer.status(), retry_after(&answer));
        let body = self.body(answer, LONGEST).await.unwrap_or_default();
        let Ok(ErrorBody { error }) = serde_json::from_slice(&body) else {
            return Error::Garbled(format!("status {status} without an error message"));
        };
        match status {
            StatusCode::TOO_MANY_REQUESTS => Error::Full { message: error.message, retry_after },
            StatusCode::GONE => Error::Stale(error.message),
            StatusCode::NOT_FOUND => Error::Unknown(error.message),
            // Without a token file, no retry can succeed.
            StatusCode::UNAUTHORIZED if error.code == UNAUTHORIZED && self.token.is_some() => {
                Error::Unauthorized(error.message)
            }
            // Failures of the server are temporary; errors in the client's call are not.
            StatusCode::INSUFFICIENT_STORAGE | StatusCode::SERVICE_UNAVAILABLE => {
                Error::Failing(error.message)
            }
            StatusCode::NOT_IMPLEMENTED => Error::Unsupported(error.message),
            status if status.is_server_error() => {
                Error::Garbled(format!("status {status}: {}", error.message))
            }
            _ => Error::Refused(error),
        }
    }

    fn away(&self, error: &reqwest::Error) -> Error {
        let url = self.base.origin().ascii_serialization();
        Error::Away { url, reason: root_cause(error) }
    }
}

fn retry_after(answer: &Response) -> Duration {
    let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    Duration::from_secs(seconds.and_then(|text| text.parse().ok()).unwrap_or(1))
}

/// Returns the innermost cause of an error; reqwest's own message begins with the URL.
fn root_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Describes why an answer cannot be read: no JSON, incomplete JSON, or an unexpected value.
fn in_words(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Syntax => format!("it is not JSON: {error}"),
        Category::Eof => format!("its JSON is incomplete: {error}"),
        Category::Data | Category::Io => error.to_string(),
    }
}
