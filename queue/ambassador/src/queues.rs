//! [`Queues`]: all queues of the ambassador, upstream or in its own memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use broker::{NewMessage, QueueName, Settings, Time};
use bytes::Bytes;
use queue::Hub;

use crate::error::Failure;
use crate::front::others::Delivering;
use crate::front::{Front, Others};
use crate::upstream::Any;

/// All queues: those that are upstream, and the kit's own broker for all others.
#[derive(Debug)]
pub struct Queues {
    /// The queues in this process's memory.
    pub hub: Arc<Hub>,
    fronts: BTreeMap<QueueName, Arc<Front>>,
}

impl Queues {
    /// Puts the queues together. The settings are those that the upstream queues begin with.
    pub fn new(
        upstreams: impl IntoIterator<Item = (QueueName, Any)>,
        settings: &Settings,
        run: u32,
    ) -> Arc<Queues> {
        Arc::new_cyclic(|all: &Weak<Queues>| {
            let front = |(name, upstream): (QueueName, Any)| {
                let (settings, others): (_, Weak<dyn Others>) = (settings.clone(), all.clone());
                (name.clone(), Arc::new(Front::new(name, upstream, settings, run, others)))
            };
            let fronts = upstreams.into_iter().map(front).collect();
            Queues { hub: Arc::new(Hub::new(run)), fronts }
        })
    }

    /// The upstream queue with this name; `None` if the queue is in memory.
    pub fn front(&self, name: &QueueName) -> Option<&Arc<Front>> {
        self.fronts.get(name)
    }

    /// All upstream queues, sorted by name.
    pub fn fronts(&self) -> impl Iterator<Item = &Arc<Front>> {
        self.fronts.values()
    }

    async fn take_in(&self, to: &QueueName, body: Bytes, key: &str) -> Result<(), Failure> {
        match self.front(to) {
            Some(front) => Ok(front.take_over(body, key).await?),
            None => {
                let batch = vec![NewMessage { body, delay: Time::ZERO }];
                self.hub.publish(to, batch, self.hub.wall_clock(), None).await?;
                Ok(())
            }
        }
    }

    /// Ends and renews leases on time. Returns never.
    pub async fn keep_time(&self) {
        let fronts = self.fronts.values().map(|front| front.keep_time());
        tokio::select! {
            never = self.hub.keep_time() => match never {},
            _ = futures::future::join_all(fronts), if !self.fronts.is_empty() => {}
        }
    }

    /// The queues whose dead messages go to `name`.
    pub fn dying_into(&self, name: &QueueName) -> Vec<QueueName> {
        let is_it = |settings: Option<Settings>| {
            settings.is_some_and(|settings| settings.dead_letter_queue.as_ref() == Some(name))
        };
        let upstream = self.fronts().filter(|front| is_it(Some(front.settings())));
        let mut all: Vec<_> = upstream.map(|front| front.name.clone()).collect();
        all.extend(self.hub.call(|broker, _| {
            let own = broker.names().filter(|queue| is_it(broker.settings(queue).cloned()));
            own.cloned().collect::<Vec<_>>()
        }));
        all
    }

    /// Refuses dead-letter queues that would send messages in a circle, or from a queue in memory
    /// to one that is upstream.
    ///
    /// # Errors
    /// When the settings do.
    pub fn check(&self, name: &QueueName, settings: &Settings) -> Result<(), Failure> {
        settings.check().map_err(queue::ApiError::from)?;
        let Some(first) = &settings.dead_letter_queue else { return Ok(()) };
        if self.front(name).is_none() && self.front(first).is_some() {
            let text = format!(
                "{name} is in the ambassador's memory and {first} is upstream; choose another \
                 dead_letter_queue"
            );
            return Err(Failure::NotSupported(text));
        }
        let mut next = Some(first.clone());
        while let Some(there) = next {
            if there == *name {
                let circle = broker::SettingsError::Circle(first.clone());
                return Err(queue::ApiError::from(circle).into());
            }
            next = self.dead_letter_queue(&there);
        }
        Ok(())
    }

    fn dead_letter_queue(&self, name: &QueueName) -> Option<QueueName> {
        match self.front(name) {
            Some(front) => front.settings().dead_letter_queue,
            None => self.hub.call(|broker, _| broker.settings(name)?.dead_letter_queue.clone()),
        }
    }
}

impl Others for Queues {
    fn deliver<'a>(&'a self, to: &'a QueueName, body: Bytes, key: &'a str) -> Delivering<'a> {
        Box::pin(self.take_in(to, body, key))
    }
}
