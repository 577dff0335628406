//! What is measured of a run, and over seeds.

use control::Decision;

/// One moment; there are ten a second.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub at: f64,
    pub queue: u64,
    /// Consumers at work or ready for it.
    pub consumers: u32,
    pub idle: u32,
    /// Containers of the remainder at work.
    pub background: u32,
    pub unallocated: u32,
}

#[derive(Debug, Clone)]
pub struct Write {
    pub at: f64,
    pub workload: String,
    pub from: u32,
    pub to: u32,
}

#[derive(Debug, Default)]
pub struct Measures {
    pub looks: Vec<Look>,
    pub writes: Vec<Write>,
    /// Events at which more lived than may.
    pub violations: usize,
}

impl Measures {
    pub fn wrote(&mut self, at: f64, decision: &Decision) {
        let Decision { workload, from, to, .. } = decision.clone();
        self.writes.push(Write { at, workload, from, to });
    }

    /// Seconds from a moment until the first write, of whichever workload.
    pub fn first_write(&self, since: f64) -> f64 {
        first(self.writes.iter().map(|write| (write.at, true)), since)
    }

    /// Seconds from a moment until a consumer is told to leave.
    pub fn first_leaves(&self, since: f64) -> f64 {
        let leaves = |write: &Write| write.workload == "consumer" && write.to < write.from;
        first(self.writes.iter().map(|write| (write.at, leaves(write))), since)
    }

    pub fn consumers_ready(&self, since: f64, count: u32) -> f64 {
        first(self.looks.iter().map(|look| (look.at, look.consumers >= count)), since)
    }

    pub fn background_ready(&self, since: f64, count: u32) -> f64 {
        first(self.looks.iter().map(|look| (look.at, look.background >= count)), since)
    }

    /// Seconds from a moment until the queue is that short again after it was longest.
    pub fn queue_back_at(&self, since: f64, length: u64) -> f64 {
        let soon = self.since(since).take_while(|look| look.at < since + 20.0);
        let longest = soon.max_by_key(|look| look.queue).map_or(since, |it| it.at);
        let short = self.looks.iter().map(|look| (look.at, look.queue <= length));
        longest - since + first(short, longest)
    }

    /// The counts that the consumer was told to have since a moment.
    pub fn told(&self, since: f64) -> Vec<u32> {
        let ours = self.writes.iter().filter(|write| write.workload == "consumer");
        let (before, after): (Vec<_>, Vec<_>) = ours.partition(|write| write.at < since);
        before.last().copied().into_iter().chain(after).map(|write| write.to).collect()
    }

    /// The queue's length that 99 of 100 looks do not exceed.
    pub fn queue_p99(&self, since: f64) -> f64 {
        quantile(self.since(since).map(|look| look.queue as f64).collect(), 0.99)
    }

    pub fn mean(&self, since: f64, of: impl Fn(&Look) -> u32) -> f64 {
        let values: Vec<f64> = self.since(since).map(|look| of(look).into()).collect();
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn since(&self, since: f64) -> impl Iterator<Item = &Look> {
        self.looks.iter().filter(move |look| look.at >= since)
    }
}

/// Seconds from a moment until something is first true.
fn first(mut all: impl Iterator<Item = (f64, bool)>, since: f64) -> f64 {
    let found = all.find(|(at, is_true)| *at >= since && *is_true);
    found.map_or(f64::INFINITY, |(at, _)| at - since)
}

/// The value that such a share of all does not exceed (nearest rank).
pub fn quantile(mut all: Vec<f64>, share: f64) -> f64 {
    all.sort_by(f64::total_cmp);
    let rank = (all.len() as f64 * share).ceil() as usize;
    all[rank.max(1) - 1]
}
