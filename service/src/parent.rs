//! What a program and the engine that started it say to each other.
//!
//! The engine holds the write end of the program's standard input. It never writes; when the
//! engine ends, even by kill -9, the operating system closes the pipe, and the program leaves.
//! On standard output the program says three things, a line each: where it listens, that it is
//! ready, and its counters as it leaves.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;

use prometheus::Registry;
use prometheus::proto::MetricType;

use crate::output;
use crate::shutdown::Trigger;

/// The environment variable by which a parent says that it holds the program's pipes.
pub const VARIABLE: &str = "MICROSCALING_PARENT";
/// Its value.
pub const HOLDS_PIPES: &str = "pipes";

/// One line from a program to its parent.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// It takes connections here.
    Listening(SocketAddr),
    /// It can do its work.
    Ready,
    /// It leaves; the sums of its counters by name, over all their labels.
    Left(BTreeMap<String, f64>),
}

impl Word {
    /// The line for this word, without its end.
    pub fn to_line(&self) -> String {
        match self {
            Word::Listening(address) => format!("listening {address}"),
            Word::Ready => "ready".to_owned(),
            Word::Left(counters) => format!("left {}", serde_json::json!(counters)),
        }
    }

    /// Reads a line; `None` where it is not a word of ours.
    pub fn from_line(line: &str) -> Option<Word> {
        match line.split_once(' ') {
            None if line == "ready" => Some(Word::Ready),
            Some(("listening", address)) => address.parse().ok().map(Word::Listening),
            Some(("left", json)) => serde_json::from_str(json).ok().map(Word::Left),
            _ => None,
        }
    }
}

/// Whether a parent holds our pipes, as it says.
pub(crate) fn is_there() -> bool {
    std::env::var(VARIABLE).is_ok_and(|value| value == HOLDS_PIPES)
}

/// The program's side: silent unless a parent holds its pipes.
#[derive(Debug, Clone, Copy)]
pub struct Parent {
    present: bool,
}

impl Parent {
    /// Looks whether a parent holds our pipes, and leaves by `trigger` when it ends.
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

    /// Says a word, if there is a parent to hear it.
    pub fn say(&self, word: &Word) {
        if self.present {
            // A parent that is gone cannot hear; the end of our input says so better.
            output::say(&word.to_line());
        }
    }
}

/// Blocks until standard input ends. Any byte before that is thrown away.
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
    fn every_word_comes_back_from_its_line() {
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
    fn a_foreign_line_is_no_word() {
        for line in ["", "hello", "listening here", "left {", "ready now"] {
            assert_eq!(Word::from_line(line), None, "{line}");
        }
    }
}
