//! Requests a document of a bounded size, in a bounded time.

use std::time::Duration;

use client::Url;
use model::ReadError;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

use super::words::failed;

/// The largest document that is read. A figure needs a few bytes.
const LARGEST: usize = 1 << 20;

/// A client for documents. It follows no redirects and uses no proxy, so that an address in a
/// manifest is the one that is asked.
#[derive(Debug, Clone)]
pub(super) struct Documents {
    http: Client,
    timeout: Duration,
}

/// An answer that is no redirect.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

impl Documents {
    /// A document must be read as a whole within `timeout`.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub(super) fn new(timeout: Duration) -> Result<Documents, client::Error> {
        let http = Client::builder().no_proxy().redirect(Policy::none()).build();
        let http = http.map_err(|error| client::Error::Garbled(error.to_string()))?;
        Ok(Documents { http, timeout })
    }

    /// Requests a document.
    ///
    /// # Errors
    /// When the server cannot be reached, is late, redirects, or sends too much.
    pub(super) async fn get(&self, url: Url) -> Result<Document, ReadError> {
        let server = server(&url);
        let answer = self.http.get(url).timeout(self.timeout).send().await;
        let mut answer = answer.map_err(|error| self.cause(&server, &error))?;
        let status = answer.status();
        if status.is_redirection() {
            let text = format!("{server} answered {status}; redirects are not followed");
            return Err(failed(text));
        }
        let body = self.body(&server, &mut answer).await?;
        Ok(Document { status, body })
    }

    async fn body(&self, server: &str, answer: &mut Response) -> Result<Vec<u8>, ReadError> {
        let mut body = Vec::new();
        let cause = |error: reqwest::Error| self.cause(server, &error);
        while let Some(chunk) = answer.chunk().await.map_err(cause)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(failed(format!("{server} answered with more than 1 MiB")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn cause(&self, server: &str, error: &reqwest::Error) -> ReadError {
        if error.is_timeout() {
            let seconds = self.timeout.as_secs_f64();
            return failed(format!("{server} did not answer within {seconds:.1} s"));
        }
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let what = if error.is_connect() { "cannot be reached" } else { "did not answer" };
        failed(format!("{server} {what}: {cause}"))
    }
}

impl Document {
    /// The body of a success.
    ///
    /// # Errors
    /// Any other status; `why` may find the reason in the body.
    pub(super) fn success(
        &self,
        whose: &Url,
        why: impl FnOnce(&[u8]) -> Option<String>,
    ) -> Result<&[u8], ReadError> {
        if self.status.is_success() {
            return Ok(&self.body);
        }
        let why = why(&self.body).map(|why| format!(": {why}")).unwrap_or_default();
        Err(failed(format!("{} answered {}{why}", server(whose), self.status)))
    }
}

/// A server as a line calls it, without a user, a path or a query, which may be secret or long.
fn server(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("http://{host}:{}", url.port_or_known_default().unwrap_or_default())
}
