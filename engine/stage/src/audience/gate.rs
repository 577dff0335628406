//! Limits the presses of the button: one a second from each phone, and 20 a second from all phones.
//!
//! All phones of a room often share one address, so each phone is recognized by its cookie. All
//! phones without a cookie at one address share one limit. Once `BEHIND_ONE` phones are known at an
//! address, further phones share that limit, too. A script that invents cookies therefore gains
//! little, and never exceeds the limit for all phones.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// The limits apply to the presses within this time.
const WINDOW: Duration = Duration::from_secs(1);
/// The most presses of all phones in [`WINDOW`].
const ALL: usize = 20;
/// The most phones that are distinguished at one address: a full lecture hall.
const BEHIND_ONE: usize = 200;
/// The most phones that are remembered; they need about 200 KB.
const REMEMBERED: usize = 2000;
/// A phone is forgotten after this time without a press.
const IDLE: Duration = Duration::from_secs(60);

/// Why a press is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// This phone has pressed within the last second.
    #[error("one job a second from each phone; wait a moment")]
    FromYou,
    /// All phones together have reached their limit.
    #[error("the whole room adds at most {ALL} jobs a second; wait a moment")]
    FromAll,
}

/// The sender of a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phone {
    /// A phone that is recognized by this cookie.
    With(u128),
    /// A phone without a known cookie, at this address.
    At(IpAddr),
}

/// A phone that is recognized by its cookie.
#[derive(Debug)]
struct Known {
    address: IpAddr,
    pressed: Duration,
}

/// The accepted presses of the last second, at most `ALL`, and the phones of the last minute.
#[derive(Debug, Default)]
pub struct Gate {
    presses: VecDeque<(Duration, Phone)>,
    phones: HashMap<u128, Known>,
}

impl Gate {
    /// Accepts a press from `peer` at `now`.
    ///
    /// # Errors
    /// When the press exceeds a limit.
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
            // A phone that has just pressed gets its own limit as the reason: waiting helps.
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

    /// The phone with this cookie, or its address if it has no cookie or cannot be remembered.
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

/// The part of an address that a host cannot choose: all of IPv4, the first 64 bits of IPv6.
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

    /// Presses every 25 ms, from one address, with these cookies; returns how many were accepted.
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
    fn a_script_that_invents_a_cookie_for_each_press_soon_counts_as_one_address() {
        let mut gate = Gate::default();
        assert_eq!(let_through(&mut gate, 10, 0..), BEHIND_ONE, "never over the limit for all");
        let more = let_through(&mut Gate::default(), 30, 0..);
        assert_eq!(more, BEHIND_ONE + 20, "then one a second");
        assert!(gate.phones.len() <= BEHIND_ONE);
        assert_eq!(gate.press(at(10_000), address(2), Some(1 << 100)), Ok(()), "others still may");
    }

    #[test]
    fn remembered_phones_are_bounded_and_forgotten_after_a_while() {
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
