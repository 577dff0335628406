//! Starts the queue from a data directory, or in memory without any queues.

use std::path::Path;
use std::sync::Arc;

use broker::{Stats, Time};
use journal::{Directory, Disk};

use crate::durable::{self, Loaded, Recorder};
use crate::hub::Hub;
use crate::wire::WallClock;
use crate::writer::Writer;

/// The hub, and the writer of its log.
#[derive(Debug)]
pub struct Store<D: Disk = Directory> {
    /// The broker, which all calls of the server share.
    pub hub: Arc<Hub>,
    /// The writer of the log; `None` if messages are kept in memory only.
    pub writer: Option<Writer<D>>,
}

impl Store {
    /// Creates an empty hub without a log.
    pub fn memory(run: u32) -> Store {
        Store { hub: Arc::new(Hub::new(run)), writer: None }
    }
}

/// Opens the data directory, and logs what it contains; with `None`, messages are kept in memory
/// only. `wall` is the clock for times that must be valid after a restart.
///
/// # Errors
/// When another process uses the directory, or the log is damaged.
pub fn start(data: Option<&Path>, wall: WallClock) -> anyhow::Result<Store> {
    // Each run of the process has a random number. 0 is reserved: it means that there is no run.
    let run = rand::random::<u32>().max(1);
    let Some(data) = data else {
        tracing::info!("messages are kept in memory only and are gone when this process ends");
        let hub = Arc::new(Hub::new(run).with_wall_clock(wall));
        return Ok(Store { hub, writer: None });
    };
    let loaded = durable::open(data, &who())?;
    if let Some(cut) = &loaded.cut {
        tracing::warn!(
            "{} ended in the middle of an unconfirmed write; its last {} bytes are cut off",
            cut.segment,
            cut.bytes
        );
    }
    let (store, messages) = restored(loaded, run, wall);
    tracing::info!(
        "messages are kept in {}; {messages} were loaded. They survive this process, \
         and are as safe as that volume",
        data.display()
    );
    Ok(store)
}

/// Creates the hub of a new run from a loaded log; also returns the number of messages.
pub fn restored<D: Disk>(loaded: Loaded<D>, run: u32, clock: WallClock) -> (Store<D>, usize) {
    let wall = clock();
    // The broker's time begins with the time since 1970, so that no message was published before
    // the broker's time 0.
    let now = Time::from_millis(wall);
    let mut broker = loaded.restore.finish(run, now, wall);
    let here = |(_, it): (_, Stats)| it.ready + it.in_flight + it.delayed;
    let messages = broker.all_stats(now).map(here).sum();
    let recorder = Recorder::new(run, loaded.numbers, clock);
    let hub = Arc::new(Hub::durable(broker, recorder, now).with_wall_clock(clock));
    let writer = Writer::new(hub.clone(), loaded.journal, loaded.extents);
    (Store { hub, writer: Some(writer) }, messages)
}

/// Names this process in the error that another process gets when it tries to use the directory.
fn who() -> String {
    let process = std::process::id();
    match std::env::var("HOSTNAME") {
        Ok(host) => format!("process {process} on {host}"),
        Err(_) => format!("process {process}"),
    }
}
