//! Reads runs from the events of the stream, live or recorded.

use runtime::feed::{Piece, Position};
use serde::de::DeserializeOwned;

use super::run::{Point, QueuePoint, Run, put};
use super::wire::{Frame, Full, History};

/// The latest time that a report can show, in seconds: more than any run lasts.
const LATEST: f64 = 1e8;

/// Reads one run after the other.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// The run that is read; `None` before the first event.
    pub run: Option<Run>,
}

impl Reader {
    /// Takes the next event. If it begins another run, returns the run before.
    ///
    /// # Errors
    /// What is wrong with the event's data; the event is then left out.
    pub fn take(&mut self, piece: &Piece) -> Result<Option<Run>, String> {
        match piece {
            Piece::Full(position, text) => self.take_snapshot(*position, &parsed(text)?),
            Piece::Frame(_, text) => self.take_frame(parsed(text)?).map(|()| None),
        }
    }

    fn take_snapshot(&mut self, position: Position, full: &Full) -> Result<Option<Run>, String> {
        let is_same = self.run.as_ref().is_some_and(|run| run.id == position.run);
        let before = if is_same { None } else { self.run.replace(Run::new(position.run)) };
        let Some(run) = &mut self.run else { return Ok(before) };
        let at = time(full.t, run)?;
        run.keys.clone_from(&full.state);
        run.add_entries(full.log.clone());
        add_history(run, &full.history);
        run.until = at;
        let begun = run.log.iter().rev().find(|it| it.kind == "scenario").map(|it| it.at);
        run.see_step(begun.filter(|begun| *begun <= at).unwrap_or(at));
        Ok(before)
    }

    fn take_frame(&mut self, frame: Frame) -> Result<(), String> {
        let run = self.run.as_mut().ok_or("a frame comes before the first snapshot")?;
        let at = time(frame.t, run)?;
        for (key, value) in frame.set {
            if value.is_null() {
                run.keys.remove(&key);
            } else {
                run.keys.insert(key, value);
            }
        }
        run.add_entries(frame.log);
        run.until = at;
        run.see_step(at);
        if frame.step {
            run.add_point(at);
        }
        Ok(())
    }
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| format!("its data: {error}"))
}

/// The event's time, which must not be before that of the event before.
fn time(at: f64, run: &Run) -> Result<f64, String> {
    if !(0.0..=LATEST).contains(&at) {
        return Err(format!("its data: the time {at} is out of range"));
    }
    // Frames of one round have the same time; an engine's clock never goes back.
    if at < run.until {
        return Err(format!("its data: the time {at} is before that of the line above"));
    }
    Ok(at)
}

/// Adds the chart's points from before a snapshot. They have no totals.
fn add_history(run: &mut Run, history: &History) {
    for (i, at) in history.t.iter().enumerate() {
        let last = run.points.back().map_or(-1.0, |point| point.at);
        if !(0.0..=LATEST).contains(at) || *at <= last {
            continue;
        }
        let mut point = Point { at: *at, ..Point::default() };
        for (name, column) in &history.queues {
            let ready = column.get(i).copied().flatten();
            let reading = ready.map(|ready| QueuePoint { ready, ..QueuePoint::default() });
            put(&mut run.queues, &mut point.queues, name, reading);
        }
        for (name, column) in &history.live {
            put(&mut run.workloads, &mut point.live, name, column.get(i).copied().flatten());
        }
        run.push(point);
    }
}
