//! Checks that this crate and k8s-openapi read Kubernetes objects in the same way.

use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Debug;
use std::slice::Iter;

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_yaml::Mapping;

use super::*;
use crate::parse;
use crate::yaml::typed::typed;
use crate::yaml::{documents, way};

mod probe;
mod reference;

use reference::Mismatch;

#[test]
fn the_kinds_are_those_that_kubernetes_has() {
    let kinds = probe::kinds();
    let is_same = kinds == include_str!("../objects.yaml");
    assert!(is_same, "objects.yaml must be:\n{kinds}");
}

/// Returns whether k8s-openapi accepts an object, and checks that this crate gives the same answer.
fn is_fit(kind: &str, object: &Value) -> bool {
    let theirs = match kind {
        "Deployment" => typed::<apps::Deployment>(object).map(drop),
        _ => typed::<core::Service>(object).map(drop),
    };
    assert_eq!(check(kind, object), theirs, "{}", serde_yaml::to_string(object).unwrap());
    theirs.is_ok()
}

/// An object that contains only this value, at the end of a path.
fn with(path: &[Step], value: &Value) -> Value {
    path.iter().rev().fold(value.clone(), |value, step| match step {
        Step::Key(key) => Value::Mapping(Mapping::from_iter([(key.as_str().into(), value)])),
        Step::Item(_) => Value::Sequence(vec![value]),
    })
}

/// The path and type of each field in a kind and in the kinds that it contains, each kind once.
fn fields(of: &str) -> Vec<(Vec<Step>, &'static str)> {
    let mut ways = VecDeque::from([(Vec::new(), of)]);
    let (mut seen, mut fields) = (BTreeSet::new(), Vec::new());
    while let Some((path, of)) = ways.pop_front() {
        for (key, of) in KINDS.get(of).filter(|_| seen.insert(of)).into_iter().flatten() {
            let path = way(&path, [key.as_str().into()]);
            let (further, kind) = match of.split_once(' ') {
                Some(("list", kind)) => (vec![0.into()], kind),
                Some(("map", kind)) => (vec!["a".into()], kind),
                _ => (Vec::new(), of.as_str()),
            };
            ways.push_back((way(&path, further), kind));
            fields.push((path, of.as_str()));
        }
    }
    fields
}

/// Values of many types; each field accepts only some of them.
const SORTS: &str = "[null, true, 5, -5, 5000000000, 18446744073709551615, 1.5, '', '5', 'true', x,
    [], [null], [true], [5], [x], [[]], [{}], [{5: x}], {}, {a: null}, {a: true}, {a: 5}, {a: 1.5},
    {a: x}, {a: []}, {a: {}}, {5: x}, {null: x}]";

#[test]
fn a_value_of_each_sort_in_each_field_is_refused_as_kubernetes_types_refuse_it() {
    let sorts: Vec<Value> = serde_yaml::from_str(SORTS).unwrap();
    for (kind, many) in [("Deployment", 500), ("Service", 40)] {
        let fields = fields(kind);
        assert!(fields.len() > many, "{kind}: {}", fields.len());
        for (path, of) in fields {
            // This crate accepts any text as a timestamp: only the cluster writes timestamps.
            let is_seen = |it: &&Value| of != "Time" || !it.is_string();
            let found = sorts.iter().filter(is_seen).map(|it| is_fit(kind, &with(&path, it)));
            let found: BTreeSet<bool> = found.collect();
            let may_be_one = !of.starts_with("is ");
            assert_eq!(found, BTreeSet::from([false, may_be_one]), "{path:?}");
        }
    }
}

/// Checks that this crate reads an object as k8s-openapi does. Returns whether it could be read.
fn is_read(kind: &str, object: &Value) -> bool {
    match kind {
        _ if !is_fit(kind, object) => false,
        "Deployment" => same(object, reference::deployment, parse::deployment),
        _ => same(object, reference::service, parse::service),
    }
}

/// Checks that both give the same result, also for the object as k8s-openapi writes it.
fn same<K: DeserializeOwned + Serialize, T: PartialEq + Debug>(
    object: &Value,
    theirs: fn(String, K) -> Result<T, Mismatch>,
    ours: fn(String, &Value) -> Result<T, Mismatch>,
) -> bool {
    let read: K = typed(object).unwrap();
    let written = serde_yaml::to_value(&read).unwrap();
    let theirs = theirs("a".to_owned(), read);
    for object in [object, &written] {
        let text = serde_yaml::to_string(object).unwrap();
        assert_eq!(ours("a".to_owned(), object), theirs, "{text}");
    }
    theirs.is_ok()
}

#[test]
fn the_kit_s_own_objects_are_read_as_kubernetes_types_read_them() {
    let mut read = 0;
    for text in [
        include_str!("../../../../demo.yaml"),
        include_str!("../../../../deploy/nats/nats.yaml"),
        include_str!("../../../../deploy/nats/queue.yaml"),
        include_str!("../../../../deploy/nats/undo.yaml"),
        include_str!("../../../../deploy/nsq/nsq.yaml"),
        include_str!("../../../../deploy/nsq/queue.yaml"),
        include_str!("../../../../deploy/nsq/undo.yaml"),
        include_str!("../../../../deploy/pvc/queue.yaml"),
        include_str!("../../../../deploy/pvc/undo.yaml"),
        include_str!("../../../../deploy/sqs/queue.yaml"),
        include_str!("../../../../deploy/sqs/sqs.yaml"),
        include_str!("../../../../deploy/sqs/undo.yaml"),
        include_str!("../../../../deploy/token/consumer.yaml"),
        include_str!("../../../../deploy/token/queue.yaml"),
        include_str!("../../../../deploy/token/undo/queue.yaml"),
    ] {
        for object in documents(text).map(|it| it.unwrap().value) {
            // Patches have no kind; all patches here are for Deployments.
            let kind = object["kind"].as_str().unwrap_or("Deployment");
            if KINDS.contains_key(kind) {
                read += usize::from(is_read(kind, &object));
            }
        }
    }
    let text = "six of the demo, two each of NATS, NSQ and SQS, nine patches that have containers";
    assert_eq!(read, 21, "{text}");
}

#[test]
fn volumes_of_one_or_two_sorts_are_read_as_kubernetes_types_read_them() {
    let sorts: Vec<&String> = KINDS["Volume"].keys().filter(|key| *key != "name").collect();
    let (mut volumes, mut mounts) = (String::new(), String::new());
    for (a, b) in sorts.iter().flat_map(|a| sorts.iter().map(move |b| (a, b))) {
        let second = if a == b { String::new() } else { format!(", {b}: {{}}") };
        volumes += &format!("{{name: {a} {b}, {a}: {{}}{second}}}, ");
        mounts += &format!("{{name: {a} {b}}}, ");
    }
    let containers = format!("[{{volumeMounts: [{mounts}]}}]");
    let pod = format!("{{containers: {containers}, volumes: [{volumes}]}}");
    let object = format!("{{spec: {{selector: {{}}, template: {{spec: {pod}}}}}}}");
    assert!(is_read("Deployment", &serde_yaml::from_str(&object).unwrap()));
}

/// The fields that nearly all generated objects have; other fields are rare.
const USED: &str = " metadata spec namespace annotations labels replicas template containers \
    terminationGracePeriodSeconds enableServiceLinks volumes name image command args env value \
    workingDir volumeMounts mountPath subPath subPathExpr readOnly ports containerPort selector \
    protocol clusterIP port targetPort ";

/// The next random choice: a number below `of`.
fn pick(choices: &mut Iter<'_, u8>, of: usize) -> usize {
    usize::from(choices.next().copied().unwrap_or(255)) % of
}

/// Generates a value of the type `of`, and sometimes a value of another type.
fn made_up(of: &str, choices: &mut Iter<'_, u8>) -> Value {
    if pick(choices, 200) == 0 {
        let sorts: Vec<Value> = serde_yaml::from_str(SORTS).unwrap();
        let other = &sorts[pick(choices, sorts.len())];
        // This crate accepts any text as a timestamp, because it uses no timestamps.
        if of != "Time" || !other.is_string() {
            return other.clone();
        }
    }
    match of.split_once(' ') {
        Some(("list", of)) => (0..pick(choices, 4)).map(|_| made_up(of, choices)).collect(),
        Some(("map", of)) => {
            let keys = &["a", "b", "c"][..pick(choices, 4)];
            let entry = |key: &&str| ((*key).into(), made_up(of, choices));
            Value::Mapping(keys.iter().map(entry).collect())
        }
        Some((_, only)) => only.into(),
        None => match KINDS.get(of) {
            Some(fields) => Value::Mapping(fields_made_up(fields, choices)),
            None => simple_made_up(of, choices),
        },
    }
}

fn fields_made_up(fields: &BTreeMap<String, String>, choices: &mut Iter<'_, u8>) -> Mapping {
    let mut map = Mapping::new();
    for (key, of) in fields {
        let is_there = match USED.contains(&format!(" {key} ")) {
            true => pick(choices, 8) > 0,
            false => pick(choices, 90) == 0,
        };
        if is_there {
            map.insert(key.as_str().into(), made_up(of, choices));
        }
    }
    map
}

fn simple_made_up(of: &str, choices: &mut Iter<'_, u8>) -> Value {
    match of {
        "bool" => (pick(choices, 2) == 0).into(),
        "i32" | "i64" => [0, 1, 8080, 70_000, -1][pick(choices, 5)].into(),
        "IntOrString" if pick(choices, 2) == 0 => [1, 8080, 70_000][pick(choices, 3)].into(),
        "Time" => "2020-02-02T20:20:02Z".into(),
        _ => ["", "a", "b", "8080", "TCP", "None"][pick(choices, 6)].into(),
    }
}

#[test]
fn generated_objects_are_read_as_kubernetes_types_read_them() {
    let (made, read) = (Cell::new(0), Cell::new(0));
    let choices = prop::collection::vec(any::<u8>(), 0..2000);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) };
    let mut runner = TestRunner::new(config);
    let all = runner.run(&choices, |choices| {
        for kind in ["Deployment", "Service"] {
            made.set(made.get() + 1);
            read.set(read.get() + u32::from(is_read(kind, &made_up(kind, &mut choices.iter()))));
        }
        Ok(())
    });
    all.unwrap();
    assert!(read.get() > made.get() / 5, "{} of {} could be read", read.get(), made.get());
}
