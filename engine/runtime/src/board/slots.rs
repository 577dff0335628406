//! Which container has which place in the grid. A container keeps its place while it lives:
//! urgent ones take the first free place from the left, the background from the right.

use std::collections::BTreeMap;

use model::scheduler::{Instance, Phase};

/// One place in the grid; one unit of capacity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slot {
    /// Who has it.
    pub occupant: Option<Occupant>,
}

/// A container in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupant {
    /// The container's name.
    pub name: String,
    /// Its Deployment.
    pub workload: String,
    /// How far it is.
    pub phase: Phase,
    /// Whether it does background work.
    pub background: bool,
}

/// Remembers the places.
#[derive(Debug, Default)]
pub struct Slots {
    places: BTreeMap<String, usize>,
}

impl Slots {
    /// The grid with these containers. More containers than places make the grid longer, so that
    /// an overshoot would be seen, not hidden.
    pub fn place<'a>(
        &mut self,
        capacity: u32,
        instances: impl Iterator<Item = &'a Instance>,
        is_background: impl Fn(&str) -> bool,
    ) -> Vec<Slot> {
        let instances: Vec<&Instance> = instances.collect();
        self.places.retain(|name, _| instances.iter().any(|instance| instance.name == *name));
        let mut grid = vec![Slot::default(); (capacity as usize).max(instances.len())];
        let (known, new): (Vec<_>, Vec<_>) = instances
            .into_iter()
            .partition(|i| self.places.get(&i.name).is_some_and(|place| *place < grid.len()));
        for instance in known {
            grid[self.places[&instance.name]] =
                occupied(instance, is_background(&instance.workload));
        }
        for instance in new {
            let background = is_background(&instance.workload);
            let free = |slot: &Slot| slot.occupant.is_none();
            let place =
                if background { grid.iter().rposition(free) } else { grid.iter().position(free) };
            if let Some(place) = place {
                self.places.insert(instance.name.clone(), place);
                grid[place] = occupied(instance, background);
            }
        }
        grid
    }
}

fn occupied(instance: &Instance, background: bool) -> Slot {
    let (name, workload) = (instance.name.clone(), instance.workload.clone());
    Slot { occupant: Some(Occupant { name, workload, phase: instance.phase, background }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(slots: &mut Slots, names: &[&str]) -> String {
        let instances: Vec<_> = names
            .iter()
            .map(|name| Instance {
                name: (*name).to_owned(),
                workload: name[..1].to_owned(),
                phase: Phase::Ready,
                pid: None,
                address: None,
                restarts: 0,
                waits: false,
                is_unready: false,
            })
            .collect();
        let grid = slots.place(6, instances.iter(), |workload| workload == "b");
        let names = grid.iter().map(|slot| slot.occupant.as_ref().map_or("..", |o| &o.name));
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_container_keeps_its_place() {
        let mut slots = Slots::default();
        assert_eq!(grid(&mut slots, &["c1", "b1", "b2"]), "c1 .. .. .. b2 b1");
        assert_eq!(grid(&mut slots, &["c1", "c2", "b2"]), "c1 c2 .. .. b2 ..");
        assert_eq!(grid(&mut slots, &["c2", "b2", "b3"]), ".. c2 .. .. b2 b3");
    }

    #[test]
    fn an_overshoot_is_seen() {
        let names = ["c1", "c2", "c3", "c4", "c5", "b1", "b2"];
        assert!(!grid(&mut Slots::default(), &names).contains(".."));
    }
}
