//! Reads a number in a JSON document.

use std::time::Duration;

use control::{Amount, QueueSample, Reading};
use futures::FutureExt;
use futures::future::BoxFuture;
use model::{MetricSource, QueueReading, ReadError};
use serde_json::Value;

use super::document::Documents;
use super::words::{amount, failed, short};

/// A number in a JSON document.
#[derive(Debug)]
pub(super) struct JsonNumber {
    pub(super) documents: Documents,
    pub(super) url: String,
    pub(super) pointer: String,
}

impl JsonNumber {
    async fn look(&self, taken_at: Duration) -> Result<QueueReading, ReadError> {
        let url = client::args::parse_url(&self.url);
        let url = url.map_err(|why| failed(format!("url {}: {why}", short(&self.url))))?;
        let document = self.documents.get(url.clone()).await?;
        let value = number(document.success(&url, |_| None)?, &self.pointer)?;
        let reading = Reading { sample: QueueSample::metric(value), taken_at };
        Ok(QueueReading { reading, ..QueueReading::default() })
    }
}

impl MetricSource for JsonNumber {
    fn read(&mut self, now: Duration) -> BoxFuture<'_, Result<QueueReading, ReadError>> {
        self.look(now).boxed()
    }
}

/// The number at a place in a document.
fn number(body: &[u8], pointer: &str) -> Result<Amount, ReadError> {
    let document: Value = serde_json::from_slice(body).map_err(|error| {
        failed(format!("the answer is not JSON: {}", short(&error.to_string())))
    })?;
    let place = if pointer.is_empty() { "the document" } else { pointer };
    let place = short(place);
    let found = document.pointer(pointer);
    let found = found.ok_or_else(|| failed(format!("the document has nothing at {place}")))?;
    let what = match found {
        Value::Number(number) => {
            return amount(number.as_f64().unwrap_or(f64::NAN), &format!("the value at {place}"));
        }
        Value::String(text) => format!("the text {:?}", short(text)),
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    Err(failed(format!("{place} is {what}, and not a number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, pointer: &str) -> Result<f64, String> {
        number(body.as_bytes(), pointer).map(Amount::get).map_err(|error| error.to_string())
    }

    #[test]
    fn the_number_at_the_pointer_is_read() {
        let body = r#"{"a/b": {"~": [1, 23.5]}, "n": 0, "big": 1e3}"#;
        let cases = [("/a~1b/~0/1", 23.5), ("/n", 0.0), ("/big", 1000.0)];
        for (pointer, value) in cases {
            assert_eq!(read(body, pointer), Ok(value), "{pointer}");
        }
        assert_eq!(read(" 7\n", ""), Ok(7.0));
    }

    #[test]
    fn what_is_no_number_is_a_failure_that_names_it() {
        let body = r#"{"t": "23", "b": true, "z": null, "l": [], "o": {}, "m": -1, "h": 1e300}"#;
        let cases = [
            ("/t", "/t is the text \"23\", and not a number"),
            ("/b", "/b is true, and not a number"),
            ("/z", "/z is null, and not a number"),
            ("/l", "/l is a list, and not a number"),
            ("/o", "/o is an object, and not a number"),
            ("/x", "the document has nothing at /x"),
            ("/l/0", "the document has nothing at /l/0"),
            ("/m", "the value at /m is -1, and not a number from 0 to 1e15"),
            ("", "the document is an object, and not a number"),
        ];
        for (pointer, says) in cases {
            assert_eq!(read(body, pointer), Err(says.to_owned()));
        }
        assert!(read(body, "/h").unwrap_err().contains("not a number from 0 to 1e15"));
        assert!(read("<html>", "").unwrap_err().starts_with("the answer is not JSON: "));
    }
}
