//! Who may call, where a token is wanted.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use service::TokenFile;
use service::token::Token;
use subtle::ConstantTimeEq;

use crate::problem::Problem;

/// What scrapers and probes may see without a token; they cannot be given one everywhere.
const OPEN: [&str; 3] = ["/metrics", "/livez", "/readyz"];

/// The same calls, for those who show the token that is in this file.
pub fn guarded(router: Router, token: TokenFile) -> Router {
    router.layer(from_fn_with_state(Arc::new(token), guard))
}

async fn guard(State(token): State<Arc<TokenFile>>, request: Request, next: Next) -> Response {
    let is_open = OPEN.contains(&request.uri().path());
    if is_open || shows(request.headers(), &token.token()) {
        next.run(request).await
    } else {
        Problem::Unauthorized.into_response()
    }
}

fn shows(headers: &HeaderMap, token: &Token) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, shown)) = value.and_then(|value| value.split_once(' ')) else { return false };
    // In the same time however much of it is right, or it could be found out sign by sign.
    let is_right = shown.trim().as_bytes().ct_eq(token.text().as_bytes());
    scheme.eq_ignore_ascii_case("bearer") && is_right.into()
}
