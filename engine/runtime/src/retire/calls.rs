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

/// Retirement calls that are under way, and their answers.
#[derive(Debug)]
pub struct Calls {
    /// How long a call may take; short, because a more urgent workload may wait for the slot.
    timeout: Duration,
    queues: BTreeMap<String, Arc<dyn WatchedQueue>>,
    sender: mpsc::UnboundedSender<Answer>,
    answers: mpsc::UnboundedReceiver<Answer>,
    /// Wakes the control loop at each answer.
    waker: Arc<Notify>,
}

impl Calls {
    /// Each call may take 40 % of a tick, and notifies `waker` when it is answered.
    pub fn new(tick: Duration, waker: Arc<Notify>) -> Calls {
        let (sender, answers) = mpsc::unbounded_channel();
        let timeout = part_of(tick, 0.4);
        Calls { timeout, queues: BTreeMap::new(), sender, answers, waker }
    }

    /// Retires a container at its queue. The caller must run the future; it always sends an answer.
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
            // If the queue does not answer, the container may hold a lease: `leases` is `None`.
            let leases = match queue {
                Some(queue) => queue.retire(&container).await.ok().flatten(),
                None => None,
            };
            // Sending cannot fail, because the loop lives longer than its calls.
            let _ = sender.send(Answer { workload, container, asked, leases });
            waker.notify_one();
        }
    }

    /// The client of a queue. Clients are kept, because a client keeps its connections.
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
