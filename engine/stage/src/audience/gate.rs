//! How often the button may be pressed: by one phone once a second, by all of them twenty times.
//!
//! A room often has one address for all of its phones, so a phone is told by its cookie. Whoever
//! has none is told by the address, and so is whoever comes as one phone too many of an address:
//! a script that makes up cookies gains little by it, and nothing beyond the limit for all.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// Limits count over this time.
const WINDOW: Duration = Duration::from_secs(1);
/// So many presses of all phones are let through in it.
const ALL: usize = 20;
/// So many phones are told apart behind one address: a full lecture hall.
const BEHIND_ONE: usize = 200;
/// So many phones are remembered at all, in some 200 KB.
const REMEMBERED: usize = 2000;
/// After this time without a press a phone is forgotten.
const IDLE: Duration = Duration::from_secs(60);

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

/// Who pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phone {
    /// The phone with this cookie.
    With(u128),
    /// One of those without a cookie at this address.
    At(IpAddr),
}

/// A phone that has a cookie.
#[derive(Debug)]
struct Known {
    address: IpAddr,
    pressed: Duration,
}

/// The presses of the last second that were let through, never more than those of all; and the
/// phones of the last minute.
#[derive(Debug, Default)]
pub struct Gate {
    presses: VecDeque<(Duration, Phone)>,
    phones: HashMap<u128, Known>,
}

impl Gate {
    /// Lets a press from `peer` through at `now`, or says why not.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn press(
        &mut self,
        now: Duration,
        peer: IpAddr,
        cookie: Option<u128>,
    ) -> Result<(), TooMany> {
        while self.presses.front().is_some_and(|(at, _)| *at + WINDOW <= now) {
            self.presses.pop_front();
        }
        if self.presses.len() >= ALL {
            // A phone that has just pressed hears of itself, which it can do something about.
            let shown = cookie.map_or(Phone::At(network(peer)), Phone::With);
            return Err(if self.has_pressed(shown) { TooMany::FromYou } else { TooMany::FromAll });
        }
        let phone = self.phone(now, network(peer), cookie);
        if self.has_pressed(phone) {
            return Err(TooMany::FromYou);
        }
        self.presses.push_back((now, phone));
        Ok(())
    }

    fn has_pressed(&self, phone: Phone) -> bool {
        self.presses.iter().any(|(_, other)| *other == phone)
    }

    /// Who presses: the phone with this cookie, where it is known or there is room for one more.
    fn phone(&mut self, now: Duration, address: IpAddr, cookie: Option<u128>) -> Phone {
        let Some(cookie) = cookie else { return Phone::At(address) };
        if let Some(known) = self.phones.get_mut(&cookie) {
            known.pressed = now;
            return Phone::With(cookie);
        }
        self.phones.retain(|_, phone| phone.pressed + IDLE > now);
        let here = self.phones.values().filter(|phone| phone.address == address).count();
        if here >= BEHIND_ONE || self.phones.len() >= REMEMBERED {
            return Phone::At(address);
        }
        self.phones.insert(cookie, Known { address, pressed: now });
        Phone::With(cookie)
    }
}

/// What one network has: an address, or in IPv6 the 64 bits that a host cannot choose.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let bits = u128::from(address) & !u128::from(u64::MAX);
            Ipv6Addr::from(bits).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u8) -> IpAddr {
        [192, 168, 1, number].into()
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// How many of these cookies, all behind one address, are let through in each of some seconds.
    fn let_through(gate: &mut Gate, seconds: u64, cookies: impl Iterator<Item = u128>) -> usize {
        let presses = (0_u64..).map(|n| at(n * 25)).take_while(|now| *now < at(seconds * 1000));
        let through = presses
            .zip(cookies)
            .filter(|(now, cookie)| gate.press(*now, address(1), Some(*cookie)).is_ok());
        through.count()
    }

    #[test]
    fn an_address_without_cookies_presses_once_a_second_also_by_its_other_name() {
        let mut gate = Gate::default();
        assert_eq!(gate.press(at(0), address(1), None), Ok(()));
        assert_eq!(gate.press(at(500), address(2), None), Ok(()));
        assert_eq!(gate.press(at(999), address(1), None), Err(TooMany::FromYou));
        let mapped = "::ffff:192.168.1.1".parse().unwrap();
        assert_eq!(gate.press(at(999), mapped, None), Err(TooMany::FromYou));
        assert_eq!(gate.press(at(1000), mapped, None), Ok(()));
        let [one, other] = ["fd00::1", "fd00::ffff:2"].map(|text| text.parse().unwrap());
        assert_eq!(gate.press(at(1000), one, None), Ok(()));
        assert_eq!(gate.press(at(1000), other, None), Err(TooMany::FromYou), "one network");
    }

    #[test]
    fn twenty_phones_behind_one_address_press_once_a_second_each() {
        let mut gate = Gate::default();
        for second in 0..5 {
            for phone in 0..20 {
                assert_eq!(gate.press(at(second * 1000), address(1), Some(phone)), Ok(()));
            }
            let late = at(second * 1000 + 999);
            assert_eq!(gate.press(late, address(1), Some(7)), Err(TooMany::FromYou));
            assert_eq!(gate.press(late, address(1), Some(20)), Err(TooMany::FromAll));
            assert_eq!(gate.press(late, address(1), None), Err(TooMany::FromAll));
        }
        assert_eq!((gate.presses.len(), gate.phones.len()), (20, 20));
    }

    #[test]
    fn the_room_presses_twenty_times_a_second_and_a_refused_press_takes_no_place() {
        let mut gate = Gate::default();
        for number in 0..20 {
            assert_eq!(gate.press(at(u64::from(number)), address(number), None), Ok(()));
        }
        for ms in [20, 999] {
            assert_eq!(gate.press(at(ms), address(100), None), Err(TooMany::FromAll));
        }
        assert_eq!(gate.press(at(1000), address(100), None), Ok(()));
        assert_eq!(gate.press(at(1000), address(101), None), Err(TooMany::FromAll));
        assert_eq!(gate.presses.len(), 20);
    }

    #[test]
    fn who_makes_up_a_cookie_for_each_press_soon_counts_as_one_address() {
        let mut gate = Gate::default();
        assert_eq!(let_through(&mut gate, 10, 0..), BEHIND_ONE, "never over the limit for all");
        let more = let_through(&mut Gate::default(), 30, 0..);
        assert_eq!(more, BEHIND_ONE + 20, "then one a second");
        assert!(gate.phones.len() <= BEHIND_ONE);
        assert_eq!(gate.press(at(10_000), address(2), Some(1 << 100)), Ok(()), "others still may");
    }

    #[test]
    fn what_is_remembered_has_a_bound_and_is_forgotten_after_a_while() {
        let mut gate = Gate::default();
        for n in 0..10_000_u32 {
            let (now, peer) = (at(u64::from(n / 20) * 1000 / 100), n.to_be_bytes().into());
            let _ = gate.press(now + at(1000) * (n / 20), peer, Some(n.into()));
            assert!(gate.phones.len() <= REMEMBERED && gate.presses.len() <= ALL);
        }
        gate.press(at(10_000_000), address(1), Some(1 << 100)).unwrap();
        assert_eq!(gate.phones.len(), 1);
    }
}
