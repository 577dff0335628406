//! Durations such as "200ms" or "3s", with a random spread.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::random::Random;

/// The longest time in seconds: no scenario needs longer times, and they would overflow sums.
const LONGEST_S: f64 = 30.0 * 24.0 * 3600.0;

/// Reads a time like 200ms, 3s, 1.5s, 2m or 1h.
///
/// # Errors
/// If the text is not a time.
pub fn parse_time(text: &str) -> Result<Time, String> {
    let wrong = || format!("{text:?} is not a time; write it like 200ms, 3s, 2m or 1h");
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    whole_micros(number * seconds).ok_or_else(wrong)
}

/// A time in whole microseconds, so that 0.2 s is exact. `None` for a negative number or more than
/// 30 days.
pub(crate) fn whole_micros(seconds: f64) -> Option<Time> {
    let possible = (0.0..=LONGEST_S).contains(&seconds);
    possible.then(|| Time::from_micros((seconds * 1e6).round() as u64))
}

/// For serde: a time as text.
///
/// # Errors
/// If the text is not a time.
pub fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    parse_time(&text).map_err(de::Error::custom)
}

/// For serde: the text of an optional key, as a time.
///
/// # Errors
/// If the text is not a time.
pub fn some_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    time(from).map(Some)
}

/// For serde: several times.
///
/// # Errors
/// If one of the texts is not a time.
pub fn times<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Time>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let times = texts.iter().map(|text| parse_time(text));
    times.collect::<Result<_, _>>().map_err(de::Error::custom)
}

/// For serde: the points of a trace, each a time and a number.
///
/// # Errors
/// If one of the texts is not a time.
pub fn points<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(Time, f64)>, D::Error> {
    let raw = Vec::<(String, f64)>::deserialize(from)?;
    let point = |(at, rate): (String, f64)| Ok((parse_time(&at)?, rate));
    raw.into_iter().map(point).collect::<Result<_, String>>().map_err(de::Error::custom)
}

/// The distribution of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Evenly from `time - spread` to `time + spread`.
    #[default]
    Uniform,
    /// The normal distribution with the standard deviation `spread`, cut off at 0.
    Normal,
    /// The exponential distribution with the mean `time`; `spread` is not used.
    Exponential,
    /// The log-normal distribution with the mean `time` and the standard deviation `spread`.
    LogNormal,
}

/// A time with its spread: `3s`, or `{time: 3s, spread: 500ms, shape: normal}`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Span {
    /// The mean.
    pub time: Time,
    /// How far the time spreads; [`Shape`] says what that means for each shape.
    pub spread: Time,
    /// The distribution.
    pub shape: Shape,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Full {
    #[serde(deserialize_with = "time")]
    time: Time,
    #[serde(default, deserialize_with = "time")]
    spread: Time,
    #[serde(default)]
    shape: Shape,
}

impl Span {
    /// A time without spread.
    pub fn exactly(time: Time) -> Span {
        Span { time, ..Span::default() }
    }

    /// Draws a random time from the distribution.
    pub fn draw(&self, random: &mut Random) -> Time {
        let (mean, spread) = (self.time.as_secs_f64(), self.spread.as_secs_f64());
        let seconds = match self.shape {
            Shape::Exponential => mean * random.exponential(),
            _ if spread == 0.0 => return self.time,
            Shape::Uniform => mean + spread * (2.0 * random.share() - 1.0),
            Shape::Normal => mean + spread * random.normal(),
            Shape::LogNormal => log_normal(mean, spread, random),
        };
        Time::from_secs_f64(seconds.clamp(0.0, LONGEST_S))
    }
}

fn log_normal(mean: f64, spread: f64, random: &mut Random) -> f64 {
    if mean == 0.0 {
        return 0.0;
    }
    let variance = (1.0 + (spread / mean).powi(2)).ln();
    (mean.ln() - variance / 2.0 + variance.sqrt() * random.normal()).exp()
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
        from.deserialize_any(SpanVisitor)
    }
}

struct SpanVisitor;

impl<'de> Visitor<'de> for SpanVisitor {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time like 3s, or {time: 3s, spread: 500ms, shape: normal}")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
        parse_time(text).map(Span::exactly).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Span, A::Error> {
        let Full { time, spread, shape } = Full::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Span { time, spread, shape })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        for (text, ms) in [("200ms", 200), ("3s", 3000), ("1.5s", 1500), ("2m", 120_000)] {
            assert_eq!(parse_time(text), Ok(Time::from_millis(ms)), "{text}");
        }
        for text in ["", "3", "s", "-1s", "1d", "1s2", "infs", "NaNs", "1e99h"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_shape_has_its_mean() {
        let mut random = Random::new(1, "shapes");
        let (time, spread) = (Time::from_secs(3), Time::from_secs(1));
        for shape in [Shape::Uniform, Shape::Normal, Shape::Exponential, Shape::LogNormal] {
            let span = Span { time, spread, shape };
            let sum: f64 = (0..20_000).map(|_| span.draw(&mut random).as_secs_f64()).sum();
            let mean = sum / 20_000.0;
            assert!((mean - 3.0).abs() < 0.1, "{shape:?} {mean}");
        }
    }
}
