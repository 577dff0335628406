//! The answers of JetStream, and what its errors mean.

use std::time::Duration;

use client::Error;
use client::wire::ErrorDetail;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How long a publisher should wait while a stream is full.
const FULL_FOR: Duration = Duration::from_secs(1);

/// An error of JetStream.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    #[serde(default)]
    code: u32,
    #[serde(default)]
    err_code: u32,
    #[serde(default)]
    description: String,
}

/// An answer that has an error instead of what was asked for.
#[derive(Deserialize)]
struct Failed {
    error: Option<Problem>,
}

impl Problem {
    /// Whether there is no such stream, consumer or message.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.err_code, 10014 | 10037 | 10059)
    }

    pub(super) fn into_error(self) -> Error {
        let Problem { code, err_code, description } = self;
        let is_full = description.contains("maximum messages")
            || description.contains("maximum bytes")
            || matches!(err_code, 10002 | 10023 | 10028 | 10047);
        if is_full {
            let message = format!("NATS says {description:?}");
            return Error::Full { message, retry_after: FULL_FOR };
        }
        if err_code == 10054 {
            return refused("too_large", format!("NATS says {description:?}"));
        }
        Error::Failing(format!("NATS says {description:?} ({code}, {err_code})"))
    }
}

/// Reads an answer; the inner error is JetStream's own.
pub(super) fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<Result<T, Problem>, Error> {
    let garbled = |error: serde_json::Error| Error::Garbled(error.to_string());
    let failed: Failed = serde_json::from_slice(payload).map_err(garbled)?;
    match failed.error {
        Some(problem) => Ok(Err(problem)),
        None => serde_json::from_slice(payload).map(Ok).map_err(garbled),
    }
}

pub(super) fn too_large(most: usize) -> Error {
    let text = format!("the server takes at most {most} bytes; raise its max_payload");
    refused("too_large", text)
}

pub(super) fn refused(code: &str, message: String) -> Error {
    Error::Refused(ErrorDetail { code: code.to_owned(), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(json: &str) -> Error {
        read::<serde_json::Value>(json.as_bytes()).unwrap().unwrap_err().into_error()
    }

    #[test]
    fn a_full_stream_is_told_from_one_that_fails() {
        let full = r#"{"error":{"code":503,"err_code":10077,
            "description":"maximum messages exceeded"},"stream":"jobs","seq":0}"#;
        assert!(matches!(problem(full), Error::Full { .. }));
        let large = r#"{"error":{"code":400,"err_code":10054,
            "description":"message size exceeds maximum allowed"}}"#;
        assert!(matches!(problem(large), Error::Refused(detail) if detail.code == "too_large"));
        let away = r#"{"error":{"code":503,"err_code":10008,
            "description":"JetStream system temporarily unavailable"}}"#;
        assert!(matches!(problem(away), Error::Failing(_)));
    }

    #[test]
    fn an_answer_that_is_no_json_is_garbled() {
        assert!(matches!(read::<serde_json::Value>(b"+OK"), Err(Error::Garbled(_))));
    }
}
