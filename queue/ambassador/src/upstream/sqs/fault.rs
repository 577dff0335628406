//! What the errors of SQS mean.

use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use client::Error;
use client::wire::ErrorDetail;

/// Why SQS did not do what it was asked for.
#[derive(Debug)]
pub(super) enum Fault {
    /// There is no such queue.
    Missing(String),
    Other(Error),
}

/// What an error of the SDK means. `url` is for messages.
pub(super) fn fault<E>(error: &SdkError<E, HttpResponse>, url: &str) -> Fault
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let away = |reason: String| Error::Away { url: url.to_owned(), reason };
    Fault::Other(match error {
        SdkError::ServiceError(service) => {
            let (code, message) = (service.err().code(), service.err().message());
            let status = service.raw().status().as_u16();
            return said(code.unwrap_or_default(), message.unwrap_or_default(), status);
        }
        SdkError::TimeoutError(_) => away("no answer in time".to_owned()),
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            away(deepest(error))
        }
        SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_) if wants_keys(error) => {
            let text = deepest(error);
            Error::Unauthorized(format!("no credentials for {url} were found: {text}"))
        }
        SdkError::ConstructionFailure(_) => Error::Failing(deepest(error)),
        _ => Error::Garbled(format!("{url}: {}", deepest(error))),
    })
}

/// What an error of SQS means: its code, its message, and the status of the answer.
pub(super) fn said(code: &str, message: &str, status: u16) -> Fault {
    // Older names have a space of names before them.
    let code = code.rsplit(['#', '.']).next().unwrap_or_default();
    let text = match (code, message) {
        ("", "") => format!("SQS answers {status}"),
        (code, "") => format!("SQS says {code}"),
        (code, message) => format!("SQS says {message:?} ({code})"),
    };
    let lower = message.to_lowercase();
    Fault::Other(match code {
        "QueueDoesNotExist" | "NonExistentQueue" => return Fault::Missing(text),
        "ReceiptHandleIsInvalid" | "MessageNotInflight" => Error::Stale(text),
        "PurgeQueueInProgress" => {
            Error::Failing(format!("SQS purges a queue once a minute; try again then: {text}"))
        }
        "BatchRequestTooLong" => too_large(text),
        _ if lower.contains("total visibilitytimeout") => {
            Error::Unsupported(format!("SQS leases a message for 12 hours in all: {text}"))
        }
        _ if lower.contains("receipt handle") || lower.contains("receipthandle") => {
            Error::Stale(text)
        }
        _ if lower.contains("must be shorter") || lower.contains("longer than the maximum") => {
            too_large(text)
        }
        _ if is_refusal(code) || matches!(status, 401 | 403) => Error::Unauthorized(text),
        _ => Error::Failing(text),
    })
}

fn too_large(message: String) -> Error {
    Error::Refused(ErrorDetail { code: "too_large".to_owned(), message })
}

fn is_refusal(code: &str) -> bool {
    let starts = ["AccessDenied", "ExpiredToken", "KmsAccessDenied", "UnrecognizedClient"];
    let others = [
        "AuthFailure",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "MissingAuthenticationToken",
        "OptInRequired",
        "SignatureDoesNotMatch",
    ];
    starts.iter().any(|start| code.starts_with(start)) || others.contains(&code)
}

/// Whether the SDK has found no credentials. It has no kind of its own for that.
fn wants_keys(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(it) = cause {
        if it.to_string().contains("credential") || it.to_string().contains("identity") {
            return true;
        }
        cause = it.source();
    }
    false
}

/// The cause of all others: the SDK's own texts say little.
fn deepest<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: std::error::Error + 'static,
{
    let mut deepest: &dyn std::error::Error = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    deepest.to_string()
}

impl Fault {
    /// The error for a caller.
    pub(super) fn into_error(self) -> Error {
        match self {
            Fault::Missing(text) => Error::Failing(text),
            Fault::Other(error) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart_by_what_a_caller_can_do() {
        let of = |code, message, status| said(code, message, status).into_error();
        let missing = said("AWS.SimpleQueueService.NonExistentQueue", "", 400);
        assert!(matches!(missing, Fault::Missing(_)));
        let handle = "Value x for parameter ReceiptHandle is invalid. Reason: it has expired.";
        assert!(matches!(of("InvalidParameterValue", handle, 400), Error::Stale(_)));
        let total = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]";
        assert!(matches!(of("InvalidParameterValue", total, 400), Error::Unsupported(_)));
        let long = "One or more parameters are invalid. Reason: Message must be shorter than 1.";
        let large = of("InvalidParameterValue", long, 400);
        assert!(matches!(large, Error::Refused(detail) if detail.code == "too_large"));
        assert!(matches!(of("AccessDeniedException", "no", 400), Error::Unauthorized(_)));
        assert!(matches!(of("", "", 403), Error::Unauthorized(_)));
        let purge = of("AWS.SimpleQueueService.PurgeQueueInProgress", "wait", 403);
        assert!(matches!(purge, Error::Failing(text) if text.contains("once a minute")));
        assert!(matches!(of("RequestThrottled", "", 400), Error::Failing(_)));
    }
}
