//! The annotations that say what a workload follows, and where it is read.

use std::ops::RangeInclusive;
use std::time::Duration;

use control::{Followed, Source};
use manifest::invalid::InvalidAnnotation;

use super::Annotations;

/// The range of values for `source-interval`.
const INTERVALS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(600);

/// The most characters of a query, a URL or a pointer.
const LONGEST: usize = 2000;

impl Annotations<'_> {
    /// What the workload follows; `rule` is the name of its rule.
    pub(super) fn followed(&self, rule: &str) -> Result<Followed, InvalidAnnotation> {
        let source = self.source()?;
        let name = if source.is_queue() { self.queue_name(rule)? } else { self.metric_name()? };
        Ok(Followed { name, source, interval: self.duration("source-interval", INTERVALS)? })
    }

    fn source(&self) -> Result<Source, InvalidAnnotation> {
        match self.values.get("source").copied() {
            None | Some("queue") => Ok(Source::Queue),
            Some("prometheus") => {
                let query = self.text("query", "is missing; the source prometheus needs it")?;
                if query.trim().is_empty() {
                    return Err(self.wrong("query", "is empty; give a query in PromQL"));
                }
                Ok(Source::Prometheus { query })
            }
            Some("http") => {
                let url = self.text("url", "is missing; the source http needs it")?;
                check_url(&url).map_err(|what| self.wrong("url", &what))?;
                let pointer = self.pointer()?;
                Ok(Source::Http { url, pointer })
            }
            Some(other) => {
                let names = Source::NAMES.join(", ");
                let text = format!("is {other:?}, which is not a source; the sources are {names}");
                Err(self.wrong("source", &text))
            }
        }
    }

    fn queue_name(&self, rule: &str) -> Result<String, InvalidAnnotation> {
        let missing = || self.wrong("queue", &format!("is missing; the rule {rule} needs it"));
        let queue = *self.values.get("queue").ok_or_else(missing)?;
        if !is_queue_name(queue) {
            let what = "a queue's name is 1 to 80 letters, digits, '_', '-' or '.'";
            return Err(self.wrong("queue", &format!("is {queue:?}; {what}")));
        }
        Ok(queue.to_owned())
    }

    /// The metric's name; the Deployment's name by default.
    fn metric_name(&self) -> Result<String, InvalidAnnotation> {
        let name = self.values.get("metric-name").copied().unwrap_or(self.deployment);
        let fits = |c: char| c.is_alphanumeric() || " _-.".contains(c);
        let is_name = (1..=80).contains(&name.chars().count()) && name.chars().all(fits);
        if is_name && name.trim() == name {
            return Ok(name.to_owned());
        }
        let what = "a metric's name is 1 to 80 letters, digits, spaces, '_', '-' or '.'";
        Err(self.wrong("metric-name", &format!("is {name:?}; {what}")))
    }

    /// The JSON pointer; empty, and so the whole document, by default.
    fn pointer(&self) -> Result<String, InvalidAnnotation> {
        if !self.values.contains_key("pointer") {
            return Ok(String::new());
        }
        let pointer = self.text("pointer", "")?;
        let begins = pointer.is_empty() || pointer.starts_with('/');
        let escaped = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if begins && escaped {
            return Ok(pointer);
        }
        let what = "it must be a JSON pointer (RFC 6901), such as \"/sessions/open\"";
        Err(self.wrong("pointer", &format!("is {pointer:?}; {what}")))
    }

    /// The text of an annotation; `missing` says what is wrong without it.
    fn text(&self, name: &str, missing: &str) -> Result<String, InvalidAnnotation> {
        let text = *self.values.get(name).ok_or_else(|| self.wrong(name, missing))?;
        if text.chars().count() > LONGEST {
            return Err(self.wrong(name, &format!("is longer than {LONGEST} characters")));
        }
        Ok(text.to_owned())
    }
}

/// Whether the kit's queue server accepts this name; a refused name must be a typing error.
fn is_queue_name(text: &str) -> bool {
    let fits = |c: u8| c.is_ascii_alphanumeric() || b"_-.".contains(&c);
    (1..=80).contains(&text.len()) && text.bytes().all(fits)
}

/// Says what is wrong with the address of a document.
fn check_url(url: &str) -> Result<(), String> {
    if url.starts_with("https:") {
        let remedy = "give an http:// address, such as that of a proxy beside the engine";
        return Err(format!("is {url:?}; https needs TLS, which the engine has not: {remedy}"));
    }
    let authority = url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?', '#']).next());
    match authority {
        Some(host) if host.contains('@') => {
            // The text is not repeated, because it has a password.
            Err("has a user in it; annotations can be read by others, so give none".to_owned())
        }
        Some(host) if !host.is_empty() && !url.contains(|c: char| c.is_whitespace()) => Ok(()),
        _ => Err(format!("is {url:?}; it must be like \"http://app:8080/status\"")),
    }
}
