//! The endpoints of every program: `/metrics`, `/livez` and `/readyz`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus::{Registry, TextEncoder};

/// Whether a program can do its work now; `/readyz` reports it. Clones share the value.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<AtomicBool>);

impl Health {
    /// Sets whether the program can do its work.
    pub fn set_ready(&self, ready: bool) {
        self.0.store(ready, Ordering::Relaxed);
    }

    /// Whether the program can do its work.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Serves `/metrics` in Prometheus's text format, `/livez` (200 while the program runs) and
/// `/readyz` (200 while it can do its work, 503 before that and during the shutdown).
pub fn router(registry: Registry, health: Health) -> axum::Router {
    axum::Router::new()
        .route("/metrics", get(metrics))
        .with_state(registry)
        .route("/livez", get(async || "ok\n"))
        .merge(axum::Router::new().route("/readyz", get(readyz)).with_state(health))
}

async fn metrics(State(registry): State<Registry>) -> impl IntoResponse {
    match TextEncoder::new().encode_to_string(&registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn readyz(State(health): State<Health>) -> impl IntoResponse {
    if health.is_ready() {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}
