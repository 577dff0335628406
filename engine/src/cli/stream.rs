//! The page's stream, as a program hears it.

use anyhow::Context;
use reqwest::{Response, Url};

/// The longest event that is read; a snapshot has some hundred kilobytes.
const LONGEST: usize = 16 << 20;

/// A server-sent event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    /// Its name; empty where it has none.
    pub(crate) name: String,
    /// Its data.
    pub(crate) data: String,
    /// How far one has heard with it; empty where it does not say.
    pub(crate) id: String,
}

/// A stream of events that is being heard.
#[derive(Debug)]
pub(crate) struct Events {
    answer: Response,
    /// What has come and is no whole event yet.
    rest: Vec<u8>,
}

impl Events {
    /// Begins to hear the stream at `url`, from after the event `heard`.
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
        let answer = answer.error_for_status().with_context(|| format!("{url} is no engine"))?;
        Ok(Events { answer, rest: Vec::new() })
    }

    /// The next event; `None` where the stream has ended.
    ///
    /// # Errors
    /// When it breaks off, or is none.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<Event>> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.rest.drain(..end + 2).collect();
                return Ok(Some(event_of(&String::from_utf8_lossy(&event))));
            }
            anyhow::ensure!(self.rest.len() < LONGEST, "an event has no end");
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
            // A comment, which keeps the connection alive, or a field of later times.
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
