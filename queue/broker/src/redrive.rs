//! What people do to a whole queue: pause it, and send the dead back.

use crate::Time;
use crate::broker::Broker;
use crate::event::Event;
use crate::name::QueueName;

/// Why messages cannot go back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedriveError {
    /// No queue sends its dead here.
    #[error("no queue has {0} as its dead_letter_queue; say where to with ?to=QUEUE")]
    Nowhere(QueueName),
    /// Several queues do.
    #[error("several queues have {0} as their dead_letter_queue; say where to with ?to=QUEUE")]
    Anywhere(QueueName),
    /// They would come back here.
    #[error("{0} is this queue itself; say another one with ?to=QUEUE")]
    Here(QueueName),
}

impl Broker {
    /// From now on nobody gets messages of a queue, or they do again; false where that was so.
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

    /// Sends ready messages back to where they died, or `to` another queue: as many as there are
    /// and have room there, at most `max`. They are done here, and begin anew there.
    ///
    /// # Errors
    /// When it is not known where to.
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
        // As with deaths: after all that happened in both queues, before what comes of it.
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

    /// The one queue that sends its dead here.
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
