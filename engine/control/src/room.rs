//! How many containers of a workload the machines have room for, as far as is known.
//!
//! A container that finds no machine holds a slot and does nothing with it. So the workload is
//! capped at the count that fits, its other slots are lent, and one more is tried every 15 s.

use crate::Time;
use crate::workload::Replicas;

/// After this time, one more container than the cap is tried.
pub const PROBE_AFTER: Time = Time::from_secs(15);

/// The known room for one workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct MachineRoom {
    cap: Option<Cap>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cap {
    most: u32,
    /// Whether `most` includes one extra container that is being tried.
    probing: bool,
    /// When one more container is tried.
    until: Time,
}

impl MachineRoom {
    /// Takes in the containers at `now`.
    pub(crate) fn update(&mut self, now: Time, replicas: &Replicas) {
        let until = now + PROBE_AFTER;
        if replicas.unschedulable > 0 {
            // Counts existing containers, not desired ones: after a cut `unschedulable` still
            // includes those that leave.
            let there = replicas.ready + replicas.starting;
            let most = there.saturating_sub(replicas.unschedulable);
            // Containers that are already being removed do not lower the cap again.
            if self.cap.is_none_or(|cap| most < cap.most) {
                self.cap = Some(Cap { most, probing: false, until });
            }
            return;
        }
        let Some(cap) = self.cap else { return };
        if cap.probing && replicas.ready >= cap.most {
            // The container that was tried has found a machine, so there may be more room.
            self.cap = None;
        } else if now >= cap.until {
            self.cap = Some(Cap { most: cap.most + 1, probing: true, until });
        }
    }

    /// The most containers that fit, as far as is known; `u32::MAX` while all of them fit.
    pub(crate) fn most(&self) -> u32 {
        self.cap.map_or(u32::MAX, |cap| cap.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replicas(desired: u32, unschedulable: u32) -> Replicas {
        let ready = desired - unschedulable;
        Replicas { desired, ready, starting: unschedulable, unschedulable, ..Replicas::default() }
    }

    #[test]
    fn slots_without_a_machine_are_lent_and_tried_again_later() {
        let second = Time::from_secs;
        let mut room = MachineRoom::default();
        room.update(second(0), &replicas(8, 0));
        assert_eq!(room.most(), u32::MAX);
        room.update(second(10), &replicas(8, 3));
        assert_eq!(room.most(), 5);
        room.update(second(10), &Replicas { desired: 5, ..replicas(8, 3) });
        assert_eq!(room.most(), 5, "what is being removed is not subtracted twice");
        room.update(second(11), &replicas(5, 0));
        assert_eq!(room.most(), 5);
        room.update(second(40), &replicas(5, 0));
        assert_eq!(room.most(), 6);
        room.update(second(41), &replicas(6, 0));
        assert_eq!(room.most(), u32::MAX);
    }
}
