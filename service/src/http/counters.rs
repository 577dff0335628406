//! What a server counts of its connections.

use std::sync::Arc;

use prometheus::{IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// The part of a call that took too long.
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

/// Counts, where somebody reads it. Clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters(Option<Arc<Known>>);

#[derive(Debug)]
struct Known {
    open: IntGauge,
    full: IntCounter,
    timed_out: IntCounterVec,
}

impl Counters {
    /// Counters of the server of this program, whose name all of theirs begin with.
    ///
    /// # Errors
    /// When the registry has some of these names already.
    pub(super) fn register(registry: &Registry, program: &str) -> prometheus::Result<Counters> {
        let named = |name: &str, help: &str| Opts::new(format!("{program}_{name}"), help);
        let open = IntGauge::with_opts(named("connections", "HTTP connections that are open."))?;
        let full = "Times when all connections were in use, so that further ones had to wait.";
        let full = IntCounter::with_opts(named("connections_full_total", full))?;
        let late = "Connections whose caller took too long, by the part that did: head, body, \
                    or the answer that was not read.";
        let timed_out = IntCounterVec::new(named("calls_timed_out_total", late), &["part"])?;
        for part in [Part::Head, Part::Body, Part::Answer] {
            timed_out.with_label_values(&[part.name()]);
        }
        registry.register(Box::new(open.clone()))?;
        registry.register(Box::new(full.clone()))?;
        registry.register(Box::new(timed_out.clone()))?;
        Ok(Counters(Some(Arc::new(Known { open, full, timed_out }))))
    }

    /// Counts a connection as open until the answer is dropped.
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

/// A connection that counts as open.
#[derive(Debug)]
pub(super) struct Open(Option<IntGauge>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.iter().for_each(IntGauge::dec);
    }
}
