//! The calls by which containers are retired, and what they are answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use client::WatchedQueue;
use sources::{Sources, part_of};
use tokio::sync::{Notify, mpsc};

/// One that was asked to retire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its workload.
    pub workload: String,
    /// The container.
    pub container: String,
    /// When it was asked.
    pub asked: Duration,
    /// How many leases it holds; `None` where the queue has not said.
    pub leases: Option<u64>,
}

/// Calls on their way, and their answers.
#[derive(Debug)]
pub struct Calls {
    /// No call takes longer: more urgent work waits for its end.
    timeout: Duration,
    queues: BTreeMap<String, Arc<dyn WatchedQueue>>,
    sender: mpsc::UnboundedSender<Answer>,
    answers: mpsc::UnboundedReceiver<Answer>,
    /// Rings at each answer.
    waker: Arc<Notify>,
}

impl Calls {
    /// Calls that take a part of a round at most, and ring `waker` when they are answered.
    pub fn new(tick: Duration, waker: Arc<Notify>) -> Calls {
        let (sender, answers) = mpsc::unbounded_channel();
        let timeout = part_of(tick, 0.4);
        Calls { timeout, queues: BTreeMap::new(), sender, answers, waker }
    }

    /// Retires a container at its queue; to be driven. Its answer comes in any case.
    pub fn retire(
        &mut self,
        sources: &Sources,
        queue: &str,
        workload: &str,
        container: &str,
        asked: Duration,
    ) -> impl Future<Output = ()> + Send + use<> {
        let queue = self.queue(sources, queue);
        let (sender, waker) = (self.sender.clone(), self.waker.clone());
        let (workload, container) = (workload.to_owned(), container.to_owned());
        async move {
            // A queue that retires nobody says of nobody that it holds no lease.
            let leases = match queue {
                Some(queue) => queue.retire(&container).await.ok().flatten(),
                None => None,
            };
            // The loop lives longer than its calls.
            let _ = sender.send(Answer { workload, container, asked, leases });
            waker.notify_one();
        }
    }

    /// It keeps its connections, so there is one for each queue.
    fn queue(&mut self, sources: &Sources, name: &str) -> Option<Arc<dyn WatchedQueue>> {
        if !self.queues.contains_key(name) {
            self.queues.insert(name.to_owned(), sources.queue(name, self.timeout).ok()?);
        }
        self.queues.get(name).cloned()
    }

    /// What was answered since this was asked last.
    pub fn answers(&mut self) -> Vec<Answer> {
        std::iter::from_fn(|| self.answers.try_recv().ok()).collect()
    }
}
