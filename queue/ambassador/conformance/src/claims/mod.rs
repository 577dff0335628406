//! What is tried: the API's contract, claim by claim.
//!
//! Each claim has a scene of its own. What `capabilities` says is not possible must be refused with
//! 501, and counts as a difference; so does what it puts in a word, and what only some upstreams
//! do.

use std::future::Future;
use std::pin::Pin;

use crate::scene::Scene;
use crate::verdict::Verdict;

mod failures;
mod leases;
mod messages;
mod queues;
mod whole;

/// The result of trying a claim; an error is what should never happen.
pub(crate) type Tried<'s> = Pin<Box<dyn Future<Output = anyhow::Result<Verdict>> + 's>>;

/// A claim: its name, which the table has, and what tries it.
pub(crate) struct Claim {
    pub(crate) name: &'static str,
    pub(crate) tried: for<'s, 'a> fn(&'s mut Scene<'a>) -> Tried<'s>,
}

macro_rules! claims {
    ($($name:literal => $function:path,)*) => {
        /// All claims, in the order of the table.
        pub(crate) const CLAIMS: &[Claim] = &[
            $(Claim { name: $name, tried: |scene| Box::pin($function(scene)) },)*
        ];
    };
}

claims! {
    "a message is published, received, acked, and gone" => messages::once_through,
    "bodies are any bytes" => messages::any_bytes,
    "a batch is published as a whole" => messages::a_batch,
    "a receive waits for a message, and gets several at once" => messages::a_wait,
    "a publish can delay its message" => messages::a_delay,
    "a publish with a key can be repeated" => messages::a_key,
    "messages can be seen without receiving them" => messages::a_peek,
    "a lease that ends returns its message, and makes the receipt stale" => leases::expiry,
    "a lease can be extended" => leases::extension,
    "a lease is as long as its receiver asks" => leases::its_own_length,
    "a nack counts as an attempt, and can delay" => leases::a_nack,
    "a release counts as no attempt" => leases::a_release,
    "after its last attempt a message is in the dead-letter queue" => leases::poison,
    "dead messages go back where they died" => leases::a_redrive,
    "a receiver that hangs up takes nothing with it" => leases::a_hang_up,
    "a worker that is killed loses its job to another" => whole::a_killed_worker,
    "workers are listed by name, and can be retired" => queues::workers,
    "who lost a message, and who did it, is told" => queues::stories,
    "a paused queue gives nothing until it is resumed" => queues::a_pause,
    "all messages can be purged" => queues::a_purge,
    "totals add up" => queues::totals,
    "the age of the oldest message is known" => queues::oldest_age,
    "a full queue refuses with 429" => queues::full,
    "other queues are in memory" => queues::in_memory,
    "while the upstream is away for 10 s calls are 503, and nothing is lost" => failures::away,
    "an upstream that stands still is a 503, and nothing is lost" => failures::a_standstill,
    "an upstream that speaks garbage is a 503" => failures::garbage,
    "an upstream that refuses the credentials is a 503" => failures::refused,
    "after the ambassador was killed nothing is lost, and receipts are valid" => failures::killed,
    "at SIGTERM a waiting receive ends empty" => failures::a_shutdown,
    "2,000 jobs go through the whole box, and none is lost" => whole::two_thousand,
}
