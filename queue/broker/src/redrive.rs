//! Commands for a whole queue: pause, resume, and redrive dead messages.

use crate::Time;
use crate::broker::Broker;
use crate::event::Event;
use crate::name::QueueName;

/// The reason why messages cannot be redriven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedriveError {
    /// No queue sends its dead messages to this queue.
    #[error("no queue has {0} as its dead_letter_queue; name the target with ?to=QUEUE")]
    Nowhere(QueueName),
    /// Several queues send their dead messages to this queue.
    #[error("several queues have {0} as their dead_letter_queue; name the target with ?to=QUEUE")]
    Anywhere(QueueName),
    /// The target is the queue of the dead messages itself.
    #[error("{0} is this queue itself; name another one with ?to=QUEUE")]
    Here(QueueName),
}

impl Broker {
    /// Pauses a queue, so that receives get nothing, or resumes it; returns whether it changed.
    pub fn pause(&mut self, now: Time, name: &QueueName, paused: bool) -> bool {
        self.advance(now);
        let queue = self.queue(name);
        let changed = std::mem::replace(&mut queue.paused, paused) != paused;
        if changed {
            queue.events.push(Event::Paused { paused });
            queue.wake(now);
        }
        changed
    }

    /// Moves at most `max` ready messages to the queue `to`, as long as it has room, and returns
    /// how many. If `to` is `None`, the target is the queue where the messages died. Moved messages
    /// count as acked in the queue `name`, and start with no attempts in the target.
    ///
    /// # Errors
    /// When the target is the queue `name` itself, or `to` is `None` and the queue where the
    /// messages died is not known.
    pub fn redrive(
        &mut self,
        now: Time,
        name: &QueueName,
        to: Option<&QueueName>,
        max: usize,
    ) -> Result<u64, RedriveError> {
        self.advance(now);
        let to = to.cloned().map_or_else(|| self.died_in(name), Ok)?;
        if to == *name {
            return Err(RedriveError::Here(to));
        }
        let target = self.queue(&to);
        let (slots, mut bytes) = (target.free_slots(), target.free_bytes());
        let queue = self.queue(name);
        let ids: Vec<_> = queue.ready.iter().take(max.min(slots)).copied().collect();
        let mut going = Vec::new();
        for id in ids {
            let size = queue.messages.get(id).map_or(0, |it| it.body.len() as u64);
            if size > bytes {
                break;
            }
            bytes -= size;
            queue.ready.remove(&id);
            going.extend(queue.let_go(id).map(|message| (id, message)));
            queue.total.acked += 1;
            queue.events.push(Event::Redriven { id, to: to.clone() });
        }
        // The redrive must follow all earlier events of both queues, and precede its consequences.
        self.note(&to);
        self.note(name);
        let count = going.len() as u64;
        for (id, message) in going {
            self.queue(&to).insert(id, message.anew());
        }
        self.queue(&to).wake(now);
        self.note(&to);
        Ok(count)
    }

    /// Returns the queue whose dead-letter queue is `name`; fails if none or several have it.
    fn died_in(&self, name: &QueueName) -> Result<QueueName, RedriveError> {
        let sends = |queue: &&QueueName| {
            self.settings(queue).is_some_and(|it| it.dead_letter_queue.as_ref() == Some(name))
        };
        let mut from = self.names().filter(sends);
        match (from.next(), from.next()) {
            (Some(one), None) => Ok(one.clone()),
            (None, _) => Err(RedriveError::Nowhere(name.clone())),
            _ => Err(RedriveError::Anywhere(name.clone())),
        }
    }
}
