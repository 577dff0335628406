//! The routes of the audience's page. Every other path and method gets a 404.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use futures::StreamExt;
use model::Clock;
use rand::random;
use serde_json::{Value, json};
use service::Shutdown;
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use web::{ApiError, streams};

use super::gate::{Gate, TooMany};
use super::jobs::Button;
use super::page;

const STYLE: &str = include_str!("assets/audience.css");
const SCRIPT: &str = include_str!("assets/audience.js");
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'";
/// The name of the cookie that distinguishes a phone from others at its address. Its value is a
/// random number. The browser keeps it for one session, and the engine for one minute only.
const COOKIE: &str = "phone";

/// The state that all routes share.
#[derive(Debug, Clone)]
pub struct Site {
    /// Sends presses, each of which adds a job.
    pub button: Button,
    /// The page's data for phones, as JSON.
    pub view: watch::Receiver<Arc<str>>,
    /// The engine's clock.
    pub clock: Clock,
    /// Ends the streams at shutdown, because they never end on their own.
    pub shutdown: Shutdown,
    /// Limits the presses.
    pub gate: Arc<Mutex<Gate>>,
}

/// The routes of the audience's page.
pub fn router(site: Site) -> Router {
    Router::new().fallback(answer).with_state(site)
}

async fn answer(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let mut answer = match (request.method().as_str(), request.uri().path()) {
        ("GET", "/") => document(request.headers()),
        ("GET", "/audience.css") => asset("text/css; charset=utf-8", STYLE),
        ("GET", "/audience.js") => asset("text/javascript; charset=utf-8", SCRIPT),
        // Browsers request this icon on their own, and report a 404 as an error of the page.
        ("GET", "/favicon.ico") => StatusCode::NO_CONTENT.into_response(),
        ("GET", "/stream") => stream(site),
        ("POST", "/job") => job(&site, peer, request.headers()).await.into_response(),
        _ => ApiError::not_found("there is no such page").into_response(),
    };
    let headers = answer.headers_mut();
    let policy = HeaderName::from_static("content-security-policy");
    headers.insert(policy, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// Responds with the page, and with a cookie for a phone that has none.
fn document(headers: &HeaderMap) -> Response {
    let html = page::page().into_string();
    let mut answer = asset("text/html; charset=utf-8", html);
    if cookie(headers).is_none() {
        let cookie = format!("{COOKIE}={:032x}; Path=/; HttpOnly; SameSite=Lax", random::<u128>());
        if let Ok(value) = HeaderValue::try_from(cookie) {
            answer.headers_mut().insert(header::SET_COOKIE, value);
        }
    }
    answer
}

/// The number in the phone's cookie; `None` if [`document`] cannot have set this cookie.
fn cookie(headers: &HeaderMap) -> Option<u128> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|all| all.split(';')).filter_map(|pair| pair.split_once('='));
    let (_, number) = pairs.find(|(name, _)| name.trim() == COOKIE)?;
    let number = number.trim();
    let fits = number.len() == 32 && number.bytes().all(|it| it.is_ascii_hexdigit());
    fits.then(|| u128::from_str_radix(number, 16).ok()).flatten()
}

fn asset(content_type: &'static str, text: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

fn stream(site: Site) -> Response {
    let views = WatchStream::new(site.view);
    streams::answer(site.shutdown, views.map(|view| Event::default().data(&*view)))
}

/// `POST /job`: adds a job; each phone may do this once a second.
async fn job(site: &Site, peer: SocketAddr, headers: &HeaderMap) -> Result<Json<Value>, Response> {
    if !is_own_page(headers) {
        let text = "only this page can add a job";
        return Err(ApiError::forbidden(text).into_response());
    }
    site.let_through(peer, cookie(headers)).map_err(|too_many| {
        let again = [(header::RETRY_AFTER, "1")];
        (again, ApiError::too_many(too_many.to_string())).into_response()
    })?;
    let done = site.button.press().await;
    done.map(|()| Json(json!({}))).map_err(|why| ApiError::conflict(why).into_response())
}

impl Site {
    fn let_through(&self, peer: SocketAddr, cookie: Option<u128>) -> Result<(), TooMany> {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.press(self.clock.now(), peer.ip(), cookie)
    }
}

/// Whether the request comes from this page: its `Origin` must equal its `Host`. Any host is
/// accepted, because this machine may have any name in the phones' network.
fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
    match (origin, text(header::HOST)) {
        (Some(origin), Some(host)) => origin.eq_ignore_ascii_case(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cookie_in_our_own_format_is_read() {
        let of = |text: &str| {
            let value = HeaderValue::try_from(text).unwrap();
            cookie(&HeaderMap::from_iter([(header::COOKIE, value)]))
        };
        let number = "000000000000000000000000000000ff";
        assert_eq!(of(&format!("a=b; phone={number}; c=d")), Some(255));
        assert_eq!(of(&format!("phone={number}")), Some(255));
        for other in ["", "phone=", "phone=ff", "telephone=1"] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(of(&format!("phone=+{}", &number[1..])), None);
        assert_eq!(of(&format!("telephone={number}")), None);
        assert_eq!(cookie(&HeaderMap::new()), None);
    }

    #[test]
    fn the_page_sets_its_cookie_once_and_hides_it_from_scripts_and_other_sites() {
        let given = document(&HeaderMap::new()).headers()[header::SET_COOKIE].clone();
        let given = given.to_str().unwrap();
        for part in ["HttpOnly", "SameSite=", "Path=/"] {
            assert!(given.contains(part), "{given}");
        }
        assert!(!given.contains("Expires") && !given.contains("Max-Age"), "{given}");
        let shown = given.split(';').next().unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, shown.parse().unwrap())]);
        assert!(cookie(&headers).is_some());
        assert!(document(&headers).headers().get(header::SET_COOKIE).is_none());
    }
}
