//! The protocol between a program and the engine that started it.
//!
//! The engine holds the write end of the program's standard input, and never writes. When the
//! engine ends, even by kill -9, the operating system closes the pipe, and the program shuts down.
//! On standard output the program reports three things, a line each: where it listens, that it is
//! ready, and its counters at the end.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;

use prometheus::Registry;
use prometheus::proto::MetricType;

use crate::output;
use crate::shutdown::Trigger;

/// The environment variable by which a parent tells that it holds the program's pipes.
pub const VARIABLE: &str = "MICROSCALING_PARENT";
/// Its value.
pub const HOLDS_PIPES: &str = "pipes";

/// One line from a program to its parent.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// It accepts connections at this address.
    Listening(SocketAddr),
    /// It can do its work.
    Ready,
    /// It shuts down; the sums of its counters by name, over all labels.
    Left(BTreeMap<String, f64>),
}

impl Word {
    /// The line for this report, without its line break.
    pub fn to_line(&self) -> String {
        match self {
            Word::Listening(address) => format!("listening {address}"),
            Word::Ready => "ready".to_owned(),
            Word::Left(counters) => format!("left {}", serde_json::json!(counters)),
        }
    }

    /// Parses a line; `None` if it is not a report.
    pub fn from_line(line: &str) -> Option<Word> {
        match line.split_once(' ') {
            None if line == "ready" => Some(Word::Ready),
            Some(("listening", address)) => address.parse().ok().map(Word::Listening),
            Some(("left", json)) => serde_json::from_str(json).ok().map(Word::Left),
            _ => None,
        }
    }
}

/// Whether a parent says that it holds our pipes.
pub(crate) fn is_there() -> bool {
    std::env::var(VARIABLE).is_ok_and(|value| value == HOLDS_PIPES)
}

/// The program's side; it writes nothing unless a parent holds the pipes.
#[derive(Debug, Clone, Copy)]
pub struct Parent {
    present: bool,
}

impl Parent {
    /// Checks whether a parent holds our pipes; if so, sets `trigger` when the parent ends.
    pub fn find(trigger: Trigger) -> Parent {
        let present = is_there();
        if present {
            std::thread::spawn(move || {
                wait_for_end();
                trigger.set();
            });
        }
        Parent { present }
    }

    /// Whether a parent holds our pipes.
    pub fn is_present(&self) -> bool {
        self.present
    }

    /// Sends a report to the parent, if there is one.
    pub fn say(&self, word: &Word) {
        if self.present {
            // A missing parent is noticed by the end of standard input, so errors are ignored.
            output::say(&word.to_line());
        }
    }
}

/// Blocks until standard input ends; its bytes are discarded.
fn wait_for_end() {
    let mut input = std::io::stdin().lock();
    let mut scrap = [0; 64];
    while !matches!(input.read(&mut scrap), Ok(0) | Err(_)) {}
}

/// The sums of all counters of `registry` by name.
pub fn counters(registry: &Registry) -> BTreeMap<String, f64> {
    let families = registry.gather();
    let counters = families.iter().filter(|f| f.get_field_type() == MetricType::COUNTER);
    counters
        .map(|family| {
            let sum = family.get_metric().iter().map(|m| m.get_counter().get_value()).sum();
            (family.name().to_owned(), sum)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_is_parsed_from_its_line() {
        let words = [
            Word::Listening("127.0.0.1:4151".parse().unwrap()),
            Word::Ready,
            Word::Left(BTreeMap::from([("jobs_total".to_owned(), 412.0)])),
        ];
        for word in words {
            assert_eq!(Word::from_line(&word.to_line()), Some(word));
        }
    }

    #[test]
    fn a_foreign_line_is_not_a_report() {
        for line in ["", "hello", "listening here", "left {", "ready now"] {
            assert_eq!(Word::from_line(line), None, "{line}");
        }
    }
}
