//! Reads arrivals from a scenario file. The keys of all shapes are read first, so that an invalid
//! number is reported with the right line. Then the shape takes its own keys.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::Time;
use crate::arrivals::Arrivals;
use crate::span::{points, some_time};

/// The shapes' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shape {
    Constant,
    Poisson,
    Step,
    Square,
    Sine,
    Burst,
    Replay,
}

/// The keys of all shapes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Keys {
    shape: Shape,
    rate: Option<f64>,
    from: Option<f64>,
    to: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    mean: Option<f64>,
    swing: Option<f64>,
    jobs: Option<u32>,
    even: Option<bool>,
    #[serde(default, deserialize_with = "some_time")]
    at: Option<Time>,
    #[serde(default, deserialize_with = "some_time")]
    period: Option<Time>,
    #[serde(default, deserialize_with = "some_time")]
    every: Option<Time>,
    #[serde(default, deserialize_with = "points")]
    points: Vec<(Time, f64)>,
    file: Option<String>,
}

impl<'de> Deserialize<'de> for Arrivals {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Arrivals, D::Error> {
        Keys::deserialize(from)?.read().map_err(D::Error::custom)
    }
}

impl Keys {
    fn read(mut self) -> Result<Arrivals, String> {
        if self.file.is_some() && !self.points.is_empty() {
            return Err("points and file are both given; remove one".to_owned());
        }
        let shape = format!("{:?}", self.shape).to_lowercase();
        let missing = |key| format!("the shape {shape} needs the key {key}");
        let arrivals = self.take().map_err(missing)?;
        match self.left() {
            Some(key) => Err(format!("the shape {shape} has no key {key}")),
            None => Ok(arrivals),
        }
    }

    /// Takes the keys of the shape. The error is the name of a missing key.
    fn take(&mut self) -> Result<Arrivals, &'static str> {
        Ok(match self.shape {
            Shape::Constant => Arrivals::Constant { rate: self.rate.take().ok_or("rate")? },
            Shape::Poisson => Arrivals::Poisson { rate: self.rate.take().ok_or("rate")? },
            Shape::Step => Arrivals::Step {
                from: self.from.take().ok_or("from")?,
                to: self.to.take().ok_or("to")?,
                at: self.at.take().ok_or("at")?,
                even: self.even(),
            },
            Shape::Square => Arrivals::Square {
                low: self.low.take().ok_or("low")?,
                high: self.high.take().ok_or("high")?,
                period: self.period.take().ok_or("period")?,
                even: self.even(),
            },
            Shape::Sine => Arrivals::Sine {
                mean: self.mean.take().ok_or("mean")?,
                swing: self.swing.take().ok_or("swing")?,
                period: self.period.take().ok_or("period")?,
                even: self.even(),
            },
            Shape::Burst => Arrivals::Burst {
                rate: self.rate.take().unwrap_or(0.0),
                jobs: self.jobs.take().ok_or("jobs")?,
                at: self.at.take().ok_or("at")?,
                every: self.every.take(),
            },
            Shape::Replay if !self.points.is_empty() => {
                Arrivals::Replay { points: std::mem::take(&mut self.points), even: self.even() }
            }
            Shape::Replay => Arrivals::Trace {
                file: self.file.take().ok_or("points or file")?,
                even: self.even(),
            },
        })
    }

    fn even(&mut self) -> bool {
        self.even.take().unwrap_or(false)
    }

    /// A key that the file gives but the shape does not have, if any.
    fn left(&self) -> Option<&'static str> {
        let all = [
            ("rate", self.rate.is_some()),
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("low", self.low.is_some()),
            ("high", self.high.is_some()),
            ("mean", self.mean.is_some()),
            ("swing", self.swing.is_some()),
            ("at", self.at.is_some()),
            ("period", self.period.is_some()),
            ("every", self.every.is_some()),
            ("jobs", self.jobs.is_some()),
            ("even", self.even.is_some()),
            ("points", !self.points.is_empty()),
            ("file", self.file.is_some()),
        ];
        all.into_iter().find(|(_, there)| *there).map(|(key, _)| key)
    }
}
