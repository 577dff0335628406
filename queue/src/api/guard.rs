//! Checks whether a call has the right token.

use axum::http::{HeaderMap, Request, header};
use service::TokenFile;
use service::token::Token;
use subtle::ConstantTimeEq;

/// The paths that need no token, because scrapers and probes cannot always send one.
const OPEN: [&str; 3] = ["/metrics", "/livez", "/readyz"];

/// Whether a call is allowed: it has the token of this file, or its path needs no token.
pub fn lets_in<B>(token: &TokenFile, request: &Request<B>) -> bool {
    OPEN.contains(&request.uri().path()) || shows(request.headers(), &token.token())
}

fn shows(headers: &HeaderMap, token: &Token) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, shown)) = value.and_then(|value| value.split_once(' ')) else { return false };
    // Compare in constant time: otherwise a client could guess the token character by character.
    let is_right = shown.trim().as_bytes().ct_eq(token.text().as_bytes());
    scheme.eq_ignore_ascii_case("bearer") && is_right.into()
}
