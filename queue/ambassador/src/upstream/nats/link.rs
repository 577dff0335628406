//! The connection to a NATS server, which reconnects by itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::client::RequestErrorKind;
use async_nats::{Client, ConnectOptions, Event, HeaderMap, Message, Request, ServerError};
use bytes::Bytes;
use client::{Error, Url};
use tokio::sync::watch;
use tokio::time::timeout;

use super::reply::too_large;
use crate::upstream::TIMEOUT;

/// How long the start waits for the first connection, so that the first calls do not fail.
const AT_FIRST: Duration = Duration::from_secs(2);
/// The longest time between two tries to connect.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// How often the server is asked for a sign of life. After two without one it counts as away.
const PING: Duration = Duration::from_secs(2);

#[derive(Debug, Clone)]
pub(super) struct Link {
    client: Client,
    /// The server's address, without a password.
    url: String,
    up: watch::Receiver<bool>,
    /// What the server last said when it refused something.
    said: Arc<Mutex<Option<Said>>>,
}

/// What was heard when the connection failed.
#[derive(Debug, Clone)]
enum Said {
    Refused,
    Failed(String),
}

impl Link {
    pub(super) async fn open(url: &Url) -> Result<Link, Error> {
        let (sender, up) = watch::channel(false);
        let said = Arc::new(Mutex::new(None));
        let heard = said.clone();
        let options = ConnectOptions::new()
            .name("ambassador")
            .retry_on_initial_connect()
            .request_timeout(Some(TIMEOUT))
            .connection_timeout(TIMEOUT)
            .ping_interval(PING)
            .reconnect_delay_callback(|tries| {
                LONGEST_REST.min(Duration::from_millis(50) * tries.min(100) as u32)
            })
            .event_callback(move |event| {
                note(&sender, &heard, event);
                std::future::ready(())
            });
        let mut shown = url.clone();
        // Refused only for addresses without a host, which are not accepted.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        let url_text = url.as_str().trim_end_matches('/').to_owned();
        let away = |reason: String| Error::Away { url: shown.to_string(), reason };
        let client = options.connect(url_text).await.map_err(|it| away(it.to_string()))?;
        let mut first = up.clone();
        let _ = timeout(AT_FIRST, first.wait_for(|up| *up)).await;
        Ok(Link { client, url: shown.to_string(), up, said })
    }

    /// The client, if it is connected. Without this check a call would wait in the client, be
    /// answered as failed, and yet be sent when the server is back.
    pub(super) fn client(&self) -> Result<&Client, Error> {
        if *self.up.borrow() { Ok(&self.client) } else { Err(self.away()) }
    }

    /// Returns when the connection is lost.
    pub(super) async fn lost(&self) {
        let mut up = self.up.clone();
        // If nobody sends any more, the connection is closed for good.
        let _ = up.wait_for(|up| !*up).await;
    }

    pub(super) fn away(&self) -> Error {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let url = self.url.clone();
        match said {
            Some(Said::Refused) => Error::Unauthorized(format!(
                "authorization violation at {url}; give its credentials in the address, as in \
                 nats://USER:PASSWORD@HOST or nats://TOKEN@HOST"
            )),
            Some(Said::Failed(reason)) => Error::Away { url, reason },
            None => Error::Away { url, reason: "there is no connection".to_owned() },
        }
    }

    /// Sends a request and returns its answer.
    pub(super) async fn request(
        &self,
        subject: String,
        headers: Option<HeaderMap>,
        payload: Bytes,
    ) -> Result<Message, Error> {
        let client = self.client()?;
        let request = Request::new().payload(payload).timeout(Some(TIMEOUT));
        let request = match headers {
            Some(headers) => request.headers(headers),
            None => request,
        };
        let asked = tokio::select! {
            asked = client.send_request(subject, request) => asked,
            // It would only run into its time limit.
            () = self.lost() => return Err(self.away()),
        };
        asked.map_err(|error| {
            let url = self.url.clone();
            match error.kind() {
                RequestErrorKind::MaxPayloadExceeded => too_large(client.max_payload()),
                RequestErrorKind::NoResponders => Error::Failing(format!(
                    "{url} has no JetStream or no such stream; start nats-server with --jetstream"
                )),
                _ => Error::Away { url, reason: "no answer in time".to_owned() },
            }
        })
    }
}

fn note(up: &watch::Sender<bool>, said: &Mutex<Option<Said>>, event: Event) {
    let heard = match event {
        Event::Connected => {
            up.send_replace(true);
            None
        }
        Event::Disconnected | Event::Closed => {
            up.send_replace(false);
            return;
        }
        Event::ServerError(ServerError::AuthorizationViolation) => Some(Said::Refused),
        Event::ServerError(error) => refusal(error.to_string()),
        Event::ClientError(error) => refusal(error.to_string()),
        _ => return,
    };
    *said.lock().unwrap_or_else(PoisonError::into_inner) = heard;
}

fn refusal(text: String) -> Option<Said> {
    let is_refusal = text.to_lowercase().contains("authorization violation");
    Some(if is_refusal { Said::Refused } else { Said::Failed(text) })
}
