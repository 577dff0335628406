//! The values of a run at single times, and fewer of them for a drawing.

/// The values at one time; `None` where a value is unknown.
#[derive(Debug, Clone, Default)]
pub struct Moment {
    /// The time.
    pub at: f64,
    /// The number of slots.
    pub capacity: Option<u32>,
    /// Waiting jobs, by queue.
    pub ready: Vec<Option<u64>>,
    /// Containers that exist, by workload.
    pub live: Vec<Option<u32>>,
}

/// At most one moment for each unit of the width. Of several, the one with the longest queues and
/// the most containers stands for all, so that no peak is lost.
pub fn thinned(moments: &[Moment], from: f64, until: f64, width: f64) -> Vec<Moment> {
    if (moments.len() as f64) <= width {
        return moments.to_vec();
    }
    let unit = |it: &Moment| ((it.at - from) / (until - from).max(1e-3) * width) as i64;
    let mut kept: Vec<Moment> = Vec::new();
    for moment in moments {
        match kept.last_mut() {
            Some(last) if unit(last) == unit(moment) => last.take_peaks(moment),
            _ => kept.push(moment.clone()),
        }
    }
    kept
}

impl Moment {
    /// The containers of all workloads.
    pub fn total(&self) -> u64 {
        self.live.iter().flatten().map(|n| u64::from(*n)).sum()
    }

    fn take_peaks(&mut self, later: &Moment) {
        for (i, ready) in later.ready.iter().enumerate() {
            match self.ready.get_mut(i) {
                Some(known) => *known = (*known).max(*ready),
                None => self.ready.push(*ready),
            }
        }
        // Counts of one moment are kept together: peaks of two moments may exceed the capacity.
        if later.total() >= self.total() {
            self.live.clone_from(&later.live);
            self.capacity = later.capacity;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(at: f64, ready: u64, live: [u32; 2]) -> Moment {
        let (ready, live) = (vec![Some(ready)], live.map(Some).to_vec());
        Moment { at, capacity: Some(10), ready, live }
    }

    #[test]
    fn an_hour_keeps_its_peaks() {
        let ready = |i: u32| if i == 3333 { 39 } else { u64::from(i % 7) };
        let moments = (0..7200).map(|i| moment(f64::from(i) / 2.0, ready(i), [i % 9, 1]));
        let moments: Vec<Moment> = moments.collect();
        let thin = thinned(&moments, 0.0, 3599.5, 790.0);
        assert!(thin.len() <= 792, "{}", thin.len());
        assert_eq!(thin.iter().filter_map(|it| it.ready[0]).max(), Some(39));
        assert!(thin.iter().all(|it| it.total() <= 10));
    }
}
