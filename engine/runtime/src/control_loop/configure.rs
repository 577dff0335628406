//! Edits of annotations, by this engine and by other programs or people.

use std::time::Duration;

use model::Actor;
use model::configure::Change;
use model::configure::changed::{Edited, together};
use model::scheduler::ScaleError;

use super::ControlLoop;
use super::commands::Errand;
use crate::snapshots::log::{Kind, LogEvent};
use crate::snapshots::state::seconds;

impl ControlLoop {
    /// Updates the settings and the decision core from the annotations as they are now.
    pub(super) fn take_settings(&mut self, now: Duration) {
        let because = self.controls().configure;
        let uptime = self.builder.uptime(now);
        let super::Components { core, scheduler, sources, settings, metrics, .. } =
            &mut self.components;
        settings.forbid_edits(because);
        settings.see_missing(sources.missing());
        let edit = scheduler.described().and_then(|described| settings.update(described));
        let Some(edit) = edit else { return };
        for (deployment, warning) in &edit.news {
            tracing::warn!("{}", warning.text);
            scheduler.warn(deployment, warning);
        }
        let edited = together(seconds(uptime), &edit.changed);
        settings.remember(&edited);
        edited.into_iter().for_each(|edited| self.builder.tell(now, news(edited)));
        let Some(config) = edit.config else { return };
        metrics.forget_settings();
        if let Err(error) = sources.follow(&config.workloads) {
            tracing::error!("{error}");
        }
        if let Err(problems) = core.reconfigure(config) {
            problems.iter().for_each(|problem| tracing::error!("{problem}"));
        }
    }

    /// Edits annotations. If one change is invalid, makes no change at all.
    pub(super) fn configure(
        &mut self,
        by: Actor,
        changes: &[Change],
    ) -> Result<Errand, ScaleError> {
        // The check needs the present annotations, even before the first round.
        self.take_settings(self.components.clock.now());
        let settings = &self.components.settings;
        if let Some((name, known)) = settings.unknown(changes) {
            return Err(ScaleError::Unknown { name, known });
        }
        settings.check(changes).map_err(ScaleError::BadConfiguration)?;
        Ok(self.edit(by, changes))
    }

    /// Restores all annotations to the values that the engine saw first.
    pub(super) fn set_defaults(&mut self, by: Actor) -> Errand {
        self.take_settings(self.components.clock.now());
        let changes = self.components.settings.overview().back();
        self.edit(by, &changes)
    }

    /// Pauses or resumes a workload by its annotation.
    pub(super) fn pause(
        &mut self,
        by: Actor,
        name: String,
        paused: bool,
    ) -> Result<Errand, ScaleError> {
        self.take_settings(self.components.clock.now());
        let overview = self.components.settings.overview();
        let Some(change) = overview.pause(&name, paused) else {
            let known = overview.workloads.iter().map(|it| it.deployment.clone()).collect();
            return Err(ScaleError::Unknown { name, known });
        };
        Ok(self.edit(by, &[change]))
    }

    /// Restores the settings at a reset, if this engine may edit annotations.
    pub(super) fn reset_settings(&mut self, by: Actor) {
        let changes = self.components.settings.overview().back();
        if changes.is_empty() || self.controls().configure.is_some() {
            return;
        }
        self.components.settings.announce(by, &changes);
        let written = self.components.scheduler.configure(&changes);
        self.writes.spawn(async move {
            if let Err(error) = written.await {
                tracing::warn!("the settings were not reset: {error}");
            }
        });
    }

    /// Edits annotations. The edit is logged once the engine sees it, like anybody else's edit.
    fn edit(&mut self, by: Actor, changes: &[Change]) -> Errand {
        self.components.settings.announce(by, changes);
        let work = self.components.scheduler.configure(changes);
        Errand { text: "edited".to_owned(), news: None, work }
    }
}

fn news(edited: Edited) -> LogEvent {
    let kind = if edited.is_pause { Kind::Pause } else { Kind::Edit };
    let mark = Some(edited.mark);
    LogEvent { by: Some(edited.by), mark, ..LogEvent::new(kind, edited.text) }
}
