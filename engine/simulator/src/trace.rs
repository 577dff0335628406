//! Recorded loads: CSV files with times and rates.
//!
//! The caller reads the files; this crate does no I/O.

use std::fmt;

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::Time;
use crate::arrivals::{Arrivals, MOST_POINTS, RATES};
use crate::checks::ScenarioError;
use crate::scenario::Scenario;
use crate::span::whole_micros;

/// The columns of every trace.
const COLUMNS: [&str; 2] = ["time_s", "rate"];

/// An error in a line of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line's number, counted from 1.
    pub line: usize,
    #[allow(missing_docs)] // the name says it
    pub text: String,
}

/// Why a scenario's trace cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoTrace {
    /// The file cannot be read: an error of the scenario, which names the file.
    Unread(ScenarioError),
    /// The file, as named in the scenario, and its first invalid line.
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
    /// The scenario with the points of its traces. `read` turns a file's name into the file's text.
    ///
    /// # Errors
    /// The first trace that cannot be read or parsed.
    pub fn with_traces(
        mut self,
        read: impl Fn(&str) -> Result<String, String>,
    ) -> Result<Scenario, NoTrace> {
        for queue in &mut self.queues {
            let Some(Arrivals::Trace { file, even }) = &queue.arrivals else { continue };
            let unread = |error| {
                let text = format!("{file} cannot be read: {error}");
                NoTrace::Unread(ScenarioError {
                    owner: Some(queue.name.clone()),
                    key: "file",
                    text,
                })
            };
            let text = read(file).map_err(unread)?;
            let points = parse(&text).map_err(|bad| NoTrace::Bad(file.clone(), bad))?;
            queue.arrivals = Some(Arrivals::Replay { points, even: *even });
        }
        Ok(self)
    }
}

/// Parses a trace. After the header, each line has a time in seconds and a rate in jobs per second,
/// which holds until the next line's time. Columns are found by name; other columns are ignored.
///
/// # Errors
/// The first invalid line.
pub fn parse(text: &str) -> Result<Vec<(Time, f64)>, BadLine> {
    let bad = |line, text: &str| Err(BadLine { line, text: text.to_owned() });
    // Spreadsheets start their files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new();
    let reader = reader.flexible(true).has_headers(false).trim(Trim::All);
    let mut lines = reader.from_reader(text.as_bytes()).into_records();
    let head = lines.next().transpose().map_err(|error| unread(&error))?;
    let head = head.unwrap_or_default();
    let [at, rate] = COLUMNS.map(|name| column(&head, name));
    let (at, rate) = (at?, rate?);
    let mut points: Vec<(Time, f64)> = Vec::new();
    for record in lines {
        let record = record.map_err(|error| unread(&error))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if points.len() == MOST_POINTS {
            return bad(line(text, &record), &format!("there are more than {MOST_POINTS} lines"));
        }
        let point = point(record.get(at), record.get(rate));
        match point.map_err(|what| BadLine { line: line(text, &record), text: what })? {
            (at, _) if points.last().is_some_and(|(before, _)| at <= *before) => {
                return bad(line(text, &record), "time_s must be more than in the line before");
            }
            point => points.push(point),
        }
    }
    if points.is_empty() { bad(2, "is missing; it must be a time and a rate") } else { Ok(points) }
}

/// The index of a column in the header.
fn column(head: &StringRecord, name: &str) -> Result<usize, BadLine> {
    let bad = |what: String| BadLine { line: 1, text: what };
    let mut found = (0..).zip(head).filter(|(_, it)| it.eq_ignore_ascii_case(name));
    let [first, second] = COLUMNS;
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some(_), Some(_)) => Err(bad(format!("the column {name} is given twice; remove one"))),
        (None, _) => {
            let wanted = format!("must be the header line, with the columns {first} and {second}");
            Err(bad(format!("{wanted}, separated by commas; {name} is missing")))
        }
    }
}

/// The number of the line in which a record starts. The CSV reader's own number is too low if lines
/// end with `\r\n`, or if there are empty lines before the record.
fn line(text: &str, record: &StringRecord) -> usize {
    let at = record.position().map_or(0, |place| usize::try_from(place.byte()).unwrap_or(0));
    let before = |c: char| c == '\r' || c == '\n';
    let rest = text.get(at..).unwrap_or_default();
    let begin = text.len() - rest.trim_start_matches(before).len();
    1 + text[..begin].matches(if text.contains('\n') { '\n' } else { '\r' }).count()
}

fn unread(error: &csv::Error) -> BadLine {
    let place = error.position().map_or(1, csv::Position::line);
    BadLine { line: usize::try_from(place).unwrap_or(usize::MAX), text: error.to_string() }
}

fn point(at: Option<&str>, rate: Option<&str>) -> Result<(Time, f64), String> {
    let (seconds, rate) = (number("time_s", at)?, number("rate", rate)?);
    let at = whole_micros(seconds).ok_or("time_s must be from 0 to 30 days, in seconds")?;
    if !RATES.contains(&rate) {
        return Err("rate must be from 0 to 10000 jobs a second".to_owned());
    }
    Ok((at, rate))
}

fn number(column: &str, text: Option<&str>) -> Result<f64, String> {
    let text = text.ok_or_else(|| format!("{column} is missing"))?;
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        format!("{column} is {shown:?}, which is not a number")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bad_trace_is_refused_by_line() {
        let cases = [
            ("", 1, "must be the head"),
            ("rate;time_s\n0,1\n", 1, "must be the header line, with the columns time_s and rate"),
            ("time_s,speed\n0,1\n", 1, "must be the header line, with the columns time_s and rate"),
            ("rate,time_s,rate\n0,1\n", 1, "the column rate is given twice"),
            ("\"a\nb\",rate,time_s\n\"x\ny\",1,2\n\"x\ny\",many,3\n", 5, "rate is \"many\""),
            ("time_s,rate\n\"1,5\",1\n", 2, "time_s is \"1,5\", which is not a number"),
            ("time_s,rate\n", 2, "is missing"),
            ("time_s,rate\n0 1\n", 2, "time_s is \"0 1\", which is not a number"),
            ("time_s,rate\n0,1\n15,many\n", 3, "rate is \"many\", which is not a number"),
            ("time_s,rate\n0,1\n15,\n", 3, "rate is \"\", which is not a number"),
            ("time_s,note,rate\n0,1\n", 2, "rate is missing"),
            ("time_s,rate\n15s,1\n", 2, "time_s is \"15s\", which is not a number"),
            ("time_s,rate\n-1,1\n", 2, "time_s must be from 0"),
            ("time_s,rate\ninf,1\n", 2, "time_s must be from 0"),
            ("time_s,rate\n0,-1\n", 2, "rate must be from 0"),
            ("time_s,rate\n0,NaN\n", 2, "rate must be from 0"),
            ("time_s,rate\n0,10001\n", 2, "rate must be from 0 to 10000"),
            ("time_s,rate\n\n9,1\n9,1\n", 4, "time_s must be more"),
            ("time_s,rate\r\n9,1\r\n8,1\r\n", 3, "time_s must be more"),
            ("time_s,rate\r9,1\r\r8,1\r", 4, "time_s must be more"),
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

    #[test]
    fn columns_are_found_by_their_names_and_fields_may_be_in_quotes() {
        let texts = [
            "rate,time_s\n2,0\n0.25,1.5\n",
            "\"time_s\",\"rate\"\n\"0\",\"2\"\n\"1.5\",\"0.25\"\n",
            "note, Rate ,at,TIME_S\n\"a, \"\"b\"\"\nc\",2,x,0,more\n,0.25,,1.5\n,,,\n",
            "time_s,rate,\r\n0,2,\r\n1.5,0.25,\r\n,,\r\n",
        ];
        for text in texts {
            let points = parse(text).unwrap();
            assert_eq!(points, [(Time::ZERO, 2.0), (Time::from_millis(1500), 0.25)], "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            points in prop::collection::btree_map(0..2_000_000_000_u64, 0.0..10_000.0, 1..40),
        ) {
            let points = points.into_iter().map(|(micros, rate)| (Time::from_micros(micros), rate));
            let points: Vec<(Time, f64)> = points.collect();
            let lines = points.iter().map(|(at, rate)| format!("{},{rate}\n", at.as_secs_f64()));
            prop_assert_eq!(parse(&format!("time_s,rate\n{}", lines.collect::<String>())), Ok(points));
        }

        #[test]
        fn every_trace_that_is_read_can_be_played(lines in "([0-9.e+-]{0,6},?[0-9a-z.-]{0,6}\n){0,5}") {
            if let Ok(points) = parse(&format!("time_s,rate\n{lines}")) {
                prop_assert_eq!(Arrivals::Replay { points, even: true }.problem(), None);
            }
        }
    }
}
