//! Who may call, where a token is wanted.

use axum::http::{HeaderMap, Request, header};
use service::TokenFile;
use service::token::Token;
use subtle::ConstantTimeEq;

/// What scrapers and probes may see without a token; they cannot be given one everywhere.
const OPEN: [&str; 3] = ["/metrics", "/livez", "/readyz"];

/// Whether a call may be made: it shows the token that is in this file, or needs none.
pub(super) fn lets_in<B>(token: &TokenFile, request: &Request<B>) -> bool {
    OPEN.contains(&request.uri().path()) || shows(request.headers(), &token.token())
}

fn shows(headers: &HeaderMap, token: &Token) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, shown)) = value.and_then(|value| value.split_once(' ')) else { return false };
    // In the same time however much of it is right, or it could be found out sign by sign.
    let is_right = shown.trim().as_bytes().ct_eq(token.text().as_bytes());
    scheme.eq_ignore_ascii_case("bearer") && is_right.into()
}
