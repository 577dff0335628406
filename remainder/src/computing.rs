//! The thread that computes, slice by slice, with a rest after each.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::duty::Duty;
use crate::tile::Tile;

/// Short enough that nobody waits long for the core, long enough that waking up costs little.
const SLICE: Duration = Duration::from_millis(4);
/// The kindest there is.
const NICENESS: i32 = 19;

/// Computes tiles and gives each to `done`, until the other end of `stay` is dropped; then it
/// returns after one slice at most. Lowers the priority of its thread for good.
pub fn compute(duty: Duty, stay: &Receiver<()>, mut done: impl FnMut(&Tile)) {
    lower_priority();
    let mut number = 0;
    let mut tile = Tile::new(number);
    loop {
        let begun = Instant::now();
        while begun.elapsed() < SLICE {
            tile.compute_row();
            if tile.is_done() {
                done(&tile);
                number += 1;
                tile = Tile::new(number);
            }
        }
        // A rest that ends late only makes the share smaller.
        let rest = duty.rest_after(begun.elapsed());
        if stay.recv_timeout(rest) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

/// On Linux this is the thread's own priority; elsewhere that of the whole program.
fn lower_priority() {
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!("the priority stays as it is: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn it_computes_until_it_shall_leave() {
        let (stay, heard) = mpsc::channel();
        let mut stay = Some(stay);
        let mut places = Vec::new();
        compute("100%".parse().unwrap(), &heard, |tile| {
            places.push(tile.place());
            stay = None;
        });
        assert_eq!(places[0], Tile::new(0).place());
    }

    #[test]
    fn it_leaves_in_the_middle_of_a_long_rest() {
        let (stay, heard) = mpsc::channel();
        let almost_nothing = "0.000001%".parse().unwrap();
        let thread = std::thread::spawn(move || compute(almost_nothing, &heard, |_| ()));
        drop(stay);
        thread.join().unwrap();
    }
}
