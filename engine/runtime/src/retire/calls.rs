//! The calls that retire containers at their queue, and the answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use client::WatchedQueue;
use sources::{Sources, part_of};
use tokio::sync::{Notify, mpsc};

/// The queue's answer to a retirement.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub workload: String,
    pub container: String,
    /// When the call was made.
    pub asked: Duration,
    /// How many leases the container holds; `None` where the queue has not answered.
    pub leases: Option<u64>,
}

/// Calls under way, and their answers.
#[derive(Debug)]
pub struct Calls {
    /// The longest time of a call, because more urgent work waits for it.
    timeout: Duration,
    queues: BTreeMap<String, Arc<dyn WatchedQueue>>,
    sender: mpsc::UnboundedSender<Answer>,
    answers: mpsc::UnboundedReceiver<Answer>,
    /// Notified at each answer.
    waker: Arc<Notify>,
}

impl Calls {
    /// Calls that take at most 40 % of a tick, and notify `waker` when they are answered.
    pub fn new(tick: Duration, waker: Arc<Notify>) -> Calls {
        let (sender, answers) = mpsc::unbounded_channel();
        let timeout = part_of(tick, 0.4);
        Calls { timeout, queues: BTreeMap::new(), sender, answers, waker }
    }

    /// Retires a container at its queue. The caller drives the future; an answer comes in any case.
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
            // Without an answer of the queue, nobody knows that the container holds no lease.
            let leases = match queue {
                Some(queue) => queue.retire(&container).await.ok().flatten(),
                None => None,
            };
            // The loop lives longer than its calls.
            let _ = sender.send(Answer { workload, container, asked, leases });
            waker.notify_one();
        }
    }

    /// One client for each queue, because a client keeps its connections.
    fn queue(&mut self, sources: &Sources, name: &str) -> Option<Arc<dyn WatchedQueue>> {
        if !self.queues.contains_key(name) {
            self.queues.insert(name.to_owned(), sources.queue(name, self.timeout).ok()?);
        }
        self.queues.get(name).cloned()
    }

    /// The answers since the last call.
    pub fn answers(&mut self) -> Vec<Answer> {
        std::iter::from_fn(|| self.answers.try_recv().ok()).collect()
    }
}
