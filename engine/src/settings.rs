//! The configuration of a running engine: annotations, as they are edited.
//!
//! A bad value keeps the last good one. A workload that never had a good one is held: it keeps
//! what it has, and its containers count.

use std::collections::{BTreeMap, BTreeSet};

use control::{Config, Rule, Workload};

use crate::args::CoreArgs;
use crate::manifest::Deployment;
use crate::manifest::annotations::{self, PREFIX};
use crate::trouble::{Kind, Trouble, Troubles};

/// How many slots the cluster has to spare, or in words why that is not known.
pub type Spare = Result<u32, String>;

/// What a configuration is made from.
#[derive(Debug, Clone, PartialEq)]
struct From {
    all: Vec<Deployment>,
    not_ours: Troubles,
    leaving: BTreeSet<String>,
    spare: Option<Spare>,
}

/// The last good configuration and what is wrong with the present one.
#[derive(Debug)]
pub struct Settings {
    args: CoreArgs,
    /// What the configuration was made from, so that it is made once for each edit.
    from: Option<From>,
    /// What the cluster has to spare, where that is the capacity.
    spare: Option<Spare>,
    /// The last that was known of it; minimums are kept also where there is less.
    last_spare: Option<u32>,
    /// The last good number of the annotation, or of the flag.
    typed: u32,
    good: BTreeMap<String, Workload>,
    /// The last configuration that could be run.
    last: Option<Config>,
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
            last: None,
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

    /// Reads the annotations. `not_ours` says which Deployments are not ours to scale, and why;
    /// `leaving`, which are gone, and only pods are left of them. `None` where nothing has changed.
    pub fn update(
        &mut self,
        all: &[Deployment],
        not_ours: &Troubles,
        leaving: &BTreeSet<String>,
    ) -> Option<Edit> {
        let (not_ours, leaving) = (not_ours.clone(), leaving.clone());
        let from = From { all: all.to_vec(), not_ours, leaving, spare: self.spare.clone() };
        if self.from.as_ref() == Some(&from) {
            return None;
        }
        let mut troubles = Troubles::new();
        self.read_capacity(all, &mut troubles);
        let mut workloads = Vec::new();
        for deployment in all {
            let read = self.read(deployment, from.not_ours.get(&deployment.name));
            troubles.extend(read.trouble.map(|trouble| (deployment.name.clone(), trouble)));
            workloads.extend(read.workload);
        }
        workloads.extend(self.leaving(&from));
        self.good.retain(|name, _| all.iter().any(|deployment| deployment.name == *name));
        let (capacity, tick) = (self.capacity(), self.args.tick);
        let config = Config { capacity, tick, workloads };
        for problem in &config.problems() {
            let (name, text) = annotations::in_words(problem, engine(all));
            troubles.insert(name, Trouble::new(Kind::BadConfiguration, text));
        }
        self.from = Some(from);
        let old = std::mem::replace(&mut self.troubles, troubles);
        let news = self.troubles.iter().filter(|(name, trouble)| old.get(*name) != Some(*trouble));
        let news = news.map(|(name, trouble)| (name.clone(), trouble.clone())).collect();
        self.last = Some(self.sound(config));
        Some(Edit { config: self.last.clone(), news })
    }

    /// What was scaled and is gone, while its pods hold their slots.
    fn leaving(&self, from: &From) -> Vec<Workload> {
        let scaled = self.last.iter().flat_map(|last| &last.workloads);
        let gone = scaled.filter(|w| from.leaving.contains(&w.name));
        let why = "its Deployment is gone, and its pods hold their slots until they are, too";
        gone.map(|workload| held(&workload.name, why)).collect()
    }

    /// The configuration, or where it cannot be run the last one that could be, with what is frozen
    /// by now; what was not in that one is held.
    fn sound(&self, config: Config) -> Config {
        let Some(problem) = config.problems().into_iter().next() else { return config };
        let last = self.last.as_ref();
        let keep = |workload: Workload| match last.and_then(|last| last.workload(&workload.name)) {
            Some(before) => {
                let (paused, held) = (workload.paused, workload.held);
                Workload { paused, held, ..before.clone() }
            }
            None => {
                held(&workload.name, &format!("the configuration cannot be run: {}", problem.text))
            }
        };
        let capacity = last.map_or(config.capacity, |last| last.capacity);
        let workloads = config.workloads.into_iter().map(keep).collect();
        Config { capacity, workloads, ..config }
    }

    fn read_capacity(&mut self, all: &[Deployment], troubles: &mut Troubles) {
        let mut note = |kind, text| {
            troubles.insert(engine(all).to_owned(), Trouble::new(kind, text));
        };
        let own = all.iter().find(|deployment| deployment.is_engine());
        match own.map(annotations::capacity).transpose().map(Option::flatten) {
            Ok(typed) => self.typed = typed.unwrap_or(self.args.capacity.or_default()),
            Err(text) => note(Kind::BadConfiguration, text),
        }
        match &self.spare {
            None => {}
            Some(Ok(slots)) => self.last_spare = Some(minimums(all, *slots).max(*slots)),
            Some(Err(why)) => note(Kind::MissingRight, why.clone()),
        }
    }

    fn capacity(&self) -> u32 {
        self.last_spare.unwrap_or(self.typed)
    }

    /// The workload of a Deployment; with what is wrong, the last good one or a held one.
    fn read(&mut self, deployment: &Deployment, not_ours: Option<&Trouble>) -> Read {
        let name = &deployment.name;
        let why_not = not_ours.map(|trouble| trouble.text.clone());
        match annotations::checked_workload(deployment, self.capacity()) {
            Ok(Some(workload)) => {
                self.good.insert(name.clone(), workload.clone());
                let workload = Some(Workload { held: why_not, ..workload });
                Read { workload, trouble: not_ours.cloned() }
            }
            Ok(None) => {
                self.good.remove(name);
                Read::default()
            }
            Err(problems) => {
                let text = problems.join("; ");
                let last = self.good.get(name).cloned();
                let workload = last.unwrap_or_else(|| held(name, &text));
                let paused = is_paused(deployment);
                let held = why_not.or(workload.held);
                let trouble = match not_ours {
                    Some(trouble) => trouble.clone().and(&text),
                    None => Trouble::new(Kind::BadConfiguration, text),
                };
                let workload = Some(Workload { paused, held, ..workload });
                Read { workload, trouble: Some(trouble) }
            }
        }
    }
}

/// A pause counts whatever else is wrong.
fn is_paused(deployment: &Deployment) -> bool {
    let value = deployment.annotations.get(&format!("{PREFIX}paused"));
    value.is_some_and(|value| value == "true")
}

/// What a Deployment's annotations come to.
#[derive(Debug, Default)]
struct Read {
    workload: Option<Workload>,
    trouble: Option<Trouble>,
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
        fallback: None,
        paused: false,
        held: Some(why.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    fn update(settings: &mut Settings, all: &[Deployment]) -> Option<Edit> {
        settings.update(all, &Troubles::new(), &BTreeSet::new())
    }

    fn consumer(edit: &Edit) -> &Workload {
        edit.config.as_ref().unwrap().workload("consumer").unwrap()
    }

    fn target(edit: &Edit) -> u32 {
        let config = edit.config.as_ref().unwrap();
        config.workloads.iter().find_map(|w| w.rule.target()).unwrap().length
    }

    #[test]
    fn an_edit_counts_at_once_and_nothing_changes_without_one() {
        let mut settings = Settings::new(&CoreArgs::default());
        assert_eq!(target(&update(&mut settings, &demo()).unwrap()), 20);
        assert!(update(&mut settings, &demo()).is_none());
        let all = edited("consumer", "target-queue-length", "5");
        assert_eq!(target(&update(&mut settings, &all).unwrap()), 5);
    }

    #[test]
    fn a_bad_value_keeps_the_last_good_one_and_is_told_once() {
        let mut settings = Settings::new(&CoreArgs::default());
        update(&mut settings, &demo());
        let all = edited("consumer", "target-queue-length", "many");
        let edit = update(&mut settings, &all).unwrap();
        assert_eq!(target(&edit), 20);
        assert!(edit.news["consumer"].text.contains("target-queue-length is \"many\""));
        let mut other = all.clone();
        other[1].replicas = 3;
        assert!(update(&mut settings, &other).unwrap().news.is_empty());
    }

    #[test]
    fn a_workload_that_never_had_a_good_value_is_held() {
        let mut settings = Settings::new(&CoreArgs::default());
        let all = edited("consumer", "rule", "magic");
        let edit = update(&mut settings, &all).unwrap();
        let config = edit.config.unwrap();
        let consumer = config.workloads.iter().find(|w| w.name == "consumer").unwrap();
        assert!(consumer.held.as_ref().unwrap().contains("rule is \"magic\""));
    }

    #[test]
    fn minimums_over_the_capacity_keep_the_whole_configuration() {
        let mut settings = Settings::new(&CoreArgs::default());
        update(&mut settings, &demo());
        let edit = update(&mut settings, &edited("engine", "capacity", "1")).unwrap();
        assert_eq!(edit.config.as_ref().unwrap().capacity, 10);
        assert!(edit.news["engine"].text.contains("less than the minimums"));
    }

    fn capacity(settings: &mut Settings, all: &[Deployment]) -> u32 {
        update(settings, all).unwrap().config.unwrap().capacity
    }

    #[test]
    fn what_the_cluster_has_to_spare_counts_more_than_a_typed_number() {
        let mut settings = Settings::new(&CoreArgs::default());
        assert_eq!(capacity(&mut settings, &demo()), 10);
        settings.take_spare(Ok(17));
        assert_eq!(capacity(&mut settings, &demo()), 17);
        settings.take_spare(Ok(5));
        assert_eq!(capacity(&mut settings, &demo()), 5);
        assert!(update(&mut settings, &demo()).is_none());
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
        assert_eq!(settings.troubles()["engine"].text, "forbidden");
        settings.take_spare(Ok(17));
        assert_eq!(capacity(&mut settings, &demo()), 17);
        assert!(settings.troubles().is_empty());
        settings.take_spare(Err("no node is ready".to_owned()));
        assert_eq!(capacity(&mut settings, &demo()), 17);
    }

    fn scaled_by_other() -> Troubles {
        let who = Trouble::new(Kind::ScaledByOther, "horizontalpodautoscaler/web scales it too");
        Troubles::from([("consumer".to_owned(), who)])
    }

    #[test]
    fn what_somebody_else_scales_is_left_alone_also_beside_a_bad_value() {
        let mut settings = Settings::new(&CoreArgs::default());
        let (nobody, who) = (BTreeSet::new(), scaled_by_other());
        let edit = settings.update(&demo(), &who, &nobody).unwrap();
        assert_eq!(consumer(&edit).held.as_deref(), Some(&*who["consumer"].text));
        assert_eq!(edit.news, who);
        let all = edited("consumer", "target-queue-length", "many");
        let edit = settings.update(&all, &who, &nobody).unwrap();
        assert_eq!(consumer(&edit).held.as_deref(), Some(&*who["consumer"].text));
        let news = &edit.news["consumer"];
        assert!(news.kind == Kind::ScaledByOther && news.text.contains("many"), "{news:?}");
    }

    #[test]
    fn a_pause_counts_whatever_else_is_wrong() {
        let mut settings = Settings::new(&CoreArgs::default());
        update(&mut settings, &demo());
        let mut all = edited("consumer", "target-queue-length", "many");
        let paused = (format!("{PREFIX}paused"), "true".to_owned());
        all.iter_mut().find(|d| d.name == "consumer").unwrap().annotations.extend([paused.clone()]);
        assert!(consumer(&update(&mut settings, &all).unwrap()).paused);
        let mut all = edited("engine", "capacity", "1");
        all.iter_mut().find(|d| d.name == "consumer").unwrap().annotations.extend([paused]);
        assert!(consumer(&update(&mut settings, &all).unwrap()).paused);
    }

    #[test]
    fn where_nothing_can_be_run_everything_is_held() {
        let mut settings = Settings::new(&CoreArgs::default());
        let edit = update(&mut settings, &edited("engine", "capacity", "1")).unwrap();
        let config = edit.config.unwrap();
        assert_eq!(config.workloads.len(), 2);
        assert!(config.workloads.iter().all(|workload| workload.held.is_some()));
        assert_eq!(config.problems(), []);
    }

    #[test]
    fn what_is_deleted_is_held_while_its_pods_are_there() {
        let mut settings = Settings::new(&CoreArgs::default());
        update(&mut settings, &demo());
        let mut all = demo();
        all.retain(|deployment| deployment.name != "consumer");
        let leaving = BTreeSet::from(["consumer".to_owned()]);
        for _ in 0..2 {
            let edit = settings.update(&all, &Troubles::new(), &leaving).unwrap();
            assert!(consumer(&edit).held.as_ref().unwrap().contains("is gone"));
            all.retain(|deployment| deployment.name != "producer");
        }
        let edit = update(&mut settings, &all).unwrap();
        assert_eq!(edit.config.unwrap().workload("consumer"), None);
    }
}
