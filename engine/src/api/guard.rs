//! Who may ask, and under which name.
//!
//! A page elsewhere on the web can make a browser send requests to this machine, under any name
//! that it points here. So we answer to our own names only, to our own page only, and take
//! orders from this machine only.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;

/// Our own names, with any port.
const HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Refuses what does not come from this machine's own page or tools.
pub async fn guard(
    State(trusted): State<Option<IpAddr>>,
    request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let peer = peer.map(|peer| peer.ip().to_canonical());
    let local = peer.is_some_and(|peer| peer.is_loopback() || Some(peer) == trusted);
    match check(request.method(), request.headers(), local) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(method: &Method, headers: &HeaderMap, local: bool) -> Result<(), ApiError> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = &text(header::HOST).unwrap_or_default().to_ascii_lowercase();
    if !is_ours(host) {
        return Err(ApiError::forbidden(format!(
            "the host {host:?} is none of ours; use 127.0.0.1, localhost or [::1]"
        )));
    }
    if let Some(origin) = text(header::ORIGIN)
        && origin.strip_prefix("http://") != Some(host.as_str())
    {
        return Err(ApiError::forbidden(format!("a page at {origin:?} may not ask here")));
    }
    let reads = method == Method::GET || method == Method::HEAD;
    if reads || local {
        Ok(())
    } else {
        Err(ApiError::forbidden("changes are taken from this machine alone"))
    }
}

fn is_ours(host: &str) -> bool {
    HOSTS.iter().any(|ours| match host.strip_prefix(ours) {
        Some("") => true,
        Some(rest) => rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &Method, host: &str, origin: Option<&str>, local: bool) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        check(method, &headers, local).is_ok()
    }

    const HERE: bool = true;

    #[test]
    fn our_own_names_are_answered_with_any_port() {
        for host in ["127.0.0.1", "LOCALHOST:8080", "[::1]:9", "[::1]"] {
            assert!(asked(&Method::GET, host, None, HERE), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        let others = ["evil.example", "localhost.evil.example", "127.0.0.1.evil", "localhost:x"];
        for host in others.into_iter().chain(["", "localhost:", "127.0.0.1:80:80", "0.0.0.0"]) {
            assert!(!asked(&Method::GET, host, None, HERE), "{host}");
        }
    }

    #[test]
    fn another_page_is_refused_and_our_own_is_not() {
        let host = "localhost:8080";
        assert!(asked(&Method::PUT, host, Some("http://localhost:8080"), HERE));
        for origin in ["http://localhost:3000", "https://localhost:8080", "http://evil", "null"] {
            assert!(!asked(&Method::GET, host, Some(origin), HERE), "{origin}");
        }
    }

    #[test]
    fn changes_are_taken_from_this_machine_alone() {
        assert!(asked(&Method::PUT, "localhost", None, HERE));
        assert!(!asked(&Method::PUT, "localhost", None, !HERE));
        assert!(asked(&Method::GET, "localhost", None, !HERE));
    }
}
