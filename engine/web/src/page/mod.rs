//! The pages: a shell that is rendered here, and modules that fill it from `/page/stream`. Nothing
//! is asked for from anywhere else.
//!
//! # Layout
//! - [`view`]: the shell, and the Run page's places
//! - [`configure`]: the Configure page's places
//! - [`assets`]: style sheets and modules, as they are
//! - [`chart`]: simulated contenders as SVG files

pub mod assets;
pub mod chart;
pub mod configure;
pub mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;
use tokio::sync::Notify;

use crate::error;

/// `blob:` is for the chart on its way into a PNG file.
const POLICY: &str = "default-src 'self'; img-src 'self' blob:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// The pages and their assets; `opened` is told when somebody opens the first one.
pub fn router<S: Clone + Send + Sync + 'static>(opened: Arc<Notify>) -> Router<S> {
    let index = async move || {
        opened.notify_one();
        page(view::run())
    };
    Router::new()
        .route("/", get(index))
        .route("/configure", get(async || page(configure::configure())))
        .route("/assets/{name}", get(asset))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}

/// A page as it is answered.
pub fn page(html: Markup) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, html.into_string()).into_response()
}

async fn asset(Path(name): Path<String>, uri: Uri) -> Response {
    let Some(asset) = assets::find(&name) else {
        return error::no_such_path(uri).await.into_response();
    };
    // Revalidated each time: after an update the page must not run with an older script.
    let headers = [
        (header::CONTENT_TYPE, asset.content_type()),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.text).into_response()
}
