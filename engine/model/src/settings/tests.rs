use manifest::parse::parse;

use super::*;
use crate::actor::Actor;
use crate::configure::Change;

fn demo() -> Vec<Deployment> {
    parse(include_str!("../../../../demo.yaml")).unwrap().deployments
}

fn edited(name: &str, annotation: &str, value: &str) -> Vec<Deployment> {
    let mut all = demo();
    let deployment = all.iter_mut().find(|d| d.name == name).unwrap();
    deployment.annotations.insert(format!("{PREFIX}{annotation}"), value.to_owned());
    all
}

fn described(all: &[Deployment]) -> Described {
    Described { deployments: all.to_vec(), ..Described::default() }
}

fn update(settings: &mut Settings, all: &[Deployment]) -> Option<Edit> {
    settings.update(described(all))
}

fn consumer(edit: &Edit) -> &Workload {
    edit.config.as_ref().unwrap().workload("consumer").unwrap()
}

fn target(edit: &Edit) -> u32 {
    let config = edit.config.as_ref().unwrap();
    config.workloads.iter().find_map(|w| w.rule.target_length()).unwrap()
}

#[test]
fn an_edit_counts_at_once_and_nothing_changes_without_one() {
    let mut settings = Settings::new(&Budget::default());
    assert_eq!(target(&update(&mut settings, &demo()).unwrap()), 20);
    assert!(update(&mut settings, &demo()).is_none());
    let all = edited("consumer", "target-queue-length", "5");
    assert_eq!(target(&update(&mut settings, &all).unwrap()), 5);
}

#[test]
fn a_bad_value_keeps_the_last_good_one_and_is_reported_once() {
    let mut settings = Settings::new(&Budget::default());
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
fn a_workload_that_never_had_a_good_value_is_blocked() {
    let mut settings = Settings::new(&Budget::default());
    let all = edited("consumer", "rule", "magic");
    let edit = update(&mut settings, &all).unwrap();
    let config = edit.config.unwrap();
    let consumer = config.workloads.iter().find(|w| w.name == "consumer").unwrap();
    assert!(consumer.blocked.as_ref().unwrap().contains("rule is \"magic\""));
}

#[test]
fn minimums_over_the_capacity_keep_the_whole_configuration() {
    let mut settings = Settings::new(&Budget::default());
    update(&mut settings, &demo());
    let edit = update(&mut settings, &edited("engine", "capacity", "1")).unwrap();
    assert_eq!(edit.config.as_ref().unwrap().capacity, 10);
    assert!(edit.news["engine"].text.contains("less than the minimums"));
}

fn capacity(settings: &mut Settings, all: &[Deployment], spare: Option<Spare>) -> Option<u32> {
    let edit = settings.update(Described { spare, ..described(all) })?;
    edit.config.map(|config| config.capacity)
}

#[test]
fn the_spare_capacity_overrides_the_configured_one() {
    let mut settings = Settings::new(&Budget::default());
    assert_eq!(capacity(&mut settings, &demo(), None), Some(10));
    assert_eq!(capacity(&mut settings, &demo(), Some(Ok(17))), Some(17));
    assert_eq!(capacity(&mut settings, &demo(), Some(Ok(5))), Some(5));
    assert!(settings.warnings().is_empty());
    assert_eq!(capacity(&mut settings, &demo(), Some(Ok(5))), None);
}

#[test]
fn a_spare_capacity_below_the_minimums_counts_with_a_warning() {
    let mut settings = Settings::new(&Budget::default());
    assert_eq!(capacity(&mut settings, &demo(), Some(Ok(1))), Some(1));
    let text = &settings.warnings()["engine"].text;
    assert!(text.starts_with("the spare capacity is 1, less than the minimums"), "{text}");
}

#[test]
fn the_configured_capacity_counts_until_the_spare_one_is_known() {
    let mut settings = Settings::new(&Budget::default());
    let (forbidden, not_ready) = (Err("forbidden".to_owned()), Err("no node is ready".to_owned()));
    let typed = edited("engine", "capacity", "7");
    assert_eq!(capacity(&mut settings, &typed, Some(forbidden)), Some(7));
    assert_eq!(settings.warnings()["engine"].text, "forbidden");
    assert_eq!(capacity(&mut settings, &demo(), Some(Ok(17))), Some(17));
    assert!(settings.warnings().is_empty());
    assert_eq!(capacity(&mut settings, &demo(), Some(not_ready)), Some(17));
}

fn scaled_by_other() -> Warnings {
    let who = Warning::new(Kind::ScaledByOther, "horizontalpodautoscaler/web scales it too");
    Warnings::from([("consumer".to_owned(), who)])
}

#[test]
fn a_workload_of_another_autoscaler_is_blocked_also_with_a_bad_value() {
    let mut settings = Settings::new(&Budget::default());
    let who = scaled_by_other();
    let not_ours = |all: &[Deployment]| Described { not_ours: who.clone(), ..described(all) };
    let edit = settings.update(not_ours(&demo())).unwrap();
    assert_eq!(consumer(&edit).blocked.as_deref(), Some(&*who["consumer"].text));
    assert_eq!(edit.news, who);
    let all = edited("consumer", "target-queue-length", "many");
    let edit = settings.update(not_ours(&all)).unwrap();
    assert_eq!(consumer(&edit).blocked.as_deref(), Some(&*who["consumer"].text));
    let news = &edit.news["consumer"];
    assert!(news.kind == Kind::ScaledByOther && news.text.contains("many"), "{news:?}");
}

#[test]
fn a_pause_counts_whatever_else_is_wrong() {
    let mut settings = Settings::new(&Budget::default());
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
fn without_a_valid_configuration_every_workload_is_blocked() {
    let mut settings = Settings::new(&Budget::default());
    let edit = update(&mut settings, &edited("engine", "capacity", "1")).unwrap();
    let config = edit.config.unwrap();
    assert_eq!(config.workloads.len(), 2);
    assert!(config.workloads.iter().all(|workload| workload.blocked.is_some()));
    assert_eq!(config.problems(), []);
}

#[test]
fn a_deleted_workload_is_blocked_while_its_pods_are_there() {
    let mut settings = Settings::new(&Budget::default());
    update(&mut settings, &demo());
    let mut all = demo();
    all.retain(|deployment| deployment.name != "consumer");
    let leaving = BTreeSet::from(["consumer".to_owned()]);
    for _ in 0..2 {
        let edit =
            settings.update(Described { leaving: leaving.clone(), ..described(&all) }).unwrap();
        assert!(consumer(&edit).blocked.as_ref().unwrap().contains("is gone"));
        all.retain(|deployment| deployment.name != "producer");
    }
    let edit = update(&mut settings, &all).unwrap();
    assert_eq!(edit.config.unwrap().workload("consumer"), None);
}

fn by(edit: &Edit) -> Vec<Option<Actor>> {
    edit.changed.iter().map(|changed| changed.by).collect()
}

#[test]
fn an_edit_s_author_is_the_one_who_announced_it_or_outside() {
    let mut settings = Settings::new(&Budget::default());
    assert_eq!(update(&mut settings, &demo()).unwrap().changed, []);
    settings.announce(Actor::Page, &[Change::one("consumer", "target-queue-length", Some("5"))]);
    let all = edited("consumer", "target-queue-length", "6");
    assert_eq!(by(&update(&mut settings, &all).unwrap()), [Some(Actor::Outside)]);
    let all = edited("consumer", "target-queue-length", "5");
    assert_eq!(by(&update(&mut settings, &all).unwrap()), [Some(Actor::Page)]);
    update(&mut settings, &demo());
    assert_eq!(by(&update(&mut settings, &all).unwrap()), [Some(Actor::Outside)]);
}

#[test]
fn each_state_of_the_annotations_has_a_version_of_its_own() {
    let mut settings = Settings::new(&Budget::default());
    let seen = settings.overviews();
    update(&mut settings, &demo());
    let first = seen.borrow().version;
    settings.forbid_edits(None);
    assert_eq!(seen.borrow().version, first);
    settings.forbid_edits(Some("another one leads".to_owned()));
    assert_eq!(seen.borrow().version, first + 1);
    update(&mut settings, &edited("consumer", "priority", "2"));
    assert!(seen.borrow().version > first + 1);
    assert_eq!(seen.borrow().back(), [Change::one("consumer", "priority", Some("1"))]);
}

#[test]
fn a_deployment_that_is_created_again_starts_from_its_new_annotations() {
    let mut settings = Settings::new(&Budget::default());
    update(&mut settings, &demo());
    let without: Vec<_> = demo().into_iter().filter(|it| it.name != "consumer").collect();
    assert_eq!(update(&mut settings, &without).unwrap().changed, []);
    update(&mut settings, &edited("consumer", "priority", "4"));
    assert_eq!(settings.overview().differs, []);
}
