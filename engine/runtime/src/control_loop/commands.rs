//! The commands of people and scenarios. Only the control loop carries them out.

use std::collections::BTreeMap;

use control::Followed;
use futures::FutureExt;
use futures::future::ready;
use model::scheduler::{Phase, ScaleError, Status, Written};
use model::{Actor, ControlMode};

use super::ControlLoop;
use super::handle::{Command, Reply, Request};
use super::reset::Reset;
use crate::snapshots::headline::cause::Cause;
use crate::snapshots::log::{Kind, LogEvent};

/// The largest burst, in jobs; a demo needs no larger one.
pub const MOST_JOBS: u32 = 10_000;

/// The slow part of a command, which the control loop does not wait for.
pub(super) struct Errand {
    /// The answer to the caller once `work` is done.
    pub(super) text: String,
    /// The log event once `work` is done; `None` logs nothing.
    pub(super) news: Option<LogEvent>,
    pub(super) work: Written,
}

impl ControlLoop {
    pub(super) fn obey(&mut self, request: Request) {
        let Request { by, command, reply } = request;
        if let Err(error) = self.may(&command) {
            // Sending fails if the caller no longer waits.
            let _ = reply.send(Err(error));
            return;
        }
        let errand = match command {
            Command::Scale { deployment, replicas } => Ok(self.scale(by, deployment, replicas)),
            Command::Hold(hold) => Ok(self.hold(by, hold)),
            Command::Kill { workload } => self.kill(by, &workload),
            Command::Burst { queue, jobs } => self.burst(by, queue, jobs),
            Command::Blind { queue, blind } => self.blind(by, &queue, blind),
            Command::Configure(changes) => self.configure(by, &changes),
            Command::Defaults => Ok(self.set_defaults(by)),
            Command::Pause { workload, paused } => self.pause(by, workload, paused),
            Command::Reset => {
                self.reset_settings(by);
                self.reset = Some(Reset::new(by, reply));
                return self.round(false);
            }
            Command::Show(news) => Ok(self.show(by, news)),
        };
        match errand {
            Ok(errand) => self.carry_out_beside(reply, errand),
            Err(error) => drop(reply.send(Err(error))),
        }
        self.round(false);
    }

    /// Returns an error if a command cannot be carried out in the present state.
    fn may(&self, command: &Command) -> Result<(), ScaleError> {
        let refused = |text: String| Err(ScaleError::Refused(text));
        if let ControlMode::LooksOn(because) = self.mode()
            && !matches!(command, Command::Show(_))
        {
            return refused(format!("nothing can be changed here: {because}"));
        }
        if self.reset.is_some() {
            return refused("a reset is under way".to_owned());
        }
        match command {
            Command::Scale { deployment, replicas } => self.fits(deployment, *replicas),
            Command::Burst { jobs, .. } if *jobs == 0 || *jobs > MOST_JOBS => {
                refused(format!("a burst has 1 to {MOST_JOBS} jobs, not {jobs}"))
            }
            _ => Ok(()),
        }
    }

    fn scale(&mut self, by: Actor, deployment: String, replicas: u32) -> Errand {
        self.builder.expect(&deployment, by);
        let first = self.leavers(&deployment);
        let written = self.components.scheduler.scale(&deployment, replicas, &first);
        let text = format!("the count of {deployment} is {replicas}");
        let work = written.map(move |done| match done {
            // This is no error: a moving slider sends many counts, and only the last one matters.
            Err(ScaleError::Superseded) => Ok(()),
            done => done.inspect(|()| {
                let how = if by == Actor::Opening { "by the opening load" } else { "by hand" };
                tracing::info!("{deployment} set to {replicas} {how}");
            }),
        });
        Errand { text, news: None, work: work.boxed() }
    }

    fn hold(&mut self, by: Actor, hold: bool) -> Errand {
        let before = self.components.authority.held();
        let work = self.components.authority.hold(hold);
        let text = if hold { "scaling held" } else { "scaling resumed" };
        let news = LogEvent::marked(Kind::Hold, text, by);
        Errand { text: text.to_owned(), news: (before != hold).then_some(news), work }
    }

    fn kill(&mut self, by: Actor, workload: &str) -> Result<Errand, ScaleError> {
        let name = self.victim(workload)?;
        let work = self.components.scheduler.kill(workload, &name);
        self.killed.insert(name.clone());
        self.builder.kill(self.components.clock.now(), &name);
        let cause = Cause::Kill { workload: workload.to_owned(), container: name.clone() };
        let marked = LogEvent::marked(Kind::Kill, format!("{name} killed"), by);
        let news = LogEvent { cause: Some(cause), ..marked };
        Ok(Errand { text: name, news: Some(news), work })
    }

    /// The first ready container by name, usually the oldest. Refuses Deployments that others need.
    fn victim(&self, workload: &str) -> Result<String, ScaleError> {
        let all = self.components.scheduler.observe();
        let Some(status) = all.get(workload) else {
            let (name, known) = (workload.to_owned(), all.keys().cloned().collect());
            return Err(ScaleError::Unknown { name, known });
        };
        if status.serves {
            let text = format!("other Deployments depend on {workload}, so it must not be killed");
            return Err(ScaleError::Refused(text));
        }
        if !status.ours && self.components.core.config().workload(workload).is_none() {
            let text = format!("{workload} is neither scaled nor part of the demo");
            return Err(ScaleError::Refused(text));
        }
        let at_work = status.instances.iter().find(|it| it.phase == Phase::Ready);
        let none = || ScaleError::Refused(format!("no container of {workload} is ready"));
        at_work.map(|it| it.name.clone()).ok_or_else(none)
    }

    fn burst(&self, by: Actor, queue: Option<String>, jobs: u32) -> Result<Errand, ScaleError> {
        let sources = &self.components.sources;
        let queue = queue.or_else(|| sources.queues().next().map(str::to_owned));
        let none = || ScaleError::Refused("no workload follows a queue".to_owned());
        let queue = queue.ok_or_else(none)?;
        if !self.must_follow(&queue)?.is_queue() {
            let text = format!("{queue} is a metric and no queue, so no jobs can be added to it");
            return Err(ScaleError::Refused(text));
        }
        let queue = sources.queue(&queue, client::TIMEOUT);
        let text =
            if jobs == 1 { "1 job added".to_owned() } else { format!("{jobs} jobs at once") };
        let audience = by == Actor::Audience;
        let marked = LogEvent::marked(Kind::Burst, text.clone(), by);
        // The audience's bursts are not marked, because their many marks would cover the chart.
        let mark = marked.mark.filter(|_| !audience);
        let cause = Some(Cause::Burst { jobs: jobs.into(), audience });
        let news = Some(LogEvent { mark, cause, ..marked });
        let work = async move {
            let refused = |error: client::Error| ScaleError::Refused(error.to_string());
            let bodies: Vec<Vec<u8>> =
                (1..=jobs).map(|n| format!("burst, job {n} of {jobs}").into_bytes()).collect();
            queue.map_err(refused)?.publish_all(&bodies).await.map_err(refused)
        };
        Ok(Errand { text, news, work: work.boxed() })
    }

    fn blind(&mut self, by: Actor, queue: &str, blind: bool) -> Result<Errand, ScaleError> {
        let followed = self.must_follow(queue)?.to_string();
        self.components.sources.set_blind(queue, blind);
        let can = if blind { "cannot be read" } else { "can be read again" };
        let news = Some(LogEvent::marked(Kind::Blind, format!("{followed} {can}"), by));
        Ok(Errand { text: String::new(), news, work: ready(Ok(())).boxed() })
    }

    fn must_follow(&self, queue: &str) -> Result<&Followed, ScaleError> {
        let followed = self.components.sources.followed(queue);
        followed
            .ok_or_else(|| ScaleError::Refused(format!("no workload follows the queue {queue}")))
    }

    fn show(&mut self, by: Actor, news: Option<LogEvent>) -> Errand {
        if let Some(news) = news {
            self.builder.tell(self.components.clock.now(), LogEvent { by: Some(by), ..news });
        }
        Errand { text: String::new(), news: None, work: ready(Ok(())).boxed() }
    }

    fn carry_out_beside(&mut self, reply: Reply, errand: Errand) {
        let Errand { text, news, work } = errand;
        let (log_tx, waker) = (self.log_tx.clone(), self.waker.clone());
        self.writes.spawn(async move {
            let done = work.await;
            if done.is_ok()
                && let Some(news) = news
            {
                tracing::info!("{}", news.text);
                // Sending cannot fail, because the receiving loop lives longer than its writes.
                let _ = log_tx.send(news);
                waker.notify_one();
            }
            let _ = reply.send(done.map(|()| text));
        });
    }

    /// Returns an error if a count set by hand would exceed the capacity.
    fn fits(&self, deployment: &str, replicas: u32) -> Result<(), ScaleError> {
        let config = self.components.core.config();
        let all: BTreeMap<String, Status> = self.components.scheduler.observe();
        if all.get(deployment).is_some_and(|status| status.serves) {
            let text = format!("other Deployments depend on {deployment}, so its count is fixed");
            return Err(ScaleError::Refused(text));
        }
        let scaled = config.workloads.iter().filter_map(|w| Some((&w.name, all.get(&w.name)?)));
        let Some(desired) =
            scaled.clone().find(|(n, _)| *n == deployment).map(|(_, s)| s.replicas.desired)
        else {
            return Ok(());
        };
        let occupied: u32 = scaled.map(|(_, status)| status.replicas.occupied()).sum();
        let free = config.capacity.saturating_sub(occupied);
        if replicas <= desired + free {
            return Ok(());
        }
        Err(ScaleError::Refused(format!(
            "{deployment} is scaled by the engine and only {free} of {} slots are free; \
             at most {} are possible now",
            config.capacity,
            desired + free,
        )))
    }
}
