//! The QR code of the audience's page.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use qrcode::QrCode;
use qrcode::render::svg::Color;
use runtime::contribution::Contribution;
use serde_json::{Value, json};
use web::ApiError;

/// The QR code of a text as SVG; `None` if the text is too long. It is black on white with a white
/// margin, because cameras need these colours, even if the page is dark.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    let colours = (Color("#000000"), Color("#ffffff"));
    let mut drawing = code.render::<Color<'_>>();
    drawing.dark_color(colours.0).light_color(colours.1).quiet_zone(true).module_dimensions(8, 8);
    Some(drawing.build())
}

/// The URL of the audience's page, which each snapshot contains, and its QR code.
#[derive(Debug, Clone, Default)]
pub struct Poster {
    /// The URL; `None` without `--audience`.
    pub url: Option<Arc<str>>,
}

impl Poster {
    /// The route of the QR code, `/page/audience.svg`.
    pub fn router(self) -> Router {
        let drawing = async |State(poster): State<Poster>| {
            let none = "there is no page for the audience; start the engine with --audience";
            answer(poster.url.as_deref(), none)
        };
        Router::new().route("/page/audience.svg", get(drawing)).with_state(self)
    }
}

impl Contribution for Poster {
    fn keys(&self, _now: Duration) -> Vec<(&'static str, Value)> {
        vec![("audience", json!(self.url.as_ref().map(|url| json!({ "url": &**url }))))]
    }
}

/// The response with the QR code of `url`.
///
/// # Errors
/// 404 with the message `none` if `url` is `None`.
pub(crate) fn answer(url: Option<&str>, none: &str) -> Result<Response, ApiError> {
    let code = url.and_then(svg).ok_or_else(|| ApiError::not_found(none))?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, code).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_drawing_without_scripts_and_styles() {
        let code = svg("http://192.168.1.7:9000/").unwrap();
        assert!(code.contains("<svg") && code.ends_with("</svg>"), "{code}");
        assert!(!code.contains("style=") && !code.contains("<script"), "{code}");
        assert_ne!(Some(code), svg("http://192.168.1.8:9000/"));
        assert_eq!(svg(&"x".repeat(5000)), None);
    }
}
