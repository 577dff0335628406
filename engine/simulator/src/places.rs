//! Which slot each container is shown in. A container keeps its slot while it lives. It takes the
//! first free slot from the left, or from the right if it belongs to the background.

use std::collections::BTreeMap;

use crate::world::Placed;

/// The slot of each container, by its workload's index and its number.
#[derive(Debug, Default)]
pub(crate) struct Places(BTreeMap<(usize, u64), usize>);

impl Places {
    /// Gives slots to new containers, and frees those of containers that are gone.
    pub(crate) fn update(
        &mut self,
        capacity: u32,
        all: &[Placed],
        is_rest: impl Fn(usize) -> bool,
    ) {
        self.0.retain(|id, _| all.iter().any(|it| it.id() == *id));
        // Containers beyond the capacity are shown, too, in further slots.
        let mut taken = vec![false; (capacity as usize).max(all.len())];
        self.0.retain(|_, place| taken.get_mut(*place).is_some_and(|slot| !replace(slot)));
        for it in all {
            if self.0.contains_key(&it.id()) {
                continue;
            }
            let free = |slot: &bool| !*slot;
            let place = match is_rest(it.workload) {
                true => taken.iter().rposition(free),
                false => taken.iter().position(free),
            };
            if let Some(place) = place {
                taken[place] = true;
                self.0.insert(it.id(), place);
            }
        }
    }

    /// The slots with their containers; `None` is a free slot.
    pub(crate) fn slots(&self, capacity: u32, all: &[Placed]) -> Vec<Option<Placed>> {
        let last = self.0.values().max().map_or(0, |last| last + 1);
        let mut slots = vec![None; (capacity as usize).max(last)];
        for it in all {
            if let Some(place) = self.0.get(&it.id()) {
                slots[*place] = Some(*it);
            }
        }
        slots
    }
}

/// Takes a slot; returns whether it was taken before.
fn replace(slot: &mut bool) -> bool {
    std::mem::replace(slot, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Stand;

    fn slots(places: &mut Places, numbers: &[(usize, u64)]) -> String {
        let all: Vec<Placed> = numbers
            .iter()
            .map(|&(workload, number)| Placed { workload, number, stand: Stand::Ready })
            .collect();
        places.update(4, &all, |workload| workload == 1);
        let name = |it: Option<Placed>| it.map_or(0, |it| it.number).to_string();
        places.slots(4, &all).into_iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_container_keeps_its_slot_and_the_background_comes_from_the_right() {
        let mut places = Places::default();
        assert_eq!(slots(&mut places, &[(0, 1), (1, 2), (1, 3)]), "1 0 3 2");
        assert_eq!(slots(&mut places, &[(0, 1), (0, 4), (1, 2)]), "1 4 0 2");
        assert_eq!(slots(&mut places, &[(0, 4), (0, 5), (1, 2)]), "5 4 0 2");
    }

    #[test]
    fn containers_beyond_the_capacity_are_shown_and_the_row_shrinks_again() {
        let mut places = Places::default();
        let five: Vec<(usize, u64)> = (1..=5).map(|number| (0, number)).collect();
        assert_eq!(slots(&mut places, &five), "1 2 3 4 5");
        assert_eq!(slots(&mut places, &five[1..]), "5 2 3 4");
    }
}
