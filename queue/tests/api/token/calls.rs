//! Every call needs the token.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use axum::routing::get;
use http_body_util::BodyExt;
use queue::Hub;
use queue::api::{Calls, Reply};
use service::{Shutdown, TokenFile};

use super::file;

const TOKEN: &str = "s3cret";

/// All paths below `/v1`, and some that do not exist.
const CALLS: [&str; 23] = [
    "GET /v1/queues",
    "PUT /v1/queues/jobs",
    "GET /v1/queues/jobs",
    "POST /v1/queues/jobs/messages",
    "GET /v1/queues/jobs/messages",
    "POST /v1/queues/jobs/messages/receive",
    "POST /v1/queues/jobs/messages/ack",
    "POST /v1/queues/jobs/messages/nack",
    "POST /v1/queues/jobs/messages/release",
    "DELETE /v1/queues/jobs/messages/1-1-00000007",
    "PATCH /v1/queues/jobs/messages/1-1-00000007",
    "GET /v1/queues/jobs/redelivered",
    "GET /v1/queues/jobs/workers",
    "POST /v1/queues/jobs/workers/w/retire",
    "POST /v1/queues/jobs/purge",
    "HEAD /v1/queues",
    "OPTIONS /v1/queues/jobs",
    "DELETE /v1/queues/jobs",
    "GET /v1/nothing",
    "GET //v1/queues",
    "GET /v1/../metrics",
    "GET /metrics/",
    "GET /",
];

/// The server's calls without its listener.
fn calls(token: &Path) -> Calls {
    let (_, shutdown) = Shutdown::new();
    let mut endpoints = Router::new();
    for open in ["/metrics", "/livez", "/readyz"] {
        endpoints = endpoints.route(open, get(async || "ok"));
    }
    let token = TokenFile::open(token).unwrap();
    Calls::new(Arc::new(Hub::new(7)), endpoints, Some(token), shutdown)
}

async fn call(calls: &Calls, call: &str, header: Option<&[u8]>) -> Response<Reply> {
    let (method, path) = call.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    if let Some(header) = header {
        request = request.header(header::AUTHORIZATION, header);
    }
    calls.answer(request.body(Body::empty()).unwrap()).await
}

async fn status(calls: &Calls, header: Option<&[u8]>) -> StatusCode {
    call(calls, "GET /v1/queues", header).await.status()
}

#[tokio::test(start_paused = true)]
async fn every_call_needs_the_token() {
    let calls = calls(&file("every", TOKEN));
    for name in CALLS {
        let refused = call(&calls, name, None).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{name}");
        let wrong = call(&calls, name, Some(b"Bearer s3cre")).await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED, "{name}");
        let taken = call(&calls, name, Some(b"Bearer s3cret")).await;
        assert_ne!(taken.status(), StatusCode::UNAUTHORIZED, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_has_no_effect() {
    let calls = calls(&file("undone", TOKEN));
    call(&calls, "POST /v1/queues/jobs/messages", None).await;
    let shown = call(&calls, "GET /v1/queues/jobs", Some(b"Bearer s3cret")).await;
    assert_eq!(shown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn scrapers_and_probes_need_none() {
    let calls = calls(&file("open", TOKEN));
    for open in ["GET /metrics", "GET /livez", "GET /readyz"] {
        assert_eq!(call(&calls, open, None).await.status(), StatusCode::OK, "{open}");
    }
    let wrong_method = call(&calls, "POST /metrics", None).await;
    assert_eq!(wrong_method.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_token_and_the_flag() {
    let refused = call(&calls(&file("says", TOKEN)), "GET /v1/queues", None).await;
    assert_eq!(refused.headers()[header::WWW_AUTHENTICATE], "Bearer");
    let json = refused.into_body().collect().await.unwrap().to_bytes();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["error"]["code"], "unauthorized");
    let message = json["error"]["message"].as_str().unwrap();
    assert!(message.contains("Authorization: Bearer") && message.contains("--queue-token-file"));
    assert!(!message.contains(TOKEN));
}

#[tokio::test(start_paused = true)]
async fn only_the_whole_token_with_its_scheme_is_accepted() {
    let calls = calls(&file("whole", TOKEN));
    let wrong: [&[u8]; 10] = [
        b"",
        b"Bearer",
        b"Bearer ",
        b"s3cret",
        b"Basic s3cret",
        b"Bearers3cret",
        b"Bearer s3cret2",
        b"Bearer S3CRET",
        b"Bearer s3cret, Bearer s3cret",
        b"Bearer s3cret\xff",
    ];
    for header in wrong {
        assert_eq!(status(&calls, Some(header)).await, StatusCode::UNAUTHORIZED, "{header:?}");
    }
    // Schemes are written in any case: RFC 9110, 11.1.
    for header in [b"Bearer s3cret", b"bearer s3cret", b"BEARER s3cret"] {
        assert_eq!(status(&calls, Some(header)).await, StatusCode::OK, "{header:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_file_replaces_the_token_without_a_restart() {
    let path = file("changed", TOKEN);
    let calls = calls(&path);
    let (old, new): (&[u8], &[u8]) = (b"Bearer s3cret", b"Bearer other");
    assert_eq!(status(&calls, Some(old)).await, StatusCode::OK);
    fs::write(&path, "other\n").unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(status(&calls, Some(new)).await, StatusCode::OK);
    assert_eq!(status(&calls, Some(old)).await, StatusCode::UNAUTHORIZED);
    fs::remove_file(&path).unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(status(&calls, Some(new)).await, StatusCode::OK, "the last good one stays");
}
