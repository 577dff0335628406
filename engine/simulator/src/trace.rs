//! Recorded loads: CSV with moments and rates, and its way into a scenario.
//!
//! Whoever plays a scenario reads the files, for nothing is read in here.

use std::fmt;

use crate::Time;
use crate::arrivals::{Arrivals, RATES};
use crate::checks::Problem;
use crate::scenario::Scenario;
use crate::span::whole_micros;

/// The first line of every trace.
const HEAD: &str = "time_s,rate";

/// What is wrong with a line of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Which; the first is 1.
    pub line: usize,
    /// What is wrong with it.
    pub text: String,
}

/// Why a scenario has not got its trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoTrace {
    /// The file cannot be read; the problem is the scenario's, for it names the file.
    Unread(Problem),
    /// The file, as the scenario names it, and the first of its lines that is wrong.
    Bad(String, BadLine),
}

impl fmt::Display for NoTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoTrace::Unread(problem) => problem.fmt(f),
            NoTrace::Bad(file, BadLine { line, text }) => write!(f, "{file}: line {line}: {text}"),
        }
    }
}

impl Scenario {
    /// The same with the points of its traces; `read` gives a file's text, or why there is none.
    ///
    /// # Errors
    /// The first trace that cannot be read, or is none.
    pub fn with_traces(
        mut self,
        read: impl Fn(&str) -> Result<String, String>,
    ) -> Result<Scenario, NoTrace> {
        for queue in &mut self.queues {
            let Some(Arrivals::Trace { file, even }) = &queue.arrivals else { continue };
            let unread = |error| {
                let text = format!("{file} cannot be read: {error}");
                NoTrace::Unread(Problem { owner: Some(queue.name.clone()), key: "file", text })
            };
            let text = read(file).map_err(unread)?;
            let points = parse(&text).map_err(|bad| NoTrace::Bad(file.clone(), bad))?;
            queue.arrivals = Some(Arrivals::Replay { points, even: *even });
        }
        Ok(self)
    }
}

/// Reads a trace: after its head, each line has a time in seconds and a rate in jobs a second that
/// holds until the next one.
///
/// # Errors
/// The first line that is wrong.
pub fn parse(text: &str) -> Result<Vec<(Time, f64)>, BadLine> {
    let bad = |line, text| Err(BadLine { line, text });
    // Spreadsheets begin their files with a mark of the byte order.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..).zip(text.lines());
    if lines.next().map(|(_, head)| head.trim()) != Some(HEAD) {
        return bad(1, format!("must be the head, {HEAD}"));
    }
    let mut points: Vec<(Time, f64)> = Vec::new();
    for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
        match point(text) {
            Ok((at, _)) if points.last().is_some_and(|(before, _)| at <= *before) => {
                return bad(line, "time_s must be more than in the line before".to_owned());
            }
            Ok(point) => points.push(point),
            Err(text) => return bad(line, text),
        }
    }
    if points.is_empty() {
        bad(2, "is missing; it must be a time and a rate".into())
    } else {
        Ok(points)
    }
}

fn point(line: &str) -> Result<(Time, f64), String> {
    let Some((at, rate)) = line.split_once(',') else {
        return Err(format!("must be {HEAD}, with a comma in between"));
    };
    let (seconds, rate) = (number("time_s", at)?, number("rate", rate)?);
    let at = whole_micros(seconds).ok_or("time_s must be from 0 to 30 days, in seconds")?;
    if !RATES.contains(&rate) {
        return Err("rate must be from 0 to 10000 jobs a second".to_owned());
    }
    Ok((at, rate))
}

fn number(column: &str, text: &str) -> Result<f64, String> {
    let text = text.trim();
    text.parse().map_err(|_| format!("{column} is {text:?}, which is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bad_trace_is_refused_by_line() {
        let cases = [
            ("", 1, "must be the head"),
            ("rate,time_s\n0,1\n", 1, "must be the head, time_s,rate"),
            ("time_s,rate\n", 2, "is missing"),
            ("time_s,rate\n0 1\n", 2, "must be time_s,rate, with a comma"),
            ("time_s,rate\n0,1\n15,many\n", 3, "rate is \"many\", which is no number"),
            ("time_s,rate\n0,1\n15,\n", 3, "rate is \"\", which is no number"),
            ("time_s,rate\n0,1,2\n", 2, "rate is \"1,2\", which is no number"),
            ("time_s,rate\n15s,1\n", 2, "time_s is \"15s\", which is no number"),
            ("time_s,rate\n-1,1\n", 2, "time_s must be from 0"),
            ("time_s,rate\ninf,1\n", 2, "time_s must be from 0"),
            ("time_s,rate\n0,-1\n", 2, "rate must be from 0"),
            ("time_s,rate\n0,NaN\n", 2, "rate must be from 0"),
            ("time_s,rate\n0,10001\n", 2, "rate must be from 0 to 10000"),
            ("time_s,rate\n\n9,1\n9,1\n", 4, "time_s must be more"),
            ("time_s,rate\r\n9,1\r\n8,1\r\n", 3, "time_s must be more"),
        ];
        for (text, line, begin) in cases {
            let bad = parse(text).unwrap_err();
            assert!(bad.line == line && bad.text.starts_with(begin), "{bad:?} for {text:?}");
        }
    }

    #[test]
    fn a_trace_may_come_from_a_spreadsheet() {
        let points = parse("\u{feff}time_s,rate\r\n0, 2\r\n1.5,0.25\r\n\r\n").unwrap();
        assert_eq!(points, [(Time::ZERO, 2.0), (Time::from_millis(1500), 0.25)]);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            points in prop::collection::btree_map(0..2_000_000_000_u64, 0.0..10_000.0, 1..40),
        ) {
            let points = points.into_iter().map(|(micros, rate)| (Time::from_micros(micros), rate));
            let points: Vec<(Time, f64)> = points.collect();
            let lines = points.iter().map(|(at, rate)| format!("{},{rate}\n", at.as_secs_f64()));
            prop_assert_eq!(parse(&format!("{HEAD}\n{}", lines.collect::<String>())), Ok(points));
        }

        #[test]
        fn whatever_is_read_can_be_played(lines in "([0-9.e+-]{0,6},?[0-9a-z.-]{0,6}\n){0,5}") {
            if let Ok(points) = parse(&format!("{HEAD}\n{lines}")) {
                prop_assert_eq!(Arrivals::Replay { points, even: true }.problem(), None);
            }
        }
    }
}
