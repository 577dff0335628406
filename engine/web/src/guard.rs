//! Access control: which requests are accepted, from where and under which host name.
//!
//! Any web page can make a browser send requests to the engine, under any host name that points to
//! it. So the engine answers only under its own host names and only to its own pages. It accepts
//! changes only from the machine that it runs on, or with the token.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service::TokenFile;
use subtle::ConstantTimeEq;

use crate::error::ApiError;

/// The engine's own host names; any port may follow.
const HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Decides which requests are accepted.
#[derive(Debug, Default)]
pub struct AccessGuard {
    /// An address that counts as local, in addition to loopback addresses; `None` adds none.
    pub trusted: Option<IpAddr>,
    /// Host names that the engine answers to, besides its own.
    pub hosts: Vec<String>,
    /// The token that other machines need for changes; `None` refuses all their changes.
    pub token: Option<TokenFile>,
}

/// Refuses foreign host names, calls of foreign pages, and remote changes without the token.
pub async fn guard(
    State(access_guard): State<Arc<AccessGuard>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = peer(request.extensions());
    match access_guard.check(request.method(), request.headers(), peer) {
        Ok(()) => {
            request.extensions_mut().insert(access_guard);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

/// The sender may change things: it is on this machine, or shows the token. An answer that is meant
/// for the presenter alone extracts this.
#[derive(Debug, Clone, Copy)]
pub struct MayChange;

impl<S: Sync> FromRequestParts<S> for MayChange {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<MayChange, ApiError> {
        // Without the guard nothing is known about the sender.
        let unguarded = || ApiError::forbidden("this answer needs the access guard");
        let access_guard = parts.extensions.get::<Arc<AccessGuard>>().ok_or_else(unguarded)?;
        access_guard.may_change(&parts.headers, peer(&parts.extensions), Asked::Notes)?;
        Ok(MayChange)
    }
}

/// What a sender needs the token for.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Change,
    Notes,
}

impl Asked {
    fn without_token(self) -> &'static str {
        match self {
            Asked::Change => {
                "only local changes are accepted; use --token-file to allow remote ones"
            }
            Asked::Notes => {
                "the notes are readable only on the engine's machine; use --token-file to allow \
                 others"
            }
        }
    }

    fn needs_token(self) -> &'static str {
        match self {
            Asked::Change => "changes from other machines need the token",
            Asked::Notes => "reading the notes from another machine needs the token",
        }
    }
}

impl AccessGuard {
    fn check(
        &self,
        method: &Method,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<(), ApiError> {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let host = &text(header::HOST).unwrap_or_default().to_ascii_lowercase();
        if !self.is_ours(host) {
            return Err(ApiError::forbidden(format!(
                "the engine does not answer requests for the host {host:?}; use 127.0.0.1, \
                 localhost or [::1], or add the host with --host"
            )));
        }
        if let Some(origin) = text(header::ORIGIN)
            && !self.is_own_page(origin, host)
        {
            return Err(ApiError::forbidden(format!(
                "a page of {origin:?} may not call the engine"
            )));
        }
        let reads = method == Method::GET || method == Method::HEAD;
        if reads { Ok(()) } else { self.may_change(headers, peer, Asked::Change) }
    }

    fn may_change(
        &self,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
        asked: Asked,
    ) -> Result<(), ApiError> {
        let local = peer.map(|peer| peer.to_canonical());
        let local = local.is_some_and(|peer| peer.is_loopback() || Some(peer) == self.trusted);
        if local { Ok(()) } else { self.check_token(headers, asked) }
    }

    fn check_token(&self, headers: &HeaderMap, asked: Asked) -> Result<(), ApiError> {
        let Some(file) = &self.token else {
            return Err(ApiError::forbidden(asked.without_token()));
        };
        let shown = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or("?"));
        let shown = shown.and_then(|value| value.strip_prefix("Bearer "));
        let is_it = |token: &str| token.as_bytes().ct_eq(file.token().text().as_bytes()).into();
        match shown {
            Some(token) if is_it(token.trim()) => Ok(()),
            Some(_) => Err(ApiError::unauthorized("the token is wrong")),
            None => Err(ApiError::unauthorized(asked.needs_token())),
        }
    }

    fn is_ours(&self, host: &str) -> bool {
        let further = self.hosts.iter().map(String::as_str);
        HOSTS.into_iter().chain(further).any(|ours| match host.strip_prefix(ours) {
            Some("") => true,
            Some(rest) => rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()),
            None => false,
        })
    }

    /// Whether an origin is the engine's own page. Only hosts added with `--host` may use TLS.
    fn is_own_page(&self, origin: &str, host: &str) -> bool {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let further = self.hosts.iter().any(|ours| ours == name);
        let tls = further && origin.strip_prefix("https://") == Some(host);
        tls || origin.strip_prefix("http://") == Some(host)
    }
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
        let peer = if local { [127, 0, 0, 1] } else { [10, 0, 0, 7] };
        AccessGuard::default().check(method, &headers, Some(peer.into())).is_ok()
    }

    const HERE: bool = true;

    #[test]
    fn our_own_names_are_answered_with_any_port() {
        for host in ["127.0.0.1", "LOCALHOST:8080", "[::1]:9", "[::1]"] {
            assert!(asked(&Method::GET, host, None, HERE), "{host}");
        }
    }

    #[test]
    fn other_names_are_refused() {
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
    fn only_local_changes_are_accepted() {
        assert!(asked(&Method::PUT, "localhost", None, HERE));
        assert!(!asked(&Method::PUT, "localhost", None, !HERE));
        assert!(asked(&Method::GET, "localhost", None, !HERE));
    }

    /// Checks a change from another machine, with an added host and a token.
    fn from_elsewhere(host: &str, headers: &[(header::HeaderName, &str)]) -> Result<(), ApiError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "secret\n").unwrap();
        let token = Some(TokenFile::open(file.path()).unwrap());
        let access_guard =
            AccessGuard { hosts: vec!["demo.example".to_owned()], token, trusted: None };
        let mut map = HeaderMap::new();
        map.insert(header::HOST, host.parse().unwrap());
        for (name, value) in headers {
            map.insert(name.clone(), value.parse().unwrap());
        }
        access_guard.check(&Method::PUT, &map, Some([10, 0, 0, 7].into()))
    }

    #[test]
    fn a_remote_change_needs_the_token() {
        let asked = |host, token| from_elsewhere(host, &[(header::AUTHORIZATION, token)]);
        assert!(asked("demo.example:8443", "Bearer secret").is_ok());
        for token in ["Bearer secre", "Bearer secrets", "Bearer ", "secret", "Basic secret"] {
            assert!(asked("demo.example", token).is_err(), "{token}");
        }
        assert!(from_elsewhere("demo.example", &[]).is_err());
        assert!(asked("evil.example", "Bearer secret").is_err());
    }

    #[test]
    fn a_page_behind_tls_is_our_own_only_under_an_added_host() {
        let token = (header::AUTHORIZATION, "Bearer secret");
        let asked = |host, origin| from_elsewhere(host, &[token.clone(), (header::ORIGIN, origin)]);
        assert!(asked("demo.example", "https://demo.example").is_ok());
        assert!(asked("localhost", "https://localhost").is_err());
        assert!(asked("demo.example", "https://evil.example").is_err());
    }

    /// Whether a sender at `peer` may read the notes, with the token `secret` set or not.
    async fn may_read_notes(guarded: bool, peer: [u8; 4], shown: Option<&str>) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "secret\n").unwrap();
        let token = Some(TokenFile::open(file.path()).unwrap());
        let mut request = Request::builder().uri("/api/v1/scenario/notes");
        if let Some(shown) = shown {
            request = request.header(header::AUTHORIZATION, shown);
        }
        let (mut parts, _) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::from((peer, 7))));
        if guarded {
            parts.extensions.insert(Arc::new(AccessGuard { token, ..AccessGuard::default() }));
        }
        MayChange::from_request_parts(&mut parts, &()).await.is_ok()
    }

    #[tokio::test]
    async fn the_notes_are_for_this_machine_or_for_those_with_the_token() {
        assert!(may_read_notes(true, [127, 0, 0, 1], None).await);
        assert!(may_read_notes(true, [10, 0, 0, 7], Some("Bearer secret")).await);
        assert!(!may_read_notes(true, [10, 0, 0, 7], Some("Bearer other")).await);
        assert!(!may_read_notes(true, [10, 0, 0, 7], None).await);
        assert!(!may_read_notes(false, [127, 0, 0, 1], None).await, "nobody knows the sender");
    }
}
