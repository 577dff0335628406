//! The protocol between a program and the engine that started it.
//!
//! The engine holds the write end of the program's standard input, and writes nothing to it. When
//! the engine ends, even by `kill -9`, the operating system closes the pipe, and the program shuts
//! down. The program writes three reports to standard output, one line each: the address on which
//! it listens, its readiness, and its final counters.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;

use prometheus::Registry;
use prometheus::proto::MetricType;

use crate::output;
use crate::shutdown::Trigger;

/// A parent sets this environment variable to state that it holds the program's pipes.
pub const VARIABLE: &str = "MICROSCALING_PARENT";
/// The value of [`VARIABLE`] if a parent holds the pipes.
pub const HOLDS_PIPES: &str = "pipes";

/// A report of one line from a program to its parent.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// The program accepts connections at this address.
    Listening(SocketAddr),
    /// The program can do its work.
    Ready,
    /// The program has ended its work. The map has each counter's name and its sum over all labels.
    Left(BTreeMap<String, f64>),
}

impl Word {
    /// Returns the line of this report, without a line break.
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

/// Whether a parent has stated that it holds this program's pipes.
pub(crate) fn is_there() -> bool {
    std::env::var(VARIABLE).is_ok_and(|value| value == HOLDS_PIPES)
}

/// The program's side of the protocol. Without a parent that holds the pipes, it writes nothing.
#[derive(Debug, Clone, Copy)]
pub struct Parent {
    present: bool,
}

impl Parent {
    /// Checks whether a parent holds the pipes. If so, sets `trigger` when the parent ends.
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

    /// Whether a parent holds this program's pipes.
    pub fn is_present(&self) -> bool {
        self.present
    }

    /// Sends a report to the parent, if there is one.
    pub fn say(&self, word: &Word) {
        if self.present {
            // Errors are ignored: if the parent has ended, this program shuts down, too.
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

/// Returns the sum over all labels of each counter in `registry`, by the counter's name.
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
