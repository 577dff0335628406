//! A HorizontalPodAutoscaler (autoscaling/v2) on an external metric with an AverageValue, by the
//! documented algorithm: proposal, tolerance, stabilisation, policies, bounds.

use crate::Time;

/// The controller's default sync period.
pub(super) const SYNC: Time = Time::from_secs(15);
/// Nothing changes while the ratio of the metric to its target is within this distance of 1.
const TOLERANCE: f64 = 0.1;
/// The period of all scaling policies.
const PERIOD: Time = Time::from_secs(15);

/// The `behavior` of an autoscaler. Raises are not stabilised, which is the default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Behavior {
    /// The window for scaling down: the count does not fall below the highest proposal in it.
    pub down_stabilization: Time,
    /// The largest raise in one period, in percent; `up_pods` applies if it allows more.
    pub up_percent: u32,
    /// The largest raise in one period, in pods; `up_percent` applies if it allows more.
    pub up_pods: u32,
}

impl Default for Behavior {
    fn default() -> Behavior {
        Behavior { down_stabilization: Time::from_secs(300), up_percent: 100, up_pods: 4 }
    }
}

impl Behavior {
    /// As fast as the fields allow: no stabilisation, and policies without an effect.
    pub fn tuned() -> Behavior {
        Behavior { down_stabilization: Time::ZERO, up_percent: 10_000, up_pods: 1000 }
    }

    /// The settings as text.
    pub(super) fn words(&self) -> String {
        format!(
            "tolerance 0.1, sync 15 s, down-stabilisation {} s, up +{} % or +{} per 15 s",
            self.down_stabilization.as_secs(),
            self.up_percent,
            self.up_pods
        )
    }
}

/// A HorizontalPodAutoscaler with its state.
#[derive(Debug)]
pub struct Horizontal {
    behavior: Behavior,
    /// The target value of the metric for each pod.
    average_value: f64,
    min: u32,
    max: u32,
    /// Past proposals with their times.
    proposals: Vec<(Time, u32)>,
    /// Past changes with their times.
    changes: Vec<(Time, i64)>,
}

impl Horizontal {
    /// An autoscaler without history. Its minimum is at least 1, as without feature gates.
    pub fn new(behavior: Behavior, average_value: f64, min: u32, max: u32) -> Horizontal {
        let (min, max) = (min.max(1), max.max(1));
        let (proposals, changes) = (Vec::new(), Vec::new());
        Horizontal { behavior, average_value, min, max, proposals, changes }
    }

    /// Runs one sync with the metric, the existing pods and the desired count. Returns the new
    /// count to write, if any. Without a metric the autoscaler only keeps the bounds.
    pub fn sync(&mut self, now: Time, metric: Option<u64>, pods: u32, desired: u32) -> Option<u32> {
        if desired == 0 {
            return None;
        }
        let wanted = if desired > self.max {
            self.max
        } else if desired < self.min {
            self.min
        } else {
            let proposed = self.proposal(metric? as f64, pods);
            let stable = self.stabilized(now, desired, proposed);
            self.limited(now, desired, stable)
        };
        let delta = i64::from(wanted) - i64::from(desired);
        if delta == 0 {
            return None;
        }
        self.changes.push((now, delta));
        Some(wanted)
    }

    fn proposal(&self, metric: f64, pods: u32) -> u32 {
        let ratio = metric / (self.average_value * f64::from(pods));
        if (ratio - 1.0).abs() <= TOLERANCE {
            return pods;
        }
        (metric / self.average_value).ceil() as u32
    }

    /// The proposed count, but never below the highest proposal of the window.
    fn stabilized(&mut self, now: Time, desired: u32, proposed: u32) -> u32 {
        let window = self.behavior.down_stabilization;
        self.proposals.retain(|(at, _)| *at + window > now);
        let highest = self.proposals.iter().map(|(_, it)| *it).chain([proposed]).max();
        self.proposals.push((now, proposed));
        if proposed > desired { proposed } else { highest.unwrap_or(proposed).min(desired) }
    }

    /// The count within the bounds and within the policies, which limit raises only.
    fn limited(&mut self, now: Time, desired: u32, wanted: u32) -> u32 {
        self.changes.retain(|(at, _)| *at + PERIOD > now);
        let changed: i64 = self.changes.iter().map(|(_, delta)| delta).sum();
        let began_with = (i64::from(desired) - changed).max(0) as u32;
        let percent = f64::from(began_with) * (1.0 + f64::from(self.behavior.up_percent) / 100.0);
        let up = (percent.ceil() as u32).max(began_with.saturating_add(self.behavior.up_pods));
        wanted.min(up.max(desired)).clamp(self.min, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hpa(behavior: Behavior) -> Horizontal {
        Horizontal::new(behavior, 20.0, 1, 10)
    }

    #[test]
    fn by_default_it_goes_from_one_to_five_to_ten() {
        let mut hpa = hpa(Behavior::default());
        let at = Time::from_secs;
        assert_eq!(hpa.sync(at(0), Some(200), 1, 1), Some(5));
        assert_eq!(hpa.sync(at(15), Some(200), 5, 5), Some(10));
    }

    #[test]
    fn it_goes_down_only_after_five_quiet_minutes() {
        let mut hpa = hpa(Behavior::default());
        let at = Time::from_secs;
        assert_eq!(hpa.sync(at(0), Some(100), 5, 5), None);
        assert_eq!(hpa.sync(at(15), Some(0), 5, 5), None);
        assert_eq!(hpa.sync(at(299), Some(0), 5, 5), None);
        assert_eq!(hpa.sync(at(300), Some(0), 5, 5), Some(1));
    }

    #[test]
    fn within_a_tenth_nothing_changes_and_without_a_metric_neither() {
        let mut hpa = hpa(Behavior::tuned());
        let at = Time::from_secs;
        assert_eq!(hpa.sync(at(0), Some(109), 5, 5), None);
        assert_eq!(hpa.sync(at(15), None, 5, 5), None);
        assert_eq!(hpa.sync(at(30), Some(111), 5, 5), Some(6));
        assert_eq!(hpa.sync(at(45), Some(0), 0, 0), None);
    }
}
