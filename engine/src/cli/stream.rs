//! Reads the stream of server-sent events that feeds the page.

use anyhow::Context;
use reqwest::{Response, Url};

/// The largest event that is read, in bytes; a snapshot has a few hundred kilobytes.
const LONGEST: usize = 16 << 20;

/// A server-sent event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    /// The event's name; empty if the event has no name.
    pub(crate) name: String,
    pub(crate) data: String,
    /// The event's position in the stream, where a new connection can continue; may be empty.
    pub(crate) id: String,
}

/// An open stream of events.
#[derive(Debug)]
pub(crate) struct Events {
    answer: Response,
    /// The bytes received after the last whole event.
    rest: Vec<u8>,
}

impl Events {
    /// Opens the stream of the engine at `url`; the first event is the one after the id `heard`.
    pub(crate) async fn at(
        http: &reqwest::Client,
        url: &Url,
        heard: &str,
    ) -> anyhow::Result<Events> {
        let mut url = url.join("page/stream")?;
        if !heard.is_empty() {
            url.query_pairs_mut().append_pair("after", heard);
        }
        let answer = http.get(url.clone()).send().await;
        let answer = answer.with_context(|| format!("no engine answers at {url}"))?;
        let answer =
            answer.error_for_status().with_context(|| format!("{url} is not an engine"))?;
        Ok(Events { answer, rest: Vec::new() })
    }

    /// Waits for the next event and returns it; `None` once the stream has ended.
    ///
    /// # Errors
    /// When the stream breaks off or is not a stream of events.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<Event>> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.rest.drain(..end + 2).collect();
                return Ok(Some(event_of(&String::from_utf8_lossy(&event))));
            }
            anyhow::ensure!(self.rest.len() < LONGEST, "an event exceeds {LONGEST} bytes");
            match self.answer.chunk().await? {
                Some(chunk) => self.rest.extend_from_slice(&chunk),
                None => return Ok(None),
            }
        }
    }
}

fn event_of(text: &str) -> Event {
    let mut event = Event::default();
    for line in text.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut event.name),
            "id" => value.clone_into(&mut event.id),
            "data" if event.data.is_empty() => value.clone_into(&mut event.data),
            "data" => event.data = format!("{}\n{value}", event.data),
            // Ignores comments, which keep the connection alive, and fields of later versions.
            _ => {}
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_by_its_fields() {
        let event = event_of("event: frame\nid: 0a-7\ndata: {\"a\":\ndata: 1}\n: alive\n\n");
        assert_eq!((event.name.as_str(), event.id.as_str()), ("frame", "0a-7"));
        assert_eq!(event.data, "{\"a\":\n1}");
        assert_eq!(event_of(": alive\n\n"), Event::default());
    }
}
