//! Which other pages may show the stage view in a frame.
//!
//! Only the Run page at an address with the parameter `stage` may be framed: by the engine's own
//! pages, and by those of the origins given with `--embed`. A framed page is read-only (see
//! `shell/address.js`), so a page around it cannot trick anybody into a change. No other address may
//! be framed.

use std::fmt;
use std::str::FromStr;

use axum::http::HeaderValue;

/// The content security policy without its last part; saving the chart as PNG needs `blob:`.
const POLICY: &str = "default-src 'self'; img-src 'self' blob:; base-uri 'none'; \
    form-action 'self'; frame-ancestors";

/// The scheme, host and optional port of pages that may frame the stage view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Origin, String> {
        let text = text.to_ascii_lowercase();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let is_it = rest.is_some_and(|rest| {
            let (host, port) = rest.split_once(':').unwrap_or((rest, "1"));
            is_host(host) && is_port(port)
        });
        let remedy = "it must be like https://slides.example.org or http://127.0.0.1:8000: a \
            scheme, a host and perhaps a port, without a path or a *";
        if is_it { Ok(Origin(text)) } else { Err(remedy.to_owned()) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether these are names joined by dots. Anything else could end the policy's part, or widen it.
fn is_host(host: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    host.split('.').all(|name| !name.is_empty() && name.chars().all(fits))
}

fn is_port(port: &str) -> bool {
    port.chars().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// The policies of the pages.
#[derive(Debug, Clone)]
pub struct Framing {
    stage: HeaderValue,
    other: HeaderValue,
}

impl Framing {
    /// The stage view may be framed by these origins, and by the engine's own pages.
    ///
    /// # Panics
    /// Never: an origin has only characters that a header may have.
    pub fn by(origins: &[Origin]) -> Framing {
        let further: String = origins.iter().map(|origin| format!(" {origin}")).collect();
        let header = |ancestors: String| HeaderValue::try_from(format!("{POLICY} {ancestors}"));
        Framing {
            stage: header(format!("'self'{further}")).expect("an origin fits into a header"),
            other: header("'none'".to_owned()).expect("a keyword fits into a header"),
        }
    }

    /// The policy of the Run page at an address with this query.
    pub(super) fn of_run_page(&self, query: Option<&str>) -> HeaderValue {
        let mut names = query.unwrap_or_default().split('&').map(|part| part.split('=').next());
        if names.any(|name| name == Some("stage")) { self.stage.clone() } else { self.of_others() }
    }

    /// The policy of all other pages, which nobody may frame.
    pub(super) fn of_others(&self) -> HeaderValue {
        self.other.clone()
    }
}

impl Default for Framing {
    fn default() -> Framing {
        Framing::by(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
        for text in ["https://slides.example.org", "http://127.0.0.1:8000", "http://localhost"] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
        }
        assert_eq!(
            "HTTPS://Slides.example:443".parse(),
            Ok(Origin("https://slides.example:443".into()))
        );
    }

    #[test]
    fn nothing_else_is_an_origin() {
        let others = [
            "",
            "slides.example",
            "https://",
            "https://a/",
            "https://a/b",
            "https://*",
            "https://a;",
            "https://*.example.org",
            "ftp://a",
            "https://a:",
            "https://a:0",
            "https://a:99999",
            "https://a:+1",
            "https://me@a",
            "https://a b",
            "https://a'",
            "https://a,b",
            "null",
            "*",
            "https://a..b",
            "https://a.",
            "'self'",
            "https://a?b",
            "https://a#b",
            "http://[::1]",
            "https://a\r\nx: y",
            "https://ä",
            "data:x",
            "https:a",
        ];
        for text in others {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_stage_view_may_be_framed() {
        let framing = Framing::by(&["https://a".parse().unwrap(), "http://b:1".parse().unwrap()]);
        let ancestors = |query| {
            let policy = framing.of_run_page(query);
            policy.to_str().unwrap().split("frame-ancestors ").nth(1).unwrap().to_owned()
        };
        for query in ["stage", "stage&readonly", "theme=dark&stage", "stage=", "stage=1"] {
            assert_eq!(ancestors(Some(query)), "'self' https://a http://b:1", "{query}");
        }
        for query in [None, Some(""), Some("readonly"), Some("stages"), Some("theme=stage")] {
            assert_eq!(ancestors(query), "'none'", "{query:?}");
        }
        assert!(framing.of_others().to_str().unwrap().ends_with("frame-ancestors 'none'"));
    }

    #[test]
    fn without_an_origin_only_the_engines_own_pages_frame_the_stage_view() {
        let policy = Framing::default().of_run_page(Some("stage"));
        assert!(policy.to_str().unwrap().ends_with("frame-ancestors 'self'"));
    }
}
