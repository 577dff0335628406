//! The configuration of a running engine: annotations, as they are edited.
//!
//! A bad value keeps the last good one. A workload that never had a good one is held: it keeps
//! what it has, and its containers count.

use std::collections::BTreeMap;

use control::{Config, Rule, Workload};

use crate::args::CoreArgs;
use crate::manifest::Deployment;
use crate::manifest::annotations;

/// What is wrong, by Deployment.
pub type Troubles = BTreeMap<String, String>;

/// How many slots the cluster has to spare, or in words why that is not known.
pub type Spare = Result<u32, String>;

/// The last good configuration and what is wrong with the present one.
#[derive(Debug)]
pub struct Settings {
    args: CoreArgs,
    /// What the configuration was made from, so that it is made once for each edit.
    from: Option<(Vec<Deployment>, Troubles, Option<Spare>)>,
    /// What the cluster has to spare, where that is the capacity.
    spare: Option<Spare>,
    /// The last that was known of it; minimums are kept also where there is less.
    last_spare: Option<u32>,
    /// The last good number of the annotation, or of the flag.
    typed: u32,
    good: BTreeMap<String, Workload>,
    troubles: Troubles,
}

/// What an edit has changed.
#[derive(Debug, Default)]
pub struct Edit {
    /// The new configuration, if there is one that can be run.
    pub config: Option<Config>,
    /// What is wrong since this edit.
    pub news: Troubles,
}

impl Settings {
    /// Settings that know flags alone.
    pub fn new(args: &CoreArgs) -> Settings {
        Settings {
            args: args.clone(),
            from: None,
            spare: None,
            last_spare: None,
            typed: args.capacity.or_default(),
            good: BTreeMap::new(),
            troubles: Troubles::new(),
        }
    }

    /// What is wrong now.
    pub fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// Takes in what the cluster has to spare, which is the capacity from now on. A number that
    /// somebody typed counts while that was never known.
    pub fn take_spare(&mut self, spare: Spare) {
        self.spare = Some(spare);
    }

    /// Reads the annotations; `conflicts` says which Deployments are not ours to scale, and why:
    /// somebody else does, or a right is missing.
    /// `None` where nothing has changed.
    pub fn update(&mut self, all: &[Deployment], conflicts: &Troubles) -> Option<Edit> {
        let from = Some((all.to_vec(), conflicts.clone(), self.spare.clone()));
        if self.from == from {
            return None;
        }
        self.from = from;
        let mut troubles = Troubles::new();
        self.read_capacity(all, &mut troubles);
        let mut workloads = Vec::new();
        for deployment in all {
            let read = self.read(deployment, conflicts.get(&deployment.name));
            troubles.extend(read.trouble.map(|text| (deployment.name.clone(), text)));
            workloads.extend(read.workload);
        }
        self.good.retain(|name, _| all.iter().any(|deployment| deployment.name == *name));
        let (capacity, tick) = (self.capacity(), self.args.tick);
        let config = Config { capacity, tick, workloads };
        let wrong = config.problems();
        for problem in &wrong {
            let (name, text) = annotations::in_words(problem, engine(all));
            troubles.insert(name, text);
        }
        let old = std::mem::replace(&mut self.troubles, troubles);
        let is_news = |(name, text): &(&String, &String)| old.get(*name) != Some(*text);
        let news = self.troubles.iter().filter(is_news);
        let news = news.map(|(name, text)| (name.clone(), text.clone())).collect();
        Some(Edit { config: wrong.is_empty().then_some(config), news })
    }

    fn read_capacity(&mut self, all: &[Deployment], troubles: &mut Troubles) {
        let mut note = |text| drop(troubles.insert(engine(all).to_owned(), text));
        let own = all.iter().find(|deployment| deployment.is_engine());
        match own.map(annotations::capacity).transpose().map(Option::flatten) {
            Ok(typed) => self.typed = typed.unwrap_or(self.args.capacity.or_default()),
            Err(text) => note(text),
        }
        match &self.spare {
            None => {}
            Some(Ok(slots)) => self.last_spare = Some(minimums(all, *slots).max(*slots)),
            Some(Err(why)) => note(why.clone()),
        }
    }

    fn capacity(&self) -> u32 {
        self.last_spare.unwrap_or(self.typed)
    }

    /// The workload of a Deployment; with what is wrong, the last good one or a held one.
    fn read(&mut self, deployment: &Deployment, conflict: Option<&String>) -> Read {
        let name = &deployment.name;
        match annotations::checked_workload(deployment, self.capacity()) {
            Ok(Some(workload)) => {
                self.good.insert(name.clone(), workload.clone());
                let held = conflict.cloned();
                Read { workload: Some(Workload { held, ..workload }), trouble: conflict.cloned() }
            }
            Ok(None) => {
                self.good.remove(name);
                Read::default()
            }
            Err(problems) => {
                let text = problems.join("; ");
                let last = self.good.get(name).cloned();
                let workload = last.unwrap_or_else(|| held(name, &text));
                Read { workload: Some(workload), trouble: Some(text) }
            }
        }
    }
}

/// What a Deployment's annotations come to.
#[derive(Debug, Default)]
struct Read {
    workload: Option<Workload>,
    trouble: Option<String>,
}

fn engine(all: &[Deployment]) -> &str {
    all.iter().find(|deployment| deployment.is_engine()).map_or("engine", |d| &d.name)
}

fn minimums(all: &[Deployment], capacity: u32) -> u32 {
    let read = |deployment| annotations::checked_workload(deployment, capacity).ok().flatten();
    all.iter().filter_map(read).map(|workload| workload.min).fold(0, u32::saturating_add)
}

/// A workload of which nothing is known but that it is there.
fn held(name: &str, why: &str) -> Workload {
    Workload {
        name: name.to_owned(),
        priority: u32::MAX,
        min: 0,
        max: u32::MAX,
        max_delta: None,
        rule: Rule::Remainder,
        paused: false,
        held: Some(why.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::annotations::PREFIX;
    use crate::manifest::parse::parse;

    fn demo() -> Vec<Deployment> {
        parse(include_str!("../../demo.yaml")).unwrap().deployments
    }

    fn edited(name: &str, annotation: &str, value: &str) -> Vec<Deployment> {
        let mut all = demo();
        let deployment = all.iter_mut().find(|d| d.name == name).unwrap();
        deployment.annotations.insert(format!("{PREFIX}{annotation}"), value.to_owned());
        all
    }

    fn target(edit: &Edit) -> u32 {
        let config = edit.config.as_ref().unwrap();
        config.workloads.iter().find_map(|w| w.rule.target()).unwrap().length
    }

    #[test]
    fn an_edit_counts_at_once_and_nothing_changes_without_one() {
        let mut settings = Settings::new(&CoreArgs::default());
        let none = Troubles::new();
        assert_eq!(target(&settings.update(&demo(), &none).unwrap()), 20);
        assert!(settings.update(&demo(), &none).is_none());
        let all = edited("consumer", "target-queue-length", "5");
        assert_eq!(target(&settings.update(&all, &none).unwrap()), 5);
    }

    #[test]
    fn a_bad_value_keeps_the_last_good_one_and_is_told_once() {
        let mut settings = Settings::new(&CoreArgs::default());
        let none = Troubles::new();
        settings.update(&demo(), &none);
        let all = edited("consumer", "target-queue-length", "many");
        let edit = settings.update(&all, &none).unwrap();
        assert_eq!(target(&edit), 20);
        assert!(edit.news["consumer"].contains("target-queue-length is \"many\""));
        let mut other = all.clone();
        other[1].replicas = 3;
        assert!(settings.update(&other, &none).unwrap().news.is_empty());
    }

    #[test]
    fn a_workload_that_never_had_a_good_value_is_held() {
        let mut settings = Settings::new(&CoreArgs::default());
        let all = edited("consumer", "rule", "magic");
        let edit = settings.update(&all, &Troubles::new()).unwrap();
        let config = edit.config.unwrap();
        let consumer = config.workloads.iter().find(|w| w.name == "consumer").unwrap();
        assert!(consumer.held.as_ref().unwrap().contains("rule is \"magic\""));
    }

    #[test]
    fn minimums_over_the_capacity_keep_the_whole_configuration() {
        let mut settings = Settings::new(&CoreArgs::default());
        let none = Troubles::new();
        settings.update(&demo(), &none);
        let edit = settings.update(&edited("engine", "capacity", "1"), &none).unwrap();
        assert!(edit.config.is_none());
        assert!(edit.news["engine"].contains("less than the minimums"));
    }

    fn capacity(settings: &mut Settings, all: &[Deployment]) -> u32 {
        settings.update(all, &Troubles::new()).unwrap().config.unwrap().capacity
    }

    #[test]
    fn what_the_cluster_has_to_spare_counts_more_than_a_typed_number() {
        let mut settings = Settings::new(&CoreArgs::default());
        assert_eq!(capacity(&mut settings, &demo()), 10);
        settings.take_spare(Ok(17));
        assert_eq!(capacity(&mut settings, &demo()), 17);
        settings.take_spare(Ok(5));
        assert_eq!(capacity(&mut settings, &demo()), 5);
        assert!(settings.update(&demo(), &Troubles::new()).is_none());
    }

    #[test]
    fn minimums_are_kept_where_there_is_nothing_to_spare() {
        let mut settings = Settings::new(&CoreArgs::default());
        settings.take_spare(Ok(1));
        assert_eq!(capacity(&mut settings, &demo()), 2);
    }

    #[test]
    fn a_typed_number_counts_until_the_spare_one_is_known_and_then_its_last_value() {
        let mut settings = Settings::new(&CoreArgs::default());
        settings.take_spare(Err("forbidden".to_owned()));
        assert_eq!(capacity(&mut settings, &edited("engine", "capacity", "7")), 7);
        assert_eq!(settings.troubles()["engine"], "forbidden");
        settings.take_spare(Ok(17));
        assert_eq!(capacity(&mut settings, &demo()), 17);
        assert!(settings.troubles().is_empty());
        settings.take_spare(Err("no node is ready".to_owned()));
        assert_eq!(capacity(&mut settings, &demo()), 17);
    }

    #[test]
    fn what_somebody_else_scales_is_left_alone() {
        let mut settings = Settings::new(&CoreArgs::default());
        let who = "horizontalpodautoscaler/web scales it too";
        let conflicts = Troubles::from([("consumer".to_owned(), who.to_owned())]);
        let edit = settings.update(&demo(), &conflicts).unwrap();
        let config = edit.config.unwrap();
        let consumer = config.workloads.iter().find(|w| w.name == "consumer").unwrap();
        assert_eq!(consumer.held.as_deref(), Some(who));
        assert_eq!(edit.news["consumer"], who);
    }
}
