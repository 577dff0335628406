use std::collections::{BTreeMap, BTreeSet};

use manifest::Manifest;
use manifest::invalid::{InvalidAnnotation, Places};
use manifest::parse::parse;
use proptest::prelude::*;

use super::changed::{differences, together};
use super::check::{CheckContext, check};
use super::yaml::DEMO;
use super::*;
use crate::actor::Actor;
use crate::annotations::{OF_WORKLOADS, config};
use crate::budget::Budget;
use crate::settings::{Described, Settings};

fn demo() -> Manifest {
    parse(DEMO).unwrap()
}

fn context() -> CheckContext {
    let tick = std::time::Duration::from_millis(500);
    CheckContext { capacity: 10, tick, ..CheckContext::default() }
}

fn all_ours(all: &[Deployment]) -> BTreeMap<String, Ours> {
    all.iter().map(|it| (it.name.clone(), ours(it))).collect()
}

fn refusal(changes: &[Change]) -> Vec<InvalidAnnotation> {
    check(&demo().deployments, changes, &context()).unwrap_err()
}

fn set(deployment: &str, name: &str, value: &str) -> Change {
    Change::one(deployment, name, Some(value))
}

#[test]
fn an_edit_that_makes_sense_is_not_refused() {
    let changes = [
        set("consumer", "target-queue-length", "10"),
        Change::one("consumer", "rate-average", None),
        set("engine", "capacity", "12"),
    ];
    check(&demo().deployments, &changes, &context()).unwrap();
}

#[test]
fn each_problem_names_deployment_and_annotation_with_the_manifest_s_message() {
    let changes = [set("consumer", "min-containers", "11"), set("remainder", "rule", "magic")];
    let wrong = refusal(&changes);
    let at: Vec<_> = wrong.iter().map(|w| (&*w.deployment, &*w.annotation)).collect();
    let expected =
        [("consumer", "microscaling.com/min-containers"), ("remainder", "microscaling.com/rule")];
    assert_eq!(at, expected);
    let text = "deployment/consumer: annotation microscaling.com/min-containers is 11, more than \
                max-containers 10";
    assert_eq!(wrong[0].text, text);
    let mut after = demo();
    apply(&mut after.deployments, &changes[..1]);
    assert_eq!(config(&after, &Budget::default()).unwrap_err().0[0].text, text);
}

#[test]
fn edits_that_are_invalid_together_are_refused() {
    let wrong = refusal(&[set("engine", "capacity", "1")]);
    assert!(wrong[0].text.contains("capacity is 1, less than the minimums"), "{wrong:?}");
    let wrong = refusal(&[
        set("producer", "is-scalable", "true"),
        set("producer", "rule", "remainder"),
        set("producer", "priority", "2"),
    ]);
    assert_eq!(wrong[0].annotation, "microscaling.com/rule");
}

#[test]
fn what_was_invalid_before_and_is_not_edited_is_ignored() {
    let mut all = demo().deployments;
    apply(&mut all, &[set("consumer", "queue", "a b"), set("consumer", "x", "y")]);
    check(&all, &[set("remainder", "max-containers", "5")], &context()).unwrap();
    check(&all, &[set("consumer", "queue", "jobs")], &context()).unwrap();
    let wrong = check(&all, &[set("consumer", "queue", "c d")], &context()).unwrap_err();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}

#[test]
fn foreign_annotations_and_servers_are_refused() {
    let foreign = BTreeMap::from([("a.b/c".to_owned(), None)]);
    let wrong = refusal(&[Change { deployment: "queue".to_owned(), annotations: foreign }]);
    let text = "deployment/queue: annotation a.b/c is not the engine's; the engine's \
                annotations begin with microscaling.com/";
    assert_eq!(wrong[0].text, text);
    for name in ["queue", "engine"] {
        let wrong = refusal(&[set(name, "is-scalable", "true"), set(name, "rule", "remainder")]);
        assert!(wrong[0].text.contains("is-scalable is \"true\", but it "), "{wrong:?}");
    }
}

#[test]
fn a_measured_capacity_below_the_minimums_refuses_no_edit() {
    let measured = CheckContext { measured: Some(1), ..context() };
    check(&demo().deployments, &[set("consumer", "priority", "3")], &measured).unwrap();
}

#[test]
fn the_demo_with_another_target_keeps_each_comment() {
    let mut all = demo().deployments;
    apply(&mut all, &[set("consumer", "target-queue-length", "10")]);
    let text = yaml::edited(DEMO, &all_ours(&all));
    let expected = DEMO.replace("target-queue-length: \"20\"", "target-queue-length: \"10\"");
    assert_eq!(text, expected);
}

#[test]
fn annotations_come_and_go_line_by_line() {
    let mut all = demo().deployments;
    apply(
        &mut all,
        &[
            set("producer", "is-scalable", "true"),
            set("producer", "rule", "remainder"),
            Change::one("engine", "capacity", None),
            Change::one("consumer", "rate-average", None),
            set("consumer", "max-delta", "2"),
        ],
    );
    let text = yaml::edited(DEMO, &all_ours(&all));
    assert!(text.contains("    # Short, so that an audience sees the scale-down."));
    let producer = "box}\n  annotations:\n    microscaling.com/is-scalable: \"true\"\n    \
                    microscaling.com/rule: remainder\nspec:\n  replicas: 0\n";
    assert!(text.contains(producer), "{text}");
    let consumer = "window: \"6s\"\n    microscaling.com/max-delta: \"2\"\nspec:\n";
    assert!(text.contains(consumer), "{text}");
    assert!(
        text.contains("name: engine, app.kubernetes.io/part-of: microscaling-in-a-box}\nspec:")
    );
}

#[test]
fn a_manifest_with_another_layout_keeps_its_meaning() {
    let text = "{kind: List, items: [{kind: Deployment, metadata: {name: a, annotations: {x: y}}, \
                spec: {selector: {}, template: {spec: {containers: [{name: c}]}}}}]}\n---\n# b\n\
                kind: Deployment\nmetadata: {name: b}\n\
                spec: {selector: {}, template: {spec: {containers: [{name: c}]}}}\n";
    let mut all = parse(text).unwrap().deployments;
    apply(&mut all, &[set("a", "priority", "3"), set("b", "queue", "null")]);
    let again = parse(&yaml::edited(text, &all_ours(&all))).unwrap();
    assert_eq!(again.deployments, all);
}

#[test]
fn the_kit_s_manifest_takes_a_cluster_s_images_and_namespace() {
    let images = BTreeMap::from([("queue".to_owned(), "registry:5000/box:2".to_owned())]);
    let others = "kubectl annotate --overwrite deployment web a=b\n";
    let text = yaml::for_cluster(&images, &all_ours(&demo().deployments), "talk", others);
    assert!(text.starts_with("# Also scaled, but not part of this kit:\n#   kubectl annotate"));
    let again = parse(&text).unwrap();
    let image = |name: &str| {
        let found = again.deployments.iter().find(|it| it.name == name).unwrap();
        found.containers[0].image.clone().unwrap()
    };
    assert_eq!(image("queue"), "registry:5000/box:2");
    assert_eq!(image("consumer"), "localhost/microscaling-in-a-box:0.1.0");
    assert!(text.contains("name: engine, namespace: talk}]"));
}

/// Changes `all` as kubectl would if it ran these command lines.
fn run_lines(all: &mut [Deployment], lines: &str) {
    for words in shell_lines(lines) {
        assert_eq!(words[..3], ["kubectl", "annotate", "--overwrite"]);
        assert_eq!(words[3], "deployment");
        let annotations = words[5..].iter().map(|word| match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word.strip_suffix('-').unwrap().to_owned(), None),
        });
        let change = Change { deployment: words[4].clone(), annotations: annotations.collect() };
        apply(all, &[change]);
    }
}

/// The arguments of each command line, split as a shell does.
fn shell_lines(text: &str) -> Vec<Vec<String>> {
    let (mut lines, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let (mut is_quoted, mut chars) = (false, text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            c if is_quoted => word.get_or_insert_default().push(c),
            '\\' => word.get_or_insert_default().extend(chars.next()),
            '\n' => {
                words.extend(word.take());
                lines.push(std::mem::take(&mut words));
            }
            ' ' => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    lines
}

fn names_of(all: &[Deployment]) -> BTreeMap<String, BTreeSet<String>> {
    all.iter().map(|it| (it.name.clone(), ours(it).into_keys().collect())).collect()
}

#[test]
fn the_shell_commands_remove_annotations_that_are_gone() {
    let before = demo().deployments;
    let mut all = before.clone();
    apply(
        &mut all,
        &[
            set("consumer", "target-queue-length", "10"),
            Change::one("consumer", "rate-average", None),
            set("consumer", "queue", "it's $HOME"),
        ],
    );
    let lines = annotate::lines(&all_ours(&all), &names_of(&before), None);
    let consumer = lines.lines().next().unwrap();
    assert!(consumer.starts_with("kubectl annotate --overwrite deployment consumer "));
    assert!(consumer.contains(" microscaling.com/target-queue-length=10"));
    assert!(consumer.ends_with(" microscaling.com/rate-average-"), "{consumer}");
    assert!(consumer.contains(r" 'microscaling.com/queue=it'\''s $HOME'"), "{consumer}");
    let lines = annotate::lines(&all_ours(&all), &names_of(&before), Some("talk"));
    assert!(lines.starts_with("kubectl annotate --overwrite -n talk deployment consumer "));
}

#[test]
fn there_is_one_sentence_per_deployment_and_author() {
    let (before, mut after) = (demo().deployments, demo().deployments);
    apply(
        &mut after,
        &[
            set("consumer", "target-queue-length", "10"),
            set("consumer", "max-delta", "2"),
            set("remainder", "paused", "true"),
            set("engine", "capacity", "12"),
            set("producer", "is-scalable", "true"),
            set("producer", "rule", "remainder"),
        ],
    );
    let mut changed = differences(&all_ours(&before), &all_ours(&after));
    changed.iter_mut().for_each(|it| it.by = Some(Actor::Page));
    changed[0].by = None;
    let edited = together(1.5, &changed);
    let found: Vec<_> =
        edited.iter().map(|it| (it.by, it.text.as_str(), it.mark.as_str())).collect();
    let expected = [
        (Actor::Outside, "max-delta default -> 2, consumer"),
        (Actor::Page, "target 20 -> 10, consumer"),
        (Actor::Page, "capacity 10 -> 12"),
        (Actor::Page, "producer is scaled: rule remainder"),
        (Actor::Page, "remainder paused"),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(by, text)| (*by, *text, text.split(':').next().unwrap())).collect();
    assert_eq!(found, expected);
    assert_eq!(edited.iter().filter(|it| it.is_pause).count(), 1);
}

#[test]
fn an_unused_queue_gives_a_warning_and_a_producer_is_unfit_for_scaling() {
    let mut all = demo();
    let args = Budget::default();
    apply(&mut all.deployments, &[set("consumer", "queue", "jbos")]);
    let overview = |absent: &[&str]| {
        let mut settings = Settings::new(&args);
        let deployments = all.deployments.clone();
        settings.update(Described { deployments, ..Described::default() });
        let missing = absent.iter().map(|name| ((*name).to_owned(), String::new()));
        settings.see_missing(missing.collect());
        settings.overview()
    };
    let warnings = |absent: &[&str]| -> Vec<Option<String>> {
        overview(absent).workloads.iter().map(|it| it.queue_warning.clone()).collect()
    };
    let text = "the queue jbos has never been used; consumer keeps its count";
    assert_eq!(warnings(&["jbos"]), [Some(text.to_owned()), None]);
    assert_eq!(warnings(&["jobs"]), [None, None]);
    let overview = overview(&[]);
    let why: Vec<_> =
        overview.others.iter().map(|it| (&*it.deployment, it.unfit.as_deref())).collect();
    assert_eq!(why, [("queue", None), ("producer", Some("it makes the load"))]);
}

fn value() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        "[0-9]{1,4}s?".prop_map(Some),
        "(true|false|null|yes|rate|remainder|jobs|~|1e3|0x1f|.inf|- a|a: b|# c|'|a\\\\'b)"
            .prop_map(Some),
        "\\PC{0,12}".prop_map(Some),
        any::<String>().prop_map(|text| Some(text.replace('\0', ""))),
    ]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let deployment =
        prop::sample::select(vec!["queue", "producer", "consumer", "remainder", "engine"]);
    let name = prop::sample::select(OF_WORKLOADS.to_vec());
    let change = (deployment, name, value());
    let change = change.prop_map(|(it, name, value)| Change::one(it, name, value.as_deref()));
    prop::collection::vec(change, 0..8)
}

/// The manifest without line numbers, so that manifests that differ only in layout are equal.
fn anywhere(manifest: &Manifest) -> Manifest {
    Manifest { places: Places::default(), ..manifest.clone() }
}

proptest! {
    // Few cases, since each one reads a whole manifest several times.
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_manifest_of_any_edits_describes_the_same(changes in changes()) {
        let mut edited = demo();
        apply(&mut edited.deployments, &changes);
        let text = yaml::edited(DEMO, &all_ours(&edited.deployments));
        let again = parse(&text).unwrap();
        prop_assert_eq!(anywhere(&again), anywhere(&edited));
        let read = |of| config(of, &Budget::default()).map_err(|refused| refused.to_string());
        prop_assert_eq!(read(&again), read(&edited));
        let back = yaml::edited(&text, &all_ours(&demo().deployments));
        prop_assert_eq!(anywhere(&parse(&back).unwrap()), anywhere(&demo()));
    }

    #[test]
    fn the_shell_commands_of_any_edits_give_the_same_demo(changes in changes()) {
        let mut edited = demo().deployments;
        apply(&mut edited, &changes);
        let lines = annotate::lines(&all_ours(&edited), &names_of(&demo().deployments), None);
        let mut again = demo().deployments;
        run_lines(&mut again, &lines);
        prop_assert_eq!(again, edited);
    }

    #[test]
    fn the_differences_lead_from_one_state_to_the_other_and_back(changes in changes()) {
        let (before, mut after) = (demo().deployments, demo().deployments);
        apply(&mut after, &changes);
        let (first, now) = (all_ours(&before), all_ours(&after));
        let edits = |a: &BTreeMap<String, Ours>, b: &BTreeMap<String, Ours>| -> Vec<Change> {
            a.iter().filter_map(|(name, ours)| between(name, ours, &b[name])).collect()
        };
        let mut again = before.clone();
        apply(&mut again, &edits(&first, &now));
        prop_assert_eq!(&again, &after);
        apply(&mut again, &edits(&now, &first));
        prop_assert_eq!(&again, &before);
    }
}
