//! Counters of a server's connections.

use std::sync::Arc;

use prometheus::{IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// The part of a call that timed out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Head,
    Body,
    Answer,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Head => "head",
            Part::Body => "body",
            Part::Answer => "answer",
        }
    }
}

/// The counters of a server, shared by clones. Without [`Counters::register`], nothing is counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters(Option<Arc<Known>>);

#[derive(Debug)]
struct Known {
    open: IntGauge,
    full: IntCounter,
    timed_out: IntCounterVec,
}

impl Counters {
    /// Registers counters whose names begin with the name of the program.
    ///
    /// # Errors
    /// When the registry has some of these names already.
    pub(super) fn register(registry: &Registry, program: &str) -> prometheus::Result<Counters> {
        let named = |name: &str, help: &str| Opts::new(format!("{program}_{name}"), help);
        let open = IntGauge::with_opts(named("connections", "Open HTTP connections."))?;
        let full = "How often all connections were in use, so that further ones had to wait.";
        let full = IntCounter::with_opts(named("connections_full_total", full))?;
        let late = "Calls that timed out because the client was too slow, by part: head, body, \
                    or answer.";
        let timed_out = IntCounterVec::new(named("calls_timed_out_total", late), &["part"])?;
        for part in [Part::Head, Part::Body, Part::Answer] {
            timed_out.with_label_values(&[part.name()]);
        }
        registry.register(Box::new(open.clone()))?;
        registry.register(Box::new(full.clone()))?;
        registry.register(Box::new(timed_out.clone()))?;
        Ok(Counters(Some(Arc::new(Known { open, full, timed_out }))))
    }

    /// Counts a connection as open until the returned value is dropped.
    pub(super) fn open(&self) -> Open {
        let gauge = self.0.as_ref().map(|known| known.open.clone());
        gauge.iter().for_each(IntGauge::inc);
        Open(gauge)
    }

    pub(super) fn full(&self) {
        self.0.iter().for_each(|known| known.full.inc());
    }

    pub(super) fn timed_out(&self, part: Part) {
        self.0.iter().for_each(|known| known.timed_out.with_label_values(&[part.name()]).inc());
    }
}

/// A connection that counts as open until this value is dropped.
#[derive(Debug)]
pub(super) struct Open(Option<IntGauge>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.iter().for_each(IntGauge::dec);
    }
}
