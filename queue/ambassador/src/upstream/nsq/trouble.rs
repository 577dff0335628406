//! [`Trouble`]: why nsqd did not do what it was asked for.

use client::Error;
use client::wire::ErrorDetail;

/// Like [`Error`], but can be told to several callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    Away(String),
    Refused(String),
    Garbled(String),
    Failing(String),
    /// A message or a batch is larger than nsqd takes.
    TooLarge(String),
    /// It cannot do that at all.
    Impossible(String),
}

impl Trouble {
    /// What an error of nsqd means.
    pub(super) fn said(error: &str) -> Trouble {
        let text = format!("NSQ says {error:?}");
        let code = error.split(' ').next().unwrap_or_default();
        match code {
            "E_AUTH_FAILED" | "E_UNAUTHORIZED" | "E_AUTH_ERROR" => Trouble::Refused(text),
            "E_BAD_MESSAGE" | "E_BAD_BODY" if error.contains("too big") => Trouble::TooLarge(text),
            "E_INVALID" if error.contains("out of range") => {
                let limit = "nsqd's --max-req-timeout limits delays";
                Trouble::Impossible(format!("{limit}: {text}"))
            }
            _ => Trouble::Failing(text),
        }
    }

    /// Why a connection failed.
    pub(super) fn away(error: &std::io::Error) -> Trouble {
        Trouble::Away(error.to_string())
    }

    /// The error for a caller. `url` has no secret.
    pub(super) fn into_error(self, url: &str) -> Error {
        match self {
            Trouble::Away(reason) => Error::Away { url: url.to_owned(), reason },
            Trouble::Refused(text) => Error::Unauthorized(format!(
                "{text} at {url}; give its secret in the address, as in nsq://:SECRET@HOST:PORT"
            )),
            Trouble::Garbled(text) => Error::Garbled(text),
            Trouble::Failing(text) => Error::Failing(text),
            Trouble::TooLarge(text) => {
                let message =
                    format!("{text}; nsqd's --max-msg-size and --max-body-size limit that");
                Error::Refused(ErrorDetail { code: "too_large".to_owned(), message })
            }
            Trouble::Impossible(text) => Error::Unsupported(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart_by_what_a_caller_can_do() {
        let of = |said| Trouble::said(said).into_error("nsq://there");
        let large = of("E_BAD_MESSAGE PUB message too big 2000000 > 1048576");
        assert!(matches!(large, Error::Refused(detail) if detail.code == "too_large"));
        let refused = of("E_AUTH_FAILED AUTH failed");
        assert!(matches!(refused, Error::Unauthorized(_)));
        let far = of("E_INVALID DPUB timeout 7200000 out of range 0-3600000");
        assert!(matches!(far, Error::Unsupported(_)));
        assert!(matches!(of("E_PUB_FAILED PUB failed exiting"), Error::Failing(_)));
    }
}
