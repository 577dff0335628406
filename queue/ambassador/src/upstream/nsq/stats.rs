//! nsqd's HTTP API: the numbers of a topic and its channel, and emptying the channel.

use client::{Error, Numbers, Url};
use reqwest::{Client, Method, Response};
use serde::Deserialize;

use super::frame::CHANNEL;
use super::shared::Inner;
use crate::upstream::{Levels, TIMEOUT};

/// The longest answer: numbers of one channel.
const LONGEST: usize = 1 << 20;

#[derive(Debug, Deserialize)]
struct Everything {
    topics: Vec<Topic>,
}

#[derive(Debug, Deserialize)]
struct Topic {
    topic_name: String,
    channels: Vec<Channel>,
    /// Messages that are not in a channel yet.
    depth: u64,
    message_count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Channel {
    depth: u64,
    in_flight_count: u64,
    deferred_count: u64,
}

/// The numbers of a topic and its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stats {
    topic_depth: u64,
    published: u64,
    channel: Channel,
}

impl Stats {
    /// Messages that can be received now.
    pub(super) fn ready(&self) -> u64 {
        self.topic_depth + self.channel.depth
    }

    pub(super) fn levels(&self) -> Levels {
        let numbers = Numbers {
            ready: self.ready(),
            in_flight: self.channel.in_flight_count,
            published_total: Some(self.published),
            ..Numbers::default()
        };
        Levels { numbers, delayed: self.channel.deferred_count, ..Levels::default() }
    }
}

pub(super) fn http() -> Client {
    // Without TLS there is nothing that could fail.
    Client::builder().no_proxy().timeout(TIMEOUT).build().unwrap_or_default()
}

impl Inner {
    pub(super) async fn stats(&self) -> Result<Stats, Error> {
        let answer = self.call(Method::GET, "stats", &[("format", "json")]).await?;
        let mut answer = answer;
        let mut text = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|it| self.unheard(&it))? {
            text.extend_from_slice(&part);
            if text.len() > LONGEST {
                return Err(Error::Garbled("the numbers of one channel are too long".to_owned()));
            }
        }
        read(&text, &self.name)
    }

    /// Deletes the channel's messages. Those of the topic's other channels stay.
    pub(super) async fn empty(&self) -> Result<(), Error> {
        self.call(Method::POST, "channel/empty", &[]).await.map(drop)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        more: &[(&str, &str)],
    ) -> Result<Response, Error> {
        let mut url: Url = self.place.http.clone();
        url.set_path(path);
        let query = [("topic", self.name.as_str()), ("channel", CHANNEL)];
        let call = self.http.request(method, url.clone()).query(&query).query(more);
        let answer = call.send().await.map_err(|error| self.unheard(&error))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Error::Failing(format!("{url} answers {status}; is it nsqd's HTTP port?")));
        }
        Ok(answer)
    }

    fn unheard(&self, error: &reqwest::Error) -> Error {
        let url = self.place.http.to_string();
        if error.is_timeout() {
            return Error::Away { url, reason: "no answer in time".to_owned() };
        }
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        // What follows no HTTP is told by the client as any other failure of a request.
        if error.is_request() && !error.is_connect() && cause.to_string().contains("invalid HTTP") {
            return Error::Garbled(format!("{url}: {cause}"));
        }
        Error::Away { url, reason: cause.to_string() }
    }
}

fn read(text: &[u8], name: &str) -> Result<Stats, Error> {
    let all: Everything =
        serde_json::from_slice(text).map_err(|error| Error::Garbled(error.to_string()))?;
    let topic = all.topics.into_iter().find(|topic| topic.topic_name == name);
    let none = || Error::Unknown(format!("NSQ has no topic {name}"));
    let Topic { channels, depth, message_count, .. } = topic.ok_or_else(none)?;
    // Only the one that was asked for is listed.
    let channel = channels.first().copied();
    let none = || Error::Unknown(format!("the topic {name} has no channel {CHANNEL}"));
    let channel = channel.ok_or_else(none)?;
    Ok(Stats { topic_depth: depth, published: message_count, channel })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_a_channel_yet_is_ready() {
        let json = br#"{"version": "1.3.0", "health": "OK", "start_time": 1, "topics": [{
            "topic_name": "jobs", "depth": 2, "message_count": 9, "paused": false, "channels": [{
                "channel_name": "ambassador", "depth": 3, "in_flight_count": 1,
                "deferred_count": 4, "message_count": 7, "clients": []}]}]}"#;
        let levels = read(json, "jobs").unwrap().levels();
        let numbers = levels.numbers;
        assert_eq!((numbers.ready, numbers.in_flight, levels.delayed), (5, 1, 4));
        assert_eq!((numbers.published_total, levels.oldest_age), (Some(9), None));
        assert!(matches!(read(json, "other"), Err(Error::Unknown(_))));
        assert!(matches!(read(b"OK", "jobs"), Err(Error::Garbled(_))));
    }
}
