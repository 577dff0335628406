//! The thread that computes tiles in short slices, with a rest after each.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::duty::Duty;
use crate::ticket::Tickets;
use crate::tile::Tile;

/// The length of a slice: short, so that other threads get the core soon, but long compared with
/// the cost of waking up.
const SLICE: Duration = Duration::from_millis(4);
/// The lowest scheduling priority of a process on Unix.
const NICENESS: i32 = 19;

/// Computes the tiles that `tickets` name, and passes each finished tile to `done`. After the
/// sender of `stay` is dropped, returns within one slice. Lowers the thread's priority for good.
///
/// Never waits for a ticket: if none has arrived, computes the tile that follows the last one. The
/// rest before a tile is long enough for a ticket to arrive.
pub fn compute(duty: Duty, stay: &Receiver<()>, tickets: &Tickets, mut done: impl FnMut(&Tile)) {
    lower_priority();
    let mut number = 0;
    let mut under_way = None;
    let mut busy = SLICE;
    // A rest that takes too long only makes the used share of the core smaller.
    while stay.recv_timeout(duty.rest_after(busy)) != Err(RecvTimeoutError::Disconnected) {
        let begun = Instant::now();
        let tile = under_way.get_or_insert_with(|| {
            number = tickets.take().unwrap_or(number);
            Tile::new(number)
        });
        while begun.elapsed() < SLICE && !tile.is_done() {
            tile.compute_row();
        }
        if tile.is_done() {
            done(tile);
            number += 1;
            under_way = None;
        }
        busy = begun.elapsed();
    }
}

/// Lowers the priority of this thread on Linux, and of the whole process on other systems.
fn lower_priority() {
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!("the priority cannot be lowered: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::tile::Place;

    /// The places of the first `count` computed tiles; `each` is called after every tile.
    fn places(count: usize, tickets: &Tickets, mut each: impl FnMut(usize)) -> Vec<Place> {
        let (stay, heard) = mpsc::channel();
        let mut stay = Some(stay);
        let mut places = Vec::new();
        compute("100%".parse().unwrap(), &heard, tickets, |tile| {
            places.push(tile.place());
            each(places.len());
            if places.len() == count {
                stay = None;
            }
        });
        places
    }

    fn tiles(numbers: &[u64]) -> Vec<Place> {
        numbers.iter().map(|number| Place::of_tile(*number)).collect()
    }

    #[test]
    fn without_tickets_it_computes_tiles_in_order_until_it_is_stopped() {
        assert_eq!(places(3, &Tickets::default(), |_| ()), tiles(&[0, 1, 2]));
    }

    #[test]
    fn it_takes_each_ticket_once_and_without_one_continues_in_order() {
        let tickets = Tickets::default();
        tickets.put(3);
        let given = tickets.clone();
        let places = places(5, &tickets, |done| {
            if done == 2 {
                [1000, 2000, 3000].into_iter().for_each(|number| given.put(number));
            }
        });
        assert_eq!(places, tiles(&[3, 4, 2000, 3000, 3001]), "the oldest ticket is dropped");
    }

    #[test]
    fn it_stops_in_the_middle_of_a_long_rest() {
        let (stay, heard) = mpsc::channel();
        let almost_nothing = "0.000001%".parse().unwrap();
        let thread = std::thread::spawn(move || {
            compute(almost_nothing, &heard, &Tickets::default(), |_| ());
        });
        drop(stay);
        thread.join().unwrap();
    }
}
