//! Reads the page's stream.

use reqwest::Response;
use serde_json::Value;

/// An event of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: String,
}

impl Event {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap()
    }
}

/// An open stream of events.
pub struct Stream {
    answer: Response,
    heard: Vec<u8>,
}

impl Stream {
    /// Opens a stream, and checks the headers that let it through proxies unchanged.
    pub async fn open(url: &str) -> Stream {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{url}");
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream", "{url}");
        assert_eq!(header("x-accel-buffering"), "no", "a proxy gathers what comes: {url}");
        assert_eq!(header("cache-control"), "no-store, no-transform", "{url}");
        Stream { answer, heard: Vec::new() }
    }

    /// The next event; `None` once the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.heard.windows(2).position(|two| two == b"\n\n") {
                let text = String::from_utf8(self.heard.drain(..end + 2).collect()).unwrap();
                let field = |name: &str| {
                    let line = text.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim_start().to_owned()).unwrap_or_default()
                };
                let event = Event { name: field("event:"), id: field("id:"), data: field("data:") };
                // A comment only keeps the connection open.
                if !event.data.is_empty() {
                    return Some(event);
                }
                continue;
            }
            self.heard.extend(self.answer.chunk().await.unwrap()?);
        }
    }
}
