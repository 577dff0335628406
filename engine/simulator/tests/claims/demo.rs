//! The demo with a sequence of loads: consumers on one queue, and the background.

use std::collections::BTreeMap;

use control::Why;
use simulator::{Round, Scenario, watch};

/// Durations in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) start: u64,
    pub(crate) stop: u64,
    pub(crate) job: u64,
}

/// The result of a play.
#[derive(Debug, Default)]
pub(crate) struct Demo {
    /// The queue's length at every tick.
    pub(crate) queue: Vec<u64>,
    /// The desired consumers at every tick.
    pub(crate) consumers: Vec<u32>,
    /// The desired counts at the end.
    pub(crate) desired: BTreeMap<String, u32>,
    /// Why the consumers have their count at the end.
    pub(crate) why: Why,
    /// The most live containers at a time, including starting and stopping ones.
    pub(crate) most_live: u32,
}

impl Demo {
    /// Plays a sequence of loads with a rule; each load is a duration in seconds and a rate.
    pub(crate) fn play(rule: &str, times: Times, loads: &[(u64, f64)]) -> Demo {
        let mut demo = Demo::default();
        watch(&scenario(rule, times, loads), 1, &mut |round| demo.see(round)).unwrap();
        demo
    }

    fn see(&mut self, round: &Round<'_>) {
        if round.is_tick {
            self.queue.push(round.observation.readings["jobs"].sample.ready);
            self.consumers.push(round.observation.replicas["consumer"].desired);
        }
        let desired = round.replicas.iter().map(|(name, it)| (name.clone(), it.desired));
        self.desired = desired.collect();
        self.why = round.core.why("consumer").unwrap().clone();
        let live = round.replicas.values().map(|it| it.live()).sum();
        self.most_live = self.most_live.max(live);
    }
}

fn scenario(rule: &str, times: Times, loads: &[(u64, f64)]) -> Scenario {
    let Times { start, stop, job } = times;
    let (mut points, mut end) = (Vec::new(), 0);
    for (lasts, rate) in loads {
        points.push(format!("[{end}s, {rate}]"));
        end += lasts;
    }
    let points = points.join(", ");
    let both = format!("min: 1, max: 10, start: {start}ms, stop: {stop}ms, grace: 0s");
    let text = format!(
        "
name: demo
teaches: nothing
duration: {end}s
capacity: 10
queues: [{{name: jobs, arrivals: {{shape: replay, even: true, points: [{points}]}}}}]
workloads:
  - {{name: consumer, priority: 1, rule: {rule}, queue: jobs, job: {job}ms, {both}}}
  - {{name: remainder, priority: 2, rule: remainder, {both}}}
"
    );
    serde_yaml::from_str(&text).unwrap()
}
