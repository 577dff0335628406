//! The loop drives a scheduler, a source and an authority that only these tests have. So a new
//! one needs no change of the loop.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{Error, WatchedQueue};
use control::{Autoscaler, Config, Followed, QueueSample, Reading, Replicas};
use futures::FutureExt;
use futures::future::{BoxFuture, pending, ready};
use manifest::parse::parse;
use model::authority::Alone;
use model::configure::Change;
use model::settings::Described;
use model::{
    Authority, Budget, Clock, ControlMode, MayWrite, MetricSource, QueueReading, ReadError,
    ScaleError, Scheduler, Settings, Status, Written,
};
use prometheus::Registry;
use runtime::contribution::Contributions;
use runtime::control_loop::{Components, ControlLoop, Handle};
use runtime::metrics::Metrics;
use runtime::snapshots::Fixed;
use service::{Shutdown, Trigger};
use sources::{Origin, Sources};

const DEMO: &str = include_str!("../../../demo.yaml");
const CAPACITY: u32 = 10;

/// A scheduler of mere counts: what is asked for is ready at once.
#[derive(Debug, Clone, Default)]
struct Shelf(Arc<Mutex<BTreeMap<String, u32>>>);

impl Scheduler for Shelf {
    fn observe(&self) -> BTreeMap<String, Status> {
        let status = |count: u32| {
            let replicas = Replicas { desired: count, ready: count, ..Replicas::default() };
            Status { replicas, ours: true, ..Status::default() }
        };
        self.0.lock().unwrap().iter().map(|(name, count)| (name.clone(), status(*count))).collect()
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        pending().boxed()
    }

    fn described(&self) -> Option<Described> {
        let deployments = parse(DEMO).unwrap().deployments;
        Some(Described { deployments, ..Described::default() })
    }

    fn scale(&self, name: &str, replicas: u32, _first: &[String]) -> Written {
        self.0.lock().unwrap().insert(name.to_owned(), replicas);
        ready(Ok(())).boxed()
    }

    fn configure(&self, _changes: &[Change]) -> Written {
        ready(Err(ScaleError::Refused("nothing can be written on a shelf".to_owned()))).boxed()
    }

    fn kill(&self, _deployment: &str, container: &str) -> Written {
        ready(Err(ScaleError::Refused(format!("{container} cannot be killed")))).boxed()
    }
}

/// A queue length without totals or workers; `None` cannot be read.
#[derive(Debug, Clone, Copy)]
struct Gauge(Option<u64>);

impl MetricSource for Gauge {
    fn read(&mut self, now: Duration) -> BoxFuture<'_, Result<QueueReading, ReadError>> {
        let failed = || ReadError::Failed("the gauge is broken".to_owned());
        let look = |depth| {
            let sample = QueueSample { ready: depth, ..QueueSample::default() };
            QueueReading { reading: Reading { sample, taken_at: now }, ..QueueReading::default() }
        };
        ready(self.0.map(look).ok_or_else(failed)).boxed()
    }
}

impl Origin for Gauge {
    fn source(
        &self,
        _followed: &Followed,
        _interval: Duration,
    ) -> Result<Box<dyn MetricSource>, Error> {
        Ok(Box::new(*self))
    }

    fn queue(&self, name: &str, _timeout: Duration) -> Result<Arc<dyn WatchedQueue>, Error> {
        Err(Error::Unknown(format!("{name} is a gauge and no queue")))
    }
}

/// An authority under which another engine decides.
#[derive(Debug)]
struct Elsewhere(Alone);

impl Authority for Elsewhere {
    fn mode(&self) -> ControlMode {
        ControlMode::LooksOn("another engine decides".to_owned())
    }

    fn held(&self) -> bool {
        self.0.held()
    }

    fn hold(&mut self, hold: bool) -> Written {
        self.0.hold(hold)
    }

    fn term(&self) -> Option<Duration> {
        None
    }

    fn name(&self) -> String {
        "elsewhere".to_owned()
    }

    fn may_write(&self) -> MayWrite {
        Arc::new(|| false)
    }

    fn release(&self) -> BoxFuture<'_, ()> {
        self.0.release()
    }
}

/// Runs the loop with 1 consumer, 9 of the background and no producer.
fn run(depth: Option<u64>, authority: Box<dyn Authority>) -> (Shelf, Handle, Trigger) {
    let shelf = Shelf::default();
    for (name, count) in [("consumer", 1), ("remainder", 9), ("producer", 0)] {
        shelf.0.lock().unwrap().insert(name.to_owned(), count);
    }
    let budget = Budget::default();
    let nothing = Config { capacity: budget.capacity, tick: budget.tick, workloads: Vec::new() };
    let clock = Clock::start();
    let components = Components {
        core: Autoscaler::new(nothing).unwrap(),
        scheduler: Box::new(shelf.clone()),
        sources: Sources::new(Arc::new(Gauge(depth)), budget.tick, clock),
        clock,
        fixed: Fixed {
            scheduler: "shelf",
            namespace: None,
            context: None,
            start_delay: Duration::ZERO,
        },
        metrics: Metrics::register(&Registry::new()).unwrap(),
        settings: Settings::new(&budget),
        authority,
        opening: BTreeMap::new(),
        reset_on_exit: false,
    };
    let (control_loop, handle) = ControlLoop::new(components, Contributions::default());
    let (trigger, shutdown) = Shutdown::new();
    tokio::spawn(control_loop.run(shutdown));
    (shelf, handle, trigger)
}

fn count(shelf: &Shelf, name: &str) -> u32 {
    shelf.0.lock().unwrap()[name]
}

/// Waits for this many ticks.
async fn ticks(handle: &mut Handle, count: u64) {
    let until = handle.snapshots.borrow().state.tick + count;
    handle.snapshots.wait_for(|snapshot| snapshot.state.tick >= until).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_source_scales_the_workloads_of_another_scheduler() {
    let (shelf, mut handle, _trigger) = run(Some(100), Box::new(Alone::default()));
    for _ in 0..40 {
        ticks(&mut handle, 1).await;
        assert!(count(&shelf, "consumer") + count(&shelf, "remainder") <= CAPACITY);
    }
    assert_eq!((count(&shelf, "consumer"), count(&shelf, "remainder")), (9, 1));
    assert_eq!(handle.snapshots.borrow().state.lost, None, "nobody counts them");
}

#[tokio::test(start_paused = true)]
async fn nothing_scales_without_a_reading_or_where_another_engine_decides() {
    for (depth, authority) in [
        (None, Box::new(Alone::default()) as Box<dyn Authority>),
        (Some(100), Box::new(Elsewhere(Alone::default()))),
    ] {
        let (shelf, mut handle, _trigger) = run(depth, authority);
        ticks(&mut handle, 40).await;
        assert_eq!((count(&shelf, "consumer"), count(&shelf, "remainder")), (1, 9), "{depth:?}");
    }
}
