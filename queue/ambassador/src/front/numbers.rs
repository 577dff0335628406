//! The numbers of an upstream queue: the upstream's own, and those that are counted here.

use std::sync::Arc;

use broker::{Settings, Time};
use client::{Error, Shown};

use super::Front;
use crate::table::Totals;
use crate::upstream::{Levels, Upstream};

/// All numbers of a queue at one moment.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone)]
pub struct Seen {
    /// The queue's own time.
    pub clock: Time,
    /// What the upstream reports.
    pub levels: Levels,
    /// What is counted here.
    pub totals: Totals,
    pub published: u64,
    pub busy_workers: usize,
    pub nameless_leases: usize,
    pub ack_p90: Option<Time>,
    pub waiting: usize,
    pub paused: bool,
    pub settings: Settings,
}

impl Front {
    /// Reads all numbers.
    ///
    /// # Errors
    /// When the upstream fails: no number is invented.
    pub async fn seen(self: &Arc<Self>) -> Result<Seen, Error> {
        let levels = self.heard(self.upstream.levels().await)?;
        Ok(self.enter(|state, clock| {
            let totals = state.table.totals;
            let held = levels.numbers.ready + levels.numbers.in_flight + levels.delayed;
            // What an upstream reports may lag behind; a total must not go back because of that.
            let counted = (totals.gone() + held).max(state.published);
            let published = levels.numbers.published_total.unwrap_or(counted);
            state.published = published;
            let (busy_workers, nameless_leases) = state.table.busy();
            Seen {
                clock,
                levels,
                totals,
                published,
                busy_workers,
                nameless_leases,
                ack_p90: state.table.ack_p90(),
                waiting: state.waiting,
                paused: state.table.is_paused(),
                settings: state.settings.clone(),
            }
        }))
    }

    /// The oldest messages, with their attempts and places as they are known here.
    ///
    /// # Errors
    /// When the upstream cannot show messages, or fails.
    pub async fn peek(self: &Arc<Self>, max: usize) -> Result<Vec<Shown>, Error> {
        let shown = self.heard(Upstream::peek(&self.upstream, max).await)?;
        Ok(self.call(|table, now| {
            let known = |message: Shown| {
                let (state, attempts) = table.place(now, &message.id);
                let state = if state == "ready" { message.state } else { state.to_owned() };
                Shown { state, attempts, ..message }
            };
            shown.into_iter().map(known).collect()
        }))
    }
}
