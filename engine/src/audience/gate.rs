//! How often the button may be pressed: by one phone once a second, by all of them twenty times.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

/// Limits count over this time.
const WINDOW: Duration = Duration::from_secs(1);
/// So many presses of all phones are let through in it.
const ALL: usize = 20;

/// Why a press is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// This phone has just pressed.
    #[error("one job a second from each phone; wait a moment")]
    FromYou,
    /// Many others have.
    #[error("the whole room adds at most {ALL} jobs a second; wait a moment")]
    FromAll,
}

/// The presses of the last second that were let through; never more than those of all.
#[derive(Debug, Default)]
pub struct Gate(VecDeque<(Duration, IpAddr)>);

impl Gate {
    /// Lets a press of `peer` through at `now`, or says why not.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn press(&mut self, now: Duration, peer: IpAddr) -> Result<(), TooMany> {
        let peer = peer.to_canonical();
        while self.0.front().is_some_and(|(at, _)| *at + WINDOW <= now) {
            self.0.pop_front();
        }
        if self.0.iter().any(|(_, other)| *other == peer) {
            return Err(TooMany::FromYou);
        }
        if self.0.len() >= ALL {
            return Err(TooMany::FromAll);
        }
        self.0.push_back((now, peer));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(number: u8) -> IpAddr {
        [192, 168, 1, number].into()
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_phone_presses_once_a_second_also_by_its_other_name() {
        let mut gate = Gate::default();
        assert_eq!(gate.press(at(0), phone(1)), Ok(()));
        assert_eq!(gate.press(at(500), phone(2)), Ok(()));
        assert_eq!(gate.press(at(999), phone(1)), Err(TooMany::FromYou));
        let mapped = "::ffff:192.168.1.1".parse().unwrap();
        assert_eq!(gate.press(at(999), mapped), Err(TooMany::FromYou));
        assert_eq!(gate.press(at(1000), mapped), Ok(()));
    }

    #[test]
    fn the_room_presses_twenty_times_a_second_and_a_refused_press_takes_no_place() {
        let mut gate = Gate::default();
        for number in 0..20 {
            assert_eq!(gate.press(at(u64::from(number)), phone(number)), Ok(()));
        }
        for ms in [20, 999] {
            assert_eq!(gate.press(at(ms), phone(100)), Err(TooMany::FromAll));
        }
        assert_eq!(gate.press(at(1000), phone(100)), Ok(()));
        assert_eq!(gate.press(at(1000), phone(101)), Err(TooMany::FromAll));
        assert_eq!(gate.0.len(), 20);
    }
}
