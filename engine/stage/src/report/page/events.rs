//! What was decided, what people did, and what else happened.

use maud::{Markup, html};
use web::page::chart::report::time_axis::clock;

use super::words::{count, said};
use crate::report::run::Run;
use crate::report::wire::Entry;

/// How many rows of a list are seen without unfolding it.
const SEEN: usize = 40;

/// The names of the workloads that are the background.
pub(super) fn backgrounds(run: &Run) -> Vec<String> {
    let keys = run.workload_keys().into_iter();
    keys.filter(|(_, key)| key.background).map(|(name, _)| name).collect()
}

/// All decisions with their reasons.
pub(super) fn decisions(run: &Run) -> Markup {
    let all: Vec<&Entry> = run.log.iter().filter(|entry| entry.kind == "decision").collect();
    html! {
        section {
            h2 { "Decisions" }
            @if run.missing_entries > 0 {
                p class="note" {
                    (count(run.missing_entries)) " earlier entries of the log were not kept, so "
                    "decisions are missing here."
                }
            }
            (list(run, &all, "decision", "The engine decided nothing in this time."))
        }
    }
}

/// What people, programs and scenarios did.
pub(super) fn people(run: &Run) -> Markup {
    let all: Vec<&Entry> = run.log.iter().filter(|entry| entry.by.is_some()).collect();
    html! {
        section {
            h2 { "What people and scenarios did" }
            (list(run, &all, "change", "Nobody changed anything in this time."))
        }
    }
}

/// Warnings, and jobs that came back from lost workers; nothing if there were none.
pub(super) fn others(run: &Run) -> Markup {
    let known = ["decision", "scenario"];
    let is_other = |entry: &&Entry| entry.by.is_none() && !known.contains(&entry.kind.as_str());
    let all: Vec<&Entry> = run.log.iter().filter(is_other).collect();
    html! {
        @if !all.is_empty() {
            section { h2 { "What else happened" } (list(run, &all, "event", "")) }
        }
    }
}

/// A list of entries. From the 41st on they are folded, but printed.
fn list(run: &Run, entries: &[&Entry], one: &str, none: &str) -> Markup {
    let backgrounds = backgrounds(run);
    let (seen, folded) = entries.split_at(entries.len().min(SEEN));
    html! {
        @if entries.is_empty() { p { (none) } } @else { (rows(seen, &backgrounds)) }
        @if !folded.is_empty() {
            details {
                summary {
                    (count(folded.len() as u64)) " more " (one) @if folded.len() > 1 { "s" }
                    span class="unfold" { " (unfold them before you print)" }
                }
                (rows(folded, &backgrounds))
            }
        }
    }
}

fn rows(entries: &[&Entry], backgrounds: &[String]) -> Markup {
    let has_actors = entries.iter().any(|entry| entry.by.is_some());
    html! {
        table class="log" {
            thead {
                tr {
                    th scope="col" { "Time" }
                    @if has_actors { th scope="col" { "By" } }
                    th scope="col" { "What" }
                }
            }
            tbody {
                @for entry in entries {
                    tr {
                        td class="at" { (clock(entry.at)) }
                        @if has_actors {
                            td class="by" { (entry.by.as_deref().unwrap_or_default()) }
                        }
                        td { (said(&entry.text, backgrounds)) }
                    }
                }
            }
        }
    }
}
