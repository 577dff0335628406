//! When, by which version and from what a report was made.

use std::time::SystemTime;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;

/// The kit's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The path under which an engine, or a replay, serves its report.
pub const ROUTE: &str = "/api/v1/report";

/// The report may contain nothing that a browser runs or loads; its style sheet is in the file.
pub const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// When, by which version and from what a report was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The date and the time, as in the report.
    pub at: String,
    /// The kit's version.
    pub version: &'static str,
    /// Where the run's values came from.
    pub source: Source,
}

/// Where the values of a run came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A running engine under this host name and port.
    Engine(String),
    /// A recording.
    Recording {
        /// The path of the file, as it was given.
        file: String,
        /// The number of runs in the recording.
        runs: usize,
        /// The number of the last line if it is cut off.
        cut: Option<usize>,
    },
}

impl Made {
    /// A report that is made at this time by this version.
    pub fn at(now: SystemTime, source: Source) -> Made {
        let text = humantime::format_rfc3339_seconds(now).to_string();
        let at = text.replace('T', " ").replace('Z', " UTC");
        Made { at, version: VERSION, source }
    }

    /// The name of the file that a browser saves: `microscaling-2026-03-01-1405.html`.
    fn file_name(&self) -> String {
        let digits: String = self.at.chars().take(16).filter(|c| *c != ':').collect();
        format!("microscaling-{}.html", digits.replace(' ', "-"))
    }

    /// A report as the answer to a request: a file to save.
    pub fn answer(&self, page: Markup) -> Response {
        let disposition = format!("attachment; filename=\"{}\"", self.file_name());
        let headers: [(HeaderName, HeaderValue); 4] = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        ];
        ([(header::CONTENT_DISPOSITION, disposition)], headers, page.into_string()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_date_is_in_the_text_and_in_the_files_name() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_373_910);
        let made = Made::at(at, Source::Engine("127.0.0.1:8080".to_owned()));
        assert_eq!(made.at, "2026-03-01 14:05:10 UTC");
        assert_eq!(made.file_name(), "microscaling-2026-03-01-1405.html");
    }
}
