//! Reads the parts of YAML documents that the engine uses.

use std::time::Duration;

use serde::Serialize;
use serde_yaml::Value;

use crate::described::{Container, Deployment, Port, Service, Target};
use crate::invalid::{Fault, Refused};
use crate::manifest::Manifest;
use crate::objects::{self, find, items, part};
use crate::yaml::typed::{must_be, shown};
use crate::yaml::{Step, documents};
use crate::{fields, volumes};

/// Kubernetes' default for `terminationGracePeriodSeconds`.
const DEFAULT_GRACE_S: i64 = 30;

/// The namespace of an object that does not have one.
const DEFAULT_NAMESPACE: &str = "default";

/// The kinds of objects that the demo needs in a cluster but not in the box.
const CLUSTER_ONLY: [&str; 5] = ["ServiceAccount", "Role", "RoleBinding", "Namespace", "Lease"];

/// The path to a part of an object, and the message about its fault.
type Mismatch = (Vec<Step>, String);

/// Reads a manifest of one or more documents.
///
/// # Errors
/// Returns the faults in all documents. Each names the kind and name of its object.
pub fn parse(text: &str) -> Result<Manifest, Refused> {
    let mut manifest = Manifest::default();
    let mut faults = Vec::new();
    for (number, document) in (1..).zip(documents(text)) {
        match document {
            Ok(document) => {
                let value = document.value.clone();
                manifest.places.begin(document);
                faults.extend(take(&mut manifest, number, &value, &mut Vec::new()));
            }
            Err(bad) => {
                let text = format!("document {number}: {}", bad.text);
                faults.push(Fault { line: Some(bad.line), text });
            }
        }
    }
    if manifest.deployments.is_empty() && faults.is_empty() {
        faults.push(Fault { line: None, text: "it has no Deployment".to_owned() });
    }
    manifest.link();
    if faults.is_empty() { Ok(manifest) } else { Err(Refused(faults)) }
}

/// Adds an object or a List's objects, which are in the last added document. Returns the faults.
fn take(manifest: &mut Manifest, number: usize, value: &Value, path: &mut Vec<Step>) -> Vec<Fault> {
    if value.get("kind").and_then(Value::as_str) == Some("List") {
        let mut faults = Vec::new();
        for (i, item) in items(value, &["items"]).iter().enumerate() {
            path.extend(["items".into(), i.into()]);
            faults.extend(take(manifest, number, item, path));
            path.truncate(path.len() - 2);
        }
        return faults;
    }
    let (kind, name) = match kind_and_name(value) {
        Ok(names) => names,
        Err((part, what)) => {
            manifest.places.add("?", path);
            let line = manifest.places.line("?", &part);
            return vec![Fault { line, text: format!("document {number}{what}") }];
        }
    };
    let object = format!("{}/{name}", kind.to_lowercase());
    let is_twice = manifest.deployments.iter().any(|it| kind == "Deployment" && it.name == name);
    manifest.places.add(&object, path);
    let wrong = match kind.as_str() {
        _ if is_twice => vec![(vec![], "there are two with this name; leave one out".to_owned())],
        "Deployment" => take_deployment(manifest, name, value).err().unwrap_or_default(),
        "Service" => take_service(manifest, name, value).err().into_iter().collect(),
        _ if CLUSTER_ONLY.contains(&kind.as_str()) => {
            manifest.cluster_only.push(format!("{kind} {name}"));
            Vec::new()
        }
        _ => {
            manifest.unused.not_honoured(&format!("{kind} {name}"));
            Vec::new()
        }
    };
    wrong.iter().map(|(part, what)| manifest.places.fault(&object, part, what)).collect()
}

fn kind_and_name(value: &Value) -> Result<(String, String), Mismatch> {
    let kind = match value.get("kind") {
        Some(Value::String(kind)) => kind.clone(),
        Some(other) => return Err((vec!["kind".into()], format!(": kind {}", text(other)))),
        None => {
            let what = ": it has no kind, so it is not a Kubernetes object".to_owned();
            return Err((Vec::new(), what));
        }
    };
    match value.get("metadata").and_then(|metadata| metadata.get("name")) {
        Some(Value::String(name)) => Ok((kind, name.clone())),
        Some(other) => {
            let what = format!(" ({kind}): metadata.name {}", text(other));
            Err((vec!["metadata".into(), "name".into()], what))
        }
        None => Err((vec!["metadata".into()], format!(" ({kind}): it has no metadata.name"))),
    }
}

fn text(value: &Value) -> String {
    must_be(value, "text")
}

fn take_deployment(
    manifest: &mut Manifest,
    name: String,
    value: &Value,
) -> Result<(), Vec<Mismatch>> {
    let misfits = fields::misfits(value);
    if !misfits.is_empty() {
        return Err(misfits);
    }
    check("Deployment", value).map_err(|wrong| vec![wrong])?;
    let found = deployment(name, value).map_err(|wrong| vec![wrong])?;
    manifest.unused.look_at_deployment(&found, value);
    manifest.deployments.push(found);
    Ok(())
}

fn take_service(manifest: &mut Manifest, name: String, value: &Value) -> Result<(), Mismatch> {
    check("Service", value)?;
    manifest.services.push(service(name, value)?);
    Ok(())
}

fn check(kind: &str, value: &Value) -> Result<(), Mismatch> {
    objects::check(kind, value).map_err(|misfit| {
        let what = misfit.to_string();
        (misfit.path, what)
    })
}

fn wrong<T>(path: &[&str], what: &str) -> Result<T, Mismatch> {
    Err((path.iter().map(|key| Step::from(*key)).collect(), what.to_owned()))
}

/// Reads a Deployment that a cluster has returned; `None` if its fields are invalid.
pub fn written_deployment(name: String, object: &impl Serialize) -> Option<Deployment> {
    deployment(name, &serde_yaml::to_value(object).ok()?).ok()
}

/// Reads a Deployment whose field types were checked.
///
/// # Errors
/// Returns the path to a part that is missing or out of range, and the fault's message.
pub(crate) fn deployment(name: String, value: &Value) -> Result<Deployment, Mismatch> {
    let Some(spec) = find(value, &["spec"]) else { return wrong(&[], "it has no spec") };
    let place = ["spec", "template", "spec"];
    let Some(pod) = find(value, &place) else { return wrong(&place, "its template has no spec") };
    let key = "terminationGracePeriodSeconds";
    let grace = part::<Option<i64>>(pod, &[key]).unwrap_or(DEFAULT_GRACE_S);
    let Ok(grace) = u64::try_from(grace) else {
        let path = [&place[..], &[key]].concat();
        return wrong(&path, &format!("{key} is {grace}; it must be 0 or more"));
    };
    let replicas = part::<Option<i64>>(spec, &["replicas"]).unwrap_or(1);
    let Ok(replicas) = u32::try_from(replicas) else {
        let what = format!("spec.replicas is {replicas}; it must be 0 or more");
        return wrong(&["spec", "replicas"], &what);
    };
    let containers = items(pod, &["containers"]);
    if containers.is_empty() {
        return wrong(&[&place[..], &["containers"]].concat(), "it has no containers");
    }
    let volumes = items(pod, &["volumes"]);
    let links = part::<Option<bool>>(pod, &["enableServiceLinks"]).unwrap_or(true).then(Vec::new);
    let container = |it| Container { links: links.clone(), ..container(it, volumes) };
    Ok(Deployment {
        name,
        namespace: namespace(value),
        annotations: part(value, &["metadata", "annotations"]),
        replicas,
        pod_labels: part(spec, &["template", "metadata", "labels"]),
        grace: Duration::from_secs(grace),
        containers: containers.iter().map(container).collect(),
    })
}

fn namespace(value: &Value) -> String {
    let written: Option<String> = part(value, &["metadata", "namespace"]);
    written.unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned())
}

fn container(value: &Value, volumes: &[Value]) -> Container {
    let variable = |it| Some((part(it, &["name"]), part::<Option<_>>(it, &["value"])?));
    let port = |it| {
        let number = u16::try_from(part::<i64>(it, &["containerPort"])).ok()?;
        Some((part::<Option<_>>(it, &["name"])?, number))
    };
    Container {
        name: part(value, &["name"]),
        image: part(value, &["image"]),
        command: part(value, &["command"]),
        args: part(value, &["args"]),
        env: items(value, &["env"]).iter().filter_map(variable).collect(),
        links: None,
        working_dir: part::<Option<_>>(value, &["workingDir"]).unwrap_or_else(|| "/".to_owned()),
        mounts: volumes::mounts(items(value, &["volumeMounts"]), volumes),
        ports: items(value, &["ports"]).iter().filter_map(port).collect(),
    }
}

/// Reads a Service whose field types were checked.
pub(super) fn service(name: String, value: &Value) -> Result<Service, Mismatch> {
    let Some(spec) = find(value, &["spec"]) else { return wrong(&[], "it has no spec") };
    let is_tcp = |it| part::<Option<&str>>(it, &["protocol"]).is_none_or(|it| it == "TCP");
    let by_tcp = items(spec, &["ports"]).iter().enumerate().filter(|(_, it)| is_tcp(it));
    Ok(Service {
        name,
        namespace: namespace(value),
        selector: part(spec, &["selector"]),
        ports: by_tcp.map(|(i, it)| port(i, it)).collect::<Result<_, _>>()?,
        is_headless: part::<&str>(spec, &["clusterIP"]) == "None",
    })
}

/// Reads the port at index `i` of a Service's list of ports.
fn port(i: usize, value: &Value) -> Result<Port, Mismatch> {
    let valid = |key: &str, number: i64| match u16::try_from(number) {
        Ok(number) if number > 0 => Ok(number),
        _ => {
            let path = vec!["spec".into(), "ports".into(), i.into(), key.into()];
            let what = format!("{} is {number}; it must be from 1 to 65535", shown(&path));
            Err((path, what))
        }
    };
    let number = valid("port", part(value, &["port"]))?;
    let target = match part(value, &["targetPort"]) {
        Value::Number(target) => {
            Target::Number(valid("targetPort", target.as_i64().unwrap_or_default())?)
        }
        Value::String(name) => match name.parse() {
            Ok(target) => Target::Number(target),
            Err(_) => Target::Name(name),
        },
        _ => Target::Number(number),
    };
    Ok(Port { number, target })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../../demo.yaml");

    #[test]
    fn the_kit_s_own_manifest_has_five_deployments_and_a_service() {
        let manifest = parse(DEMO).unwrap();
        let names: Vec<_> = manifest.deployments.iter().map(|d| d.name.as_str()).collect();
        assert_eq!(names, ["queue", "producer", "consumer", "remainder", "engine"]);
        assert_eq!(
            manifest.services[0].ports,
            [Port { number: 4151, target: Target::Name("http".to_owned()) }]
        );
        assert!(manifest.services[0].selects(&manifest.deployments[0]));
        assert_eq!(manifest.engine().map(|d| d.name.as_str()), Some("engine"));
    }

    #[test]
    fn the_producer_stands_at_zero_replicas() {
        assert_eq!(parse(DEMO).unwrap().deployments[1].replicas, 0);
    }

    fn refusal(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_text_that_is_not_a_manifest_is_refused_with_a_reason() {
        assert!(refusal("").contains("no Deployment"));
        assert!(refusal("hello").contains("no kind"));
        assert!(refusal("kind: Deployment").contains("no metadata.name"));
        assert!(refusal("a: [").contains("document 1"));
        let named = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}";
        assert!(refusal(named).starts_with("deployment/a: "), "{}", refusal(named));
    }

    /// The messages for the kit's manifest, with their lines, after `from` is replaced by `to`.
    fn with(from: &str, to: &str) -> String {
        assert!(DEMO.contains(from), "{from}");
        let refused = parse(&DEMO.replacen(from, to, 1)).unwrap_err();
        refused.in_file(std::path::Path::new("demo.yaml"))
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_with_object_name_line_and_fix() {
        let scalable = "microscaling.com/is-scalable: \"true\"";
        let annotation = "deployment/consumer: annotation microscaling.com";
        let text = |value| format!("it must be text: write \"{value}\" in quotes");
        let mut cases =
            vec![
            ("priority: \"1\"".to_owned(), "priority: 1", format!(
                "{annotation}/priority is 1; {}", text("1"))),
            ("max-containers: \"10\"".to_owned(), "max-containers: {a: 1}", format!(
                "{annotation}/max-containers is a map; it must be text")),
            ("rule: rate".to_owned(), "rule:", format!(
                "{annotation}/rule is empty; it must be text: write \"\" for no text")),
            ("queue: jobs".to_owned(), "queue: [jobs]", format!(
                "{annotation}/queue is a list; it must be text")),
            ("value: jobs".to_owned(), "value: 5", format!(
                "deployment/producer: container producer: variable MICROSCALING_QUEUE is 5; {}",
                text("5"))),
            ("\"--rate=10\"".to_owned(), "--rate, 10", format!(
                "deployment/producer: container producer: flag --rate is 10; {}", text("10"))),
            ("command: [\"queue\"]".to_owned(), "command: [true]", format!(
                "deployment/queue: container queue: command[0] is true; {}", text("true"))),
            ("replicas: 0".to_owned(), "replicas: \"3\"",
                "deployment/producer: spec.replicas is \"3\"; it must be a whole number: write 3 \
                 without quotes".to_owned()),
            ("replicas: 0".to_owned(), "replicas: -1",
                "deployment/producer: spec.replicas is -1; it must be 0 or more".to_owned()),
            ("replicas: 0".to_owned(), "replicas: 1.5",
                "deployment/producer: spec.replicas is 1.5; it must be a whole number".to_owned()),
            ("port: 4151,".to_owned(), "port: \"4151\",",
                "service/queue: spec.ports[0].port is \"4151\"; it must be a whole number: write \
                 4151 without quotes".to_owned()),
            ("port: 4151,".to_owned(), "port: 70000,",
                "service/queue: spec.ports[0].port is 70000; it must be from 1 to".to_owned()),
            ("selector: {app.kubernetes.io/name: queue}".to_owned(), "selector: {a: true}",
                format!("service/queue: spec.selector.a is true; {}", text("true"))),
            ("  name: producer".to_owned(), "  name: 5", format!(
                "document 3 (Deployment): metadata.name is 5; {}", text("5"))),
            ("kind: Service".to_owned(), "kind: no: 1", "document 2: mapping values".to_owned()),
        ];
        cases.push((
            scalable.to_owned(),
            "microscaling.com/is-scalable: true",
            format!("{annotation}/is-scalable is true; {}", text("true")),
        ));
        for (from, to, says) in cases {
            let line = DEMO[..DEMO.find(&from).unwrap()].lines().count();
            let found = with(&from, to);
            let (line, next) =
                (format!("demo.yaml:{line}: {says}"), format!("demo.yaml:{}: {says}", line + 1));
            assert!(found.starts_with(&line) || found.starts_with(&next), "{found} and not {line}");
            assert_eq!(found.lines().count(), 1, "{found}");
        }
        let containers = "{kind: Deployment, metadata: {name: a}, spec: {selector: {}, template: \
                          {spec: {containers: {name: b}}}}}";
        assert_eq!(
            refusal(containers),
            "deployment/a: spec.template.spec.containers is a map; it must be a list"
        );
    }

    #[test]
    fn all_annotations_of_a_wrong_type_are_reported_at_once() {
        let text = DEMO.replace("-containers: \"1\"", "-containers: 1");
        let refused = parse(&text).unwrap_err();
        let lines: Vec<_> = refused.0.iter().map(|fault| fault.line).collect();
        let is_it = |line: &str| line.contains("-containers: 1") && !line.contains('\"');
        let wrong = (1..).zip(text.lines()).filter(|(_, line)| is_it(line));
        assert_eq!(lines, wrong.map(|(number, _)| Some(number)).collect::<Vec<_>>());
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn merge_keys_mean_the_same_deployments_as_written_out() {
        let common = "common: &common\n    microscaling.com/is-scalable: \"true\"\n    \
                      microscaling.com/priority: \"7\"\n";
        let text = |annotations: &str, spec: &str| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\n{common}pod: &pod\n  containers: [{{name: \
                 a, command: [queue]}}]\nmetadata:\n  name: a\n  annotations:\n{annotations}spec:\n  \
                 selector: {{}}\n{spec}"
            )
        };
        let merged = text(
            "    <<: *common\n    microscaling.com/priority: \"2\"\n",
            "  <<: {replicas: 3}\n  template:\n    spec:\n      <<: *pod\n",
        );
        let written = text(
            "    microscaling.com/is-scalable: \"true\"\n    microscaling.com/priority: \"2\"\n",
            "  replicas: 3\n  template:\n    spec:\n      containers: [{name: a, command: \
             [queue]}]\n",
        );
        let (merged, written) = (parse(&merged).unwrap(), parse(&written).unwrap());
        assert_eq!(merged.deployments[0].replicas, 3);
        assert_eq!(merged.deployments, written.deployments);
    }
}
