//! YAML documents into the few things that are used of them.

use std::time::Duration;

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use serde::Deserialize;
use serde_yaml::Value;

use super::{Container, Deployment, Manifest, Refused, Service};

/// Kubernetes's own default for `terminationGracePeriodSeconds`.
const DEFAULT_GRACE_S: i64 = 30;

/// Kinds that a demo on a cluster needs and a box does not.
const CLUSTER_ONLY: [&str; 5] = ["ServiceAccount", "Role", "RoleBinding", "Namespace", "Lease"];

/// Reads a manifest of one or more documents.
///
/// # Errors
/// Every document that is no valid Kubernetes object, by its kind and name.
pub fn parse(text: &str) -> Result<Manifest, Refused> {
    let mut manifest = Manifest::default();
    let mut problems = Vec::new();
    for (i, document) in serde_yaml::Deserializer::from_str(text).enumerate() {
        match Value::deserialize(document) {
            Ok(Value::Null) => {}
            Ok(value) => problems.extend(take(&mut manifest, i + 1, value).err()),
            // What follows a broken document cannot be trusted to begin where it seems to.
            Err(error) => {
                problems.push(format!("document {}: {error}", i + 1));
                break;
            }
        }
    }
    if manifest.deployments.is_empty() && problems.is_empty() {
        problems.push("there is no Deployment in it".to_owned());
    }
    if problems.is_empty() { Ok(manifest) } else { Err(Refused(problems)) }
}

fn take(manifest: &mut Manifest, number: usize, value: Value) -> Result<(), String> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(String::from);
    if text(&value, "kind").as_deref() == Some("List") {
        let items = value.get("items").and_then(Value::as_sequence).cloned();
        return items.into_iter().flatten().try_for_each(|item| take(manifest, number, item));
    }
    let Some(kind) = text(&value, "kind") else {
        return Err(format!("document {number}: it has no kind, so it is no Kubernetes object"));
    };
    let Some(name) = value.get("metadata").and_then(|meta| text(meta, "name")) else {
        return Err(format!("document {number} ({kind}): it has no metadata.name"));
    };
    let wrong = |error: &dyn std::fmt::Display| format!("{}/{name}: {error}", kind.to_lowercase());
    match kind.as_str() {
        "Deployment" => {
            if manifest.deployments.iter().any(|d| d.name == name) {
                return Err(wrong(&"there are two of this name"));
            }
            manifest.unused.look_at_deployment(&name, &value);
            let parsed = serde_yaml::from_value(value).map_err(|e| wrong(&e))?;
            manifest.deployments.push(deployment(name.clone(), parsed).map_err(|e| wrong(&e))?);
        }
        "Service" => {
            let parsed = serde_yaml::from_value(value).map_err(|e| wrong(&e))?;
            manifest.services.push(service(name.clone(), parsed).map_err(|e| wrong(&e))?);
        }
        _ if CLUSTER_ONLY.contains(&kind.as_str()) => {
            manifest.cluster_only.push(format!("{kind} {name}"));
        }
        _ => manifest.unused.warnings.push(format!("{kind} {name} is not honoured")),
    }
    Ok(())
}

/// What is used of a Deployment.
///
/// # Errors
/// When a part of it is missing or out of range.
pub fn deployment(name: String, parsed: apps::Deployment) -> Result<Deployment, String> {
    let spec = parsed.spec.ok_or("it has no spec")?;
    let pod = spec.template.spec.ok_or("its template has no spec")?;
    let grace = pod.termination_grace_period_seconds.unwrap_or(DEFAULT_GRACE_S);
    let grace = u64::try_from(grace).map_err(|_| "terminationGracePeriodSeconds is negative")?;
    let replicas = spec.replicas.unwrap_or(1);
    let volumes = pod.volumes.into_iter().flatten().filter(|it| it.empty_dir.is_some());
    let empty: Vec<String> = volumes.map(|it| it.name).collect();
    if pod.containers.is_empty() {
        return Err("it has no containers".to_owned());
    }
    Ok(Deployment {
        name,
        annotations: parsed.metadata.annotations.unwrap_or_default(),
        replicas: u32::try_from(replicas).map_err(|_| "replicas is negative")?,
        pod_labels: spec.template.metadata.and_then(|meta| meta.labels).unwrap_or_default(),
        grace: Duration::from_secs(grace),
        containers: pod.containers.into_iter().map(|it| container(it, &empty)).collect(),
    })
}

/// `empty` are the names of the pod's volumes that are empty directories.
fn container(parsed: core::Container, empty: &[String]) -> Container {
    let env = parsed.env.unwrap_or_default().into_iter();
    let mounts = parsed.volume_mounts.unwrap_or_default().into_iter();
    let empty_dirs = mounts.filter(|it| empty.contains(&it.name)).map(|it| it.mount_path);
    Container {
        name: parsed.name,
        image: parsed.image,
        command: parsed.command.unwrap_or_default(),
        args: parsed.args.unwrap_or_default(),
        env: env.filter_map(|var| Some((var.name, var.value?))).collect(),
        empty_dirs: empty_dirs.collect(),
    }
}

fn service(name: String, parsed: core::Service) -> Result<Service, String> {
    let spec = parsed.spec.ok_or("it has no spec")?;
    let ports = spec.ports.unwrap_or_default().into_iter().map(|port| port.port);
    Ok(Service {
        name,
        namespace: parsed.metadata.namespace.unwrap_or_else(|| "default".to_owned()),
        selector: spec.selector.unwrap_or_default(),
        ports: ports
            .map(|port| u16::try_from(port).map_err(|_| format!("port {port} is out of range")))
            .collect::<Result<_, _>>()?,
    })
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
        assert_eq!(manifest.services[0].ports, [4151]);
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
    fn what_is_no_manifest_is_refused_in_words() {
        assert!(refusal("").contains("no Deployment"));
        assert!(refusal("hello").contains("no kind"));
        assert!(refusal("kind: Deployment").contains("no metadata.name"));
        assert!(refusal("a: [").contains("document 1"));
        let named = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}";
        assert!(refusal(named).starts_with("deployment/a: "), "{}", refusal(named));
    }
}
