//! The rule `per-container`: as many containers as share a value at so much for each.
//!
//! `need = ceil(value / target)`, with `target` the value that one container should have. It is for
//! values that containers share and do not drain, such as open sessions. If the value for each
//! wanted container is within 10 % of the target, nothing changes, because such values are noisy.
//! The rule raises at once, and lowers to the largest need within its window. The formula, the
//! dead zone and its width are those of Kubernetes' HorizontalPodAutoscaler for an average value
//! (`--horizontal-pod-autoscaler-tolerance`), and its stabilization window lowers the same way.

use crate::policy::estimate::Window;
use crate::policy::figure::{Figure, ceil};
use crate::policy::sight::{Recommendation, Sight};
use crate::why::{Limit, Term};
use crate::workload::PerContainerSettings;

/// The dead zone: how far the value for each container may be from the target, as a share of it.
const TOLERANCE: f64 = 0.1;

/// The rule's state.
#[derive(Debug, Clone)]
pub struct PerContainer {
    settings: PerContainerSettings,
    /// The last recommended count.
    pub(super) wanted: u32,
    window: Window,
    has_run: bool,
}

impl PerContainer {
    /// Makes the rule's state from `desired`, the present desired count.
    pub fn new(settings: PerContainerSettings, desired: u32) -> PerContainer {
        let window = Window::new(settings.window);
        PerContainer { settings, wanted: desired, window, has_run: false }
    }

    /// Continues from `count`, whatever the rule wanted last.
    pub fn begin_at(&mut self, count: u32) {
        self.wanted = count;
    }

    /// Takes one step based on the present reading, and returns the new wanted count.
    pub fn recommend(&mut self, sight: &Sight) -> Recommendation {
        if !std::mem::replace(&mut self.has_run, true) {
            // Earlier needs are unknown, so the present count is taken as the last need.
            self.window.add(sight.now, self.wanted);
        }
        // The time for which the engine stood still does not age the remembered needs.
        self.window.pass_over(sight.stood_still);
        let (value, target) = (sight.reading.sample.value().get(), self.settings.target.get());
        let need = ceil(value / target);
        let is_near = is_near(value / target, self.wanted);
        let asked = if is_near { self.wanted } else { need };
        let max = sight.fleet.max;
        let floor = sight.least().min(max);
        let bounded = asked.clamp(floor, max);
        self.window.add(sight.now, bounded);
        self.wanted = self.window.largest().min(self.wanted.max(bounded)).clamp(floor, max);
        let until = (bounded < self.wanted).then(|| self.window.until_below(self.wanted));
        let limited_by = match () {
            () if asked > max => Some(Limit::Max),
            () if asked < sight.min && self.wanted <= sight.min => Some(Limit::Min),
            () if asked < floor && self.wanted <= floor => Some(Limit::AtWork),
            () => None,
        };
        Recommendation {
            wanted: self.wanted,
            terms: vec![
                Term { name: "value", value },
                Term { name: "target_per_container", value: target },
                Term { name: "need", value: value / target },
                Term { name: "largest_need", value: self.window.largest().into() },
            ],
            limited_by,
            until: until.flatten(),
            because: self.words(sight, need, bounded, limited_by),
        }
    }

    fn words(&self, sight: &Sight, need: u32, bounded: u32, limited_by: Option<Limit>) -> String {
        let sample = &sight.reading.sample;
        let value = match sample.metric {
            Some(value) => format!("{} value {}", self.settings.followed.name, Figure(value.get())),
            None => format!("{} jobs wait or are in flight", sample.ready + sample.in_flight),
        };
        let (target, wanted) = (Figure(self.settings.target.get()), self.wanted);
        let word = if need == wanted { "wanted" } else { "needed" };
        let words = format!("{value}, target {target} a container: {need} {word}");
        if limited_by == Some(Limit::AtWork) {
            return format!("{words}; one container stays while the value is above 0");
        }
        if bounded < wanted {
            let span = Figure(self.settings.window.as_secs_f64());
            return format!("{words}; {wanted} were needed in the last {span} s");
        }
        if need != wanted && bounded == wanted && limited_by.is_none() {
            return format!("{words}; {wanted} are within {:.0} % of it", 100.0 * TOLERANCE);
        }
        words
    }
}

/// Whether the value for each of `count` containers is within the dead zone around the target.
/// `need` is the count, with a fraction, at which it is the target.
fn is_near(need: f64, count: u32) -> bool {
    count > 0 && (need / f64::from(count) - 1.0).abs() <= TOLERANCE
}
