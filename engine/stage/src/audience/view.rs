//! The part of a snapshot for phones: the headline, the queue's length and each workload's slots.

use std::sync::Arc;
use std::time::Duration;

use runtime::snapshots::Snapshot;
use runtime::snapshots::headline::plural;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::interval;

/// The shortest time between two views; all phones get the same rendered view.
const PACE: Duration = Duration::from_millis(500);

#[derive(Debug, PartialEq, Serialize)]
struct View<'a> {
    headline: &'a str,
    /// Waiting messages in the first queue; null without a fresh reading.
    queue: Option<u64>,
    target: Option<u32>,
    slots: Vec<Slots>,
}

/// The number of a workload's slots, or of the free slots.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Slots {
    name: String,
    count: usize,
}

/// The view of a snapshot, as JSON.
pub fn text(snapshot: &Snapshot) -> String {
    let state = &snapshot.state;
    // Phones add jobs, which a metric has not.
    let queue = state.queues.iter().find(|queue| !queue.is_metric());
    let view = View {
        headline: &state.headline,
        queue: queue.filter(|queue| queue.status == "fresh").and_then(|queue| queue.ready),
        target: queue.and_then(|queue| queue.target),
        slots: slots(snapshot),
    };
    serde_json::to_string(&view).unwrap_or_default()
}

fn slots(snapshot: &Snapshot) -> Vec<Slots> {
    let has = |name: &str| {
        let occupants = snapshot.slots.iter().flatten();
        occupants.filter(|occupant| occupant.workload == name).count()
    };
    let workloads = snapshot.state.workloads.iter().map(|workload| {
        let count = has(&workload.name);
        let background = workload.is_background();
        let name =
            if background { "background".into() } else { plural(&workload.name, count as u32) };
        Slots { name, count }
    });
    let free = snapshot.slots.iter().filter(|slot| slot.is_none()).count();
    workloads.chain([Slots { name: "free".to_owned(), count: free }]).collect()
}

/// Sends the view of the latest snapshot every `PACE`, until all receivers are dropped.
pub async fn tell(snapshots: watch::Receiver<Arc<Snapshot>>, phones: watch::Sender<Arc<str>>) {
    let mut pace = interval(PACE);
    while !phones.is_closed() {
        pace.tick().await;
        let snapshot = snapshots.borrow().clone();
        phones.send_replace(text(&snapshot).into());
    }
}
