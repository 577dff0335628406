//! Publishes decisions and warnings as Events on the Deployments, with the same texts as the page.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use k8s_openapi::api::apps::v1::Deployment;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Client, Resource, ResourceExt};

use crate::rights::grant;

/// Publishes Events. If that fails, the failure is logged and the Event is lost.
#[derive(Clone)]
pub struct Events {
    recorder: Recorder,
    /// Whether the log already says that the right to publish is missing; it says so once.
    is_refusal_logged: Arc<AtomicBool>,
}

impl Events {
    /// `instance` is this engine's name, which its Events carry.
    pub fn new(client: Client, instance: &str) -> Events {
        let controller = "microscaling-engine".to_owned();
        let reporter = Reporter { controller, instance: Some(instance.to_owned()) };
        Events { recorder: Recorder::new(client, reporter), is_refusal_logged: Arc::default() }
    }

    /// Publishes an Event about a Deployment: a scaling, or a warning of something wrong with it.
    pub async fn publish(&self, about: &Deployment, type_: EventType, reason: &str, note: &str) {
        let event = Event {
            type_,
            reason: reason.to_owned(),
            note: Some(shortened(note)),
            action: "Scaling".to_owned(),
            secondary: None,
        };
        let reference = about.object_ref(&());
        match self.recorder.publish(&event, &reference).await {
            Ok(()) => self.is_refusal_logged.store(false, Relaxed),
            Err(kube::Error::Api(status)) if status.code == 403 => self.refused(about),
            Err(error) => tracing::debug!("an Event cannot be published: {error}"),
        }
    }

    fn refused(&self, about: &Deployment) {
        if !self.is_refusal_logged.swap(true, Relaxed) {
            let namespace = about.namespace().unwrap_or_default();
            let grant = grant(&namespace, "create,patch", "events.events.k8s.io", None);
            tracing::warn!("the engine may not publish Events; grant it with {grant}");
        }
    }
}

/// The longest note in bytes; the apiserver refuses longer ones.
const LONGEST: usize = 1024;

fn shortened(note: &str) -> String {
    if note.len() <= LONGEST {
        return note.to_owned();
    }
    let mut end = LONGEST - 4;
    while !note.is_char_boundary(end) {
        end -= 1;
    }
    format!("{} ...", &note[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_note_is_cut_at_a_character_boundary() {
        assert_eq!(shortened("short"), "short");
        let long = shortened(&"\u{e9}".repeat(1000));
        assert!(long.len() <= LONGEST && long.ends_with(" ..."), "{}", long.len());
    }
}
