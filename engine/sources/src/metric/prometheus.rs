//! Instant queries to a Prometheus server.

use std::collections::BTreeMap;
use std::time::Duration;

use client::Url;
use control::{Amount, QueueSample, Reading};
use futures::FutureExt;
use futures::future::BoxFuture;
use model::{MetricSource, QueueReading, ReadError};
use serde::Deserialize;
use serde_json::Value;

use super::document::Documents;
use super::words::{amount, failed, short};

/// How many series a line names.
const NAMED: usize = 3;

/// A query that is asked again for each reading.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) documents: Documents,
    /// The server; `None` if the engine was started without one.
    pub(super) server: Option<Url>,
    pub(super) query: String,
}

impl Query {
    async fn look(&self, taken_at: Duration) -> Result<QueueReading, ReadError> {
        let server = self.server.as_ref();
        let server = server.ok_or_else(|| {
            failed("the engine knows no Prometheus server; start it with --prometheus URL")
        })?;
        let document = self.documents.get(asking(server, &self.query)).await?;
        let value = value(document.success(server, refusal)?)?;
        let reading = Reading { sample: QueueSample::metric(value), taken_at };
        Ok(QueueReading { reading, ..QueueReading::default() })
    }
}

impl MetricSource for Query {
    fn read(&mut self, now: Duration) -> BoxFuture<'_, Result<QueueReading, ReadError>> {
        self.look(now).boxed()
    }
}

/// The address of an instant query; a path of the server's address is kept.
fn asking(server: &Url, query: &str) -> Url {
    let mut url = server.clone();
    let path = format!("{}/api/v1/query", server.path().trim_end_matches('/'));
    url.set_path(&path);
    url.query_pairs_mut().clear().append_pair("query", query);
    url
}

/// The answer to an instant query.
#[derive(Debug, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Answer {
    Success { data: Data },
    Error { error: String },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Value,
}

/// A series with its value; a histogram has no value.
#[derive(Debug, Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: Option<(f64, String)>,
}

/// Why Prometheus has refused a query, in its own words.
fn refusal(body: &[u8]) -> Option<String> {
    match serde_json::from_slice(body) {
        Ok(Answer::Error { error }) => Some(short(&error)),
        Ok(Answer::Success { .. }) | Err(_) => None,
    }
}

/// The value of the one series in an answer.
fn value(body: &[u8]) -> Result<Amount, ReadError> {
    let strange = |error: serde_json::Error| {
        let error = short(&error.to_string());
        failed(format!("the answer is not that of a Prometheus server: {error}"))
    };
    let Data { result_type, result } = match serde_json::from_slice(body).map_err(strange)? {
        Answer::Success { data } => data,
        Answer::Error { error } => {
            return Err(failed(format!("Prometheus refused the query: {}", short(&error))));
        }
    };
    match result_type.as_str() {
        "vector" => one(&serde_json::from_value::<Vec<Series>>(result).map_err(strange)?),
        "scalar" => {
            let (_, value): (f64, String) = serde_json::from_value(result).map_err(strange)?;
            parsed(&value)
        }
        other => {
            let other = short(other);
            Err(failed(format!("the query gives a {other}; it must give one series or a scalar")))
        }
    }
}

fn one(all: &[Series]) -> Result<Amount, ReadError> {
    match all {
        [] => Err(ReadError::Absent("the query finds no series".to_owned())),
        [Series { value: Some((_, value)), .. }] => parsed(value),
        [series] => Err(failed(format!("the query gives a histogram, {}", labels(series)))),
        several => {
            let names: Vec<String> = several.iter().take(NAMED).map(labels).collect();
            let more = if several.len() > NAMED { ", ..." } else { "" };
            let (count, names) = (several.len(), names.join(", "));
            let remedy = "sum them, or choose one";
            Err(failed(format!("the query gives {count} series ({names}{more}); {remedy}")))
        }
    }
}

/// A series' name as in PromQL, shortened.
fn labels(series: &Series) -> String {
    let name = series.metric.get("__name__").map(String::as_str).unwrap_or_default();
    let labels = series.metric.iter().filter(|(label, _)| *label != "__name__");
    let labels: Vec<String> = labels.map(|(label, value)| format!("{label}={value:?}")).collect();
    short(&format!("{name}{{{}}}", labels.join(",")))
}

/// A value, which Prometheus writes as text.
fn parsed(text: &str) -> Result<Amount, ReadError> {
    let value = text.parse();
    let value = value.map_err(|_| failed(format!("the value {:?} is no number", short(text))))?;
    amount(value, "the value")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, result: &str) -> Result<f64, ReadError> {
        let data = format!(r#"{{"resultType": "{kind}", "result": {result}}}"#);
        let answer = format!(r#"{{"status": "success", "data": {data}}}"#);
        value(answer.as_bytes()).map(Amount::get)
    }

    fn vector(value: &str) -> Result<f64, ReadError> {
        read("vector", &format!(r#"[{{"metric": {{}}, "value": [1.5, "{value}"]}}]"#))
    }

    #[test]
    fn one_series_and_a_scalar_are_read() {
        assert_eq!(vector("23.25"), Ok(23.25));
        assert_eq!(vector("0"), Ok(0.0));
        assert_eq!(read("scalar", r#"[1.5, "7"]"#), Ok(7.0));
    }

    #[test]
    fn an_empty_vector_is_absent_and_not_zero() {
        let none = Err(ReadError::Absent("the query finds no series".to_owned()));
        assert_eq!(read("vector", "[]"), none);
    }

    #[test]
    fn values_that_are_no_demand_are_failures() {
        for (value, said) in [("NaN", "NaN"), ("+Inf", "inf"), ("-Inf", "-inf"), ("-3", "-3")] {
            let text = format!("the value is {said}, and not a number from 0 to 1e15");
            assert_eq!(vector(value), Err(ReadError::Failed(text)));
        }
        assert_eq!(vector("x"), Err(failed("the value \"x\" is no number")));
    }

    #[test]
    fn several_series_are_refused_by_their_names() {
        let series = |host: &str| {
            let metric = format!(r#"{{"__name__": "up", "job": "web", "host": "{host}"}}"#);
            format!(r#"{{"metric": {metric}, "value": [1, "1"]}}"#)
        };
        let all = |hosts: &[&str]| {
            let all: Vec<String> = hosts.iter().map(|host| series(host)).collect();
            read("vector", &format!("[{}]", all.join(","))).unwrap_err().to_string()
        };
        let (a, b) = (r#"up{host="a",job="web"}"#, r#"up{host="b",job="web"}"#);
        let said = format!("the query gives 2 series ({a}, {b}); sum them, or choose one");
        assert_eq!(all(&["a", "b"]), said);
        let long = "x".repeat(1000);
        let said = all(&[&long, &long, &long, &long, &long]);
        assert!(said.starts_with("the query gives 5 series (up{host=\"xxx"), "{said}");
        assert!(said.ends_with("..., ...); sum them, or choose one"), "{said}");
        assert!(said.len() < 400, "{said}");
    }

    #[test]
    fn other_answers_are_failures_that_say_what_they_are() {
        let says = |kind, result| read(kind, result).unwrap_err().to_string();
        let matrix = "the query gives a matrix; it must give one series or a scalar";
        assert_eq!(says("matrix", "[]"), matrix);
        assert_eq!(
            says("vector", r#"[{"metric": {"a": "b"}, "histogram": [1, {}]}]"#),
            r#"the query gives a histogram, {a="b"}"#
        );
        let strange = "the answer is not that of a Prometheus server: ";
        for body in ["<html>", "[]", "\"success\"", r#"{"status": 1}"#, ""] {
            let said = value(body.as_bytes()).unwrap_err().to_string();
            assert!(said.starts_with(strange), "{said}");
        }
        assert!(says("vector", r#"[{"metric": 1}]"#).starts_with(strange));
        let refused = r#"{"status": "error", "errorType": "bad_data", "error": "parse\nerror"}"#;
        let said = value(refused.as_bytes()).unwrap_err().to_string();
        assert_eq!(said, "Prometheus refused the query: parse error");
        assert_eq!(refusal(refused.as_bytes()).unwrap(), "parse error");
        assert_eq!(refusal(b"<html>"), None);
    }

    #[test]
    fn the_path_of_the_server_s_address_is_kept() {
        let asked = |server: &str| asking(&server.parse().unwrap(), "a{b=\"c d\"}").to_string();
        let query = "query?query=a%7Bb%3D%22c+d%22%7D";
        assert_eq!(asked("http://p:9090"), format!("http://p:9090/api/v1/{query}"));
        assert_eq!(asked("http://p/prom/?x=y"), format!("http://p/prom/api/v1/{query}"));
    }
}
