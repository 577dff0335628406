//! The queue, or another figure, that a rule reads.

use std::fmt;

use crate::Time;

/// How often a source that is no queue is read, unless its workload says otherwise: it belongs to
/// others, and most of them measure no more often than this.
pub const INTERVAL: Time = Time::from_secs(5);

/// The queue, or another figure, that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Followed {
    /// The name of the queue or the figure. Workloads that follow the same name share its need.
    pub name: String,
    /// Where it is read.
    pub source: Source,
    /// The time between two readings; `None` for the source's default.
    pub interval: Option<Time>,
}

/// Where a figure is read. A figure that is not read from a queue is called a metric.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// The queue of this name.
    #[default]
    Queue,
    /// An instant query to a Prometheus server.
    Prometheus {
        /// The query, in PromQL.
        query: String,
    },
    /// A number in a JSON document.
    Http {
        /// The document's address.
        url: String,
        /// The number's place in the document: a JSON pointer (RFC 6901).
        pointer: String,
    },
}

impl Source {
    /// The names of all sources, as in configurations.
    pub const NAMES: [&str; 3] = ["queue", "prometheus", "http"];

    /// The source's name, as in configurations.
    pub fn name(&self) -> &'static str {
        match self {
            Source::Queue => "queue",
            Source::Prometheus { .. } => "prometheus",
            Source::Http { .. } => "http",
        }
    }

    /// Whether a queue is read. Only a queue has messages, workers and totals.
    pub fn is_queue(&self) -> bool {
        *self == Source::Queue
    }

    /// How a sentence calls what is read.
    pub fn noun(&self) -> &'static str {
        if self.is_queue() { "queue" } else { "metric" }
    }
}

impl Followed {
    /// A queue, read once a tick.
    pub fn queue(name: &str) -> Followed {
        Followed { name: name.to_owned(), ..Followed::default() }
    }

    /// Whether it is a queue.
    pub fn is_queue(&self) -> bool {
        self.source.is_queue()
    }

    /// The time between two readings. Nothing is read more often than the engine decides.
    pub fn interval(&self, tick: Time) -> Time {
        let default = if self.is_queue() { tick } else { INTERVAL };
        self.interval.unwrap_or(default).max(tick)
    }
}

/// Prints it as reasons call it: `queue jobs`, `metric sessions`.
impl fmt::Display for Followed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.source.noun(), self.name)
    }
}

/// A measured value, 0 or more, exact to a thousandth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount {
    thousandths: u64,
}

impl Amount {
    /// The largest amount.
    pub const MOST: f64 = 1e15;

    /// `None` if the value is no amount: not a number, infinite, less than 0, or more than
    /// [`Amount::MOST`]. A value above 0 never becomes 0.
    pub fn new(value: f64) -> Option<Amount> {
        let is_amount = (0.0..=Amount::MOST).contains(&value);
        let least = if value > 0.0 { 1.0 } else { 0.0 };
        is_amount.then(|| Amount { thousandths: (value * 1000.0).round().max(least) as u64 })
    }

    /// The amount of a count.
    pub fn of(count: u64) -> Amount {
        Amount { thousandths: count.saturating_mul(1000) }
    }

    /// The value.
    pub fn get(self) -> f64 {
        self.thousandths as f64 / 1000.0
    }

    /// The value, rounded up.
    pub fn ceil(self) -> u64 {
        self.thousandths.div_ceil(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_amount_is_refused_and_a_small_one_is_not_zero() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.001, 2e15] {
            assert_eq!(Amount::new(value), None, "{value}");
        }
        let ceiled = [0.0, -0.0, 1e-9, 0.9, 23.0, 23.0004, 23.2].map(|it| Amount::new(it).unwrap());
        assert_eq!(ceiled.map(Amount::ceil), [0, 0, 1, 1, 23, 23, 24]);
        assert_eq!(Amount::of(7), Amount::new(7.0).unwrap());
    }

    #[test]
    fn nothing_is_read_more_often_than_the_engine_decides() {
        let (tick, second) = (Time::from_millis(500), Time::from_secs(1));
        let queue = Followed::queue("jobs");
        assert_eq!(queue.interval(tick), tick);
        let source = Source::Prometheus { query: "up".to_owned() };
        let metric = Followed { source, ..queue };
        assert_eq!(metric.interval(tick), INTERVAL);
        assert_eq!(Followed { interval: Some(second), ..metric.clone() }.interval(tick), second);
        assert_eq!(Followed { interval: Some(tick), ..metric }.interval(second), second);
    }
}
