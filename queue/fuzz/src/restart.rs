//! The state after a restart.

use std::time::Duration;

use broker::{Broker, MessageId, Peeked, QueueName, Settings, Time};
use queue::durable::load;
use queue::{Store, restored};

use super::calls::play;
use super::disk::Memory;
use super::world::{World, is_conserved, paused};

/// The wall clock when the broker's time begins.
const WALL: u64 = 1_700_000_000_000;

/// The state of a message that a restart keeps.
type Message = (MessageId, u32, Vec<u8>);

/// The state of a queue that a restart keeps.
#[derive(Debug, PartialEq)]
struct Kept {
    name: QueueName,
    settings: Settings,
    paused: bool,
    published: u64,
    done: u64,
    messages: Vec<Message>,
}

/// Calls on a queue with a log: the state at the end is the same after a restart.
pub fn restart(data: &[u8]) {
    let disk = Memory::default();
    let before = paused(run(&disk, data));
    let loaded = load(disk).expect("it was written as it should be");
    let after = paused(async { restored(loaded, 2, || WALL).0.hub.call(kept) });
    if before.iter().any(|queue| queue.settings.max_age.is_some()) {
        // Ages follow the wall clock, which goes on meanwhile.
        return;
    }
    let used = before.into_iter().filter(|it| after.iter().any(|other| other.name == it.name));
    assert_eq!(used.collect::<Vec<_>>(), after);
}

/// Makes the calls; returns the state at their end.
async fn run(disk: &Memory, data: &[u8]) -> Vec<Kept> {
    let loaded = load(disk.clone()).expect("an empty log");
    let (Store { hub, writer }, _) = restored(loaded, 1, || WALL);
    let writer = writer.expect("it has a log");
    let runtime = tokio::runtime::Handle::current();
    let writing = std::thread::spawn(move || {
        // The hub needs the runtime's clock, which is paused.
        let _runtime = runtime.enter();
        writer.run()
    });
    let mut world = World::around(hub.clone(), None);
    play(&mut world, data).await;
    world.wait(Duration::ZERO).await;
    let left = hub.call(kept);
    hub.close();
    writing.join().expect("it does not fail").expect("nor does its disk");
    left
}

fn kept(broker: &mut Broker, now: Time) -> Vec<Kept> {
    let names: Vec<QueueName> = broker.names().cloned().collect();
    let queues = names.into_iter().filter_map(|name| {
        let stats = broker.stats(now, &name)?;
        assert!(is_conserved(&stats), "{name}: {stats:?}");
        let total = stats.total;
        let messages = broker.peek(&name, usize::MAX)?.iter().map(message).collect();
        Some(Kept {
            settings: broker.settings(&name)?.clone(),
            name,
            paused: stats.paused,
            published: total.published,
            done: total.acked + total.dead + total.purged,
            messages,
        })
    });
    queues.collect()
}

fn message(message: &Peeked) -> Message {
    (message.id, message.attempts, message.body.to_vec())
}
