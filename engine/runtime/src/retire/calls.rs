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
    /// How many leases the container holds; `None` if the queue has not answered.
    pub leases: Option<u64>,
}

/// Calls under way, and their answers.
#[derive(Debug)]
pub struct Calls {
    /// How long a call may take; short, because more urgent work waits for it.
    timeout: Duration,
    queues: BTreeMap<String, Arc<dyn WatchedQueue>>,
    sender: mpsc::UnboundedSender<Answer>,
    answers: mpsc::UnboundedReceiver<Answer>,
    /// Wakes the control loop at each answer.
    waker: Arc<Notify>,
}

impl Calls {
    /// No calls yet. Each may take 40 % of a tick, and notifies `waker` when it is answered.
    pub fn new(tick: Duration, waker: Arc<Notify>) -> Calls {
        let (sender, answers) = mpsc::unbounded_channel();
        let timeout = part_of(tick, 0.4);
        Calls { timeout, queues: BTreeMap::new(), sender, answers, waker }
    }

    /// Retires a container at its queue. The caller runs the future, which always sends an answer.
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
            // Without the queue's answer the container may hold a lease, so `leases` is unknown.
            let leases = match queue {
                Some(queue) => queue.retire(&container).await.ok().flatten(),
                None => None,
            };
            // Sending cannot fail, because the loop lives longer than its calls.
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

    /// The answers that have arrived since `answers` was last called.
    pub fn answers(&mut self) -> Vec<Answer> {
        std::iter::from_fn(|| self.answers.try_recv().ok()).collect()
    }
}
