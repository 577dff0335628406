//! The times that this machine needs, measured from the samples.

use std::time::Duration;

use simulator::arrivals::Arrivals;

use super::record::{Sample, Samples, is_of};

/// The simulator gets the arrivals in pieces of this length, in seconds.
const PIECE: f64 = 0.25;

impl Samples {
    fn pairs(&self) -> impl Iterator<Item = (&Sample, &Sample)> {
        self.looks.iter().zip(self.looks.iter().skip(1))
    }

    /// The mean time between two samples; longer than requested on a busy machine.
    pub fn gap(&self) -> f64 {
        mean(&self.pairs().map(|(before, after)| after.at - before.at).collect::<Vec<_>>())
    }

    /// The start times of all containers whose start was seen.
    pub fn starts(&self, deployment: &str) -> Vec<f64> {
        let names = self.names(deployment);
        names.iter().flat_map(|name| self.starts_of(name)).collect()
    }

    fn names(&self, deployment: &str) -> Vec<String> {
        let all = self.looks.iter().flat_map(|look| look.phases.keys());
        let mut names: Vec<String> = all.filter(|name| is_of(name, deployment)).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    fn starts_of(&self, name: &str) -> Vec<f64> {
        let mut since = None;
        let mut starts = Vec::new();
        for (before, after) in self.pairs() {
            // It happened between the two samples.
            let at = f64::midpoint(before.at, after.at);
            match (phase(before, name), phase(after, name)) {
                (Some("starting"), Some("starting")) => {}
                (_, Some("starting")) => since = Some(at),
                (Some("starting"), Some("ready")) => starts.extend(since.map(|it| at - it)),
                _ => since = None,
            }
        }
        starts
    }

    /// The mean stop time of containers. Most stop between two samples, so this is the time of all
    /// containers that were seen stopping, divided by the number of those that stopped.
    pub fn stop(&self, deployment: &str) -> f64 {
        let going = |look: &Sample| look.count(deployment, "terminating") as f64;
        let went: usize = self.names(deployment).iter().map(|name| self.ends_of(name)).sum();
        self.integral(going, |_, _| true) / went as f64
    }

    /// How often a container ended; the next sample may already show another one of its name.
    fn ends_of(&self, name: &str) -> usize {
        let ended = |was: Option<&str>, is: Option<&str>| match (was, is) {
            (Some("ready"), is) => is != Some("ready"),
            (Some("starting"), is) => is.is_none_or(|it| it == "terminating"),
            _ => false,
        };
        self.pairs().filter(|(was, is)| ended(phase(was, name), phase(is, name))).count()
    }

    /// How long a job kept a consumer: the job itself and the calls to ack it and to receive the
    /// next one. Only times with waiting jobs count, so that no consumer was idle.
    pub fn job(&self) -> f64 {
        let all_busy = |before: &Sample, after: &Sample| before.waiting > 0 && after.waiting > 0;
        let at_work = |look: &Sample| look.count("consumer", "ready") as f64;
        let done = self.pairs().filter(|(before, after)| all_busy(before, after));
        let done: u64 = done.map(|(before, after)| after.acked - before.acked).sum();
        self.integral(at_work, all_busy) / done as f64
    }

    /// The integral of a count over the times between samples for which `counts` is true.
    fn integral(
        &self,
        count: impl Fn(&Sample) -> f64,
        counts: impl Fn(&Sample, &Sample) -> bool,
    ) -> f64 {
        let counted = self.pairs().filter(|(before, after)| counts(before, after));
        let area = |(before, after): (&Sample, &Sample)| {
            f64::midpoint(count(before), count(after)) * (after.at - before.at)
        };
        counted.map(area).sum()
    }

    /// The arrivals that the queue counted, as one rate for each piece.
    pub fn arrivals(&self) -> Arrivals {
        // It begins half a job ahead, so that each job comes in the middle of its share of a piece.
        let (mut from, mut come) = (0.0, -0.5);
        let mut points = Vec::new();
        for look in &self.looks {
            if look.at - from >= PIECE {
                let rate = (look.published as f64 - come) / (look.at - from);
                points.push((Duration::from_secs_f64(from), rate));
                (from, come) = (look.at, look.published as f64);
            }
        }
        points.push((Duration::from_secs_f64(from), 0.0));
        Arrivals::Replay { points, even: true }
    }
}

fn phase<'a>(look: &'a Sample, name: &str) -> Option<&'a str> {
    look.phases.get(name).map(String::as_str)
}

pub fn mean(all: &[f64]) -> f64 {
    all.iter().sum::<f64>() / all.len() as f64
}

/// The standard deviation.
pub fn deviation(all: &[f64]) -> f64 {
    let mean_is = mean(all);
    mean(&all.iter().map(|it| (it - mean_is).powi(2)).collect::<Vec<_>>()).sqrt()
}
