//! The place of each container in the page's grid. A container keeps its place while it lives. It
//! takes the first free place from the left, or from the right if it belongs to the background.

use std::collections::BTreeMap;

use model::Instance;

/// The place of each container in the grid, by the container's name.
#[derive(Debug, Default)]
pub struct Slots {
    places: BTreeMap<String, usize>,
}

impl Slots {
    /// The grid with these containers; each place is one slot. If there are more containers than
    /// slots, the grid becomes longer, so that the page shows the excess.
    pub fn place<'a>(
        &mut self,
        capacity: u32,
        instances: impl Iterator<Item = &'a Instance>,
        is_background: impl Fn(&str) -> bool,
    ) -> Vec<Option<Instance>> {
        let instances: Vec<&Instance> = instances.collect();
        self.places.retain(|name, _| instances.iter().any(|instance| instance.name == *name));
        let mut grid = vec![None; (capacity as usize).max(instances.len())];
        let (known, new): (Vec<_>, Vec<_>) = instances
            .into_iter()
            .partition(|i| self.places.get(&i.name).is_some_and(|place| *place < grid.len()));
        for instance in known {
            grid[self.places[&instance.name]] = Some(instance.clone());
        }
        for instance in new {
            let background = is_background(&instance.workload);
            let place = if background {
                grid.iter().rposition(Option::is_none)
            } else {
                grid.iter().position(Option::is_none)
            };
            if let Some(place) = place {
                self.places.insert(instance.name.clone(), place);
                grid[place] = Some(instance.clone());
            }
        }
        grid
    }
}

#[cfg(test)]
mod tests {
    use model::Phase;

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
        let names = grid.iter().map(|slot| slot.as_ref().map_or("..", |it| &it.name));
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
