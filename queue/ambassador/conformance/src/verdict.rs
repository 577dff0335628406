//! How claims came out.

use anyhow::ensure;
use reqwest::StatusCode;
use serde_json::Value;

use crate::scene::Heard;

/// How a claim came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As the API documents it.
    Holds,
    /// Not quite so; the text says how.
    Differs(String),
}

pub(crate) use Verdict::{Differs, Holds};

/// What came out for one kind of upstream: a claim's name, and its verdict.
pub(crate) type Results = Vec<(&'static str, Verdict)>;

/// For a call that needs something that the upstream cannot do: it is refused with the reason.
pub(crate) fn refused(heard: &Heard) -> anyhow::Result<Verdict> {
    let reason = heard.json["error"]["message"].as_str().unwrap_or_default();
    ensure!(heard.status == StatusCode::NOT_IMPLEMENTED, "{} {}", heard.status, heard.json);
    ensure!(reason.len() > 20 && heard.json["error"]["code"] == "not_supported", "{reason}");
    ensure!(heard.retry_after.is_none(), "a 501 with Retry-After");
    Ok(Differs(format!("501: {reason}")))
}

/// Holds, unless `capabilities` has a word for how it differs.
pub(crate) fn as_said(can: &Value) -> Verdict {
    can.as_str().map_or(Holds, |word| Differs(word.to_owned()))
}
