//! Reads objects through k8s-openapi's types, to compare the results with those of this crate.

use std::time::Duration;

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::yaml::Step;
use crate::{Container, Deployment, Mount, Port, Service, Source, Target};

/// The path to a refused part, and the reason.
pub(super) type Mismatch = (Vec<Step>, String);

pub(super) fn deployment(name: String, parsed: apps::Deployment) -> Result<Deployment, Mismatch> {
    let spec = parsed.spec.ok_or_else(|| wrong(&[], "it has no spec"))?;
    let place = ["spec", "template", "spec"];
    let pod = spec.template.spec.ok_or_else(|| wrong(&place, "its template has no spec"))?;
    let grace = pod.termination_grace_period_seconds.unwrap_or(30);
    let key = "terminationGracePeriodSeconds";
    let below = |key| [&place[..], &[key]].concat();
    let grace = u64::try_from(grace)
        .map_err(|_| wrong(&below(key), &format!("{key} is {grace}; it must be 0 or more")))?;
    let replicas = spec.replicas.unwrap_or(1);
    let what = format!("spec.replicas is {replicas}; it must be 0 or more");
    let replicas = u32::try_from(replicas).map_err(|_| wrong(&["spec", "replicas"], &what))?;
    if pod.containers.is_empty() {
        return Err(wrong(&below("containers"), "it has no containers"));
    }
    let volumes = pod.volumes.unwrap_or_default();
    let links = pod.enable_service_links.unwrap_or(true).then(Vec::new);
    let container = |it| Container { links: links.clone(), ..container(it, &volumes) };
    Ok(Deployment {
        name,
        namespace: parsed.metadata.namespace.unwrap_or_else(|| "default".to_owned()),
        annotations: parsed.metadata.annotations.unwrap_or_default(),
        replicas,
        pod_labels: spec.template.metadata.and_then(|meta| meta.labels).unwrap_or_default(),
        grace: Duration::from_secs(grace),
        containers: pod.containers.into_iter().map(container).collect(),
    })
}

fn wrong(path: &[&str], what: &str) -> Mismatch {
    (path.iter().map(|key| Step::from(*key)).collect(), what.to_owned())
}

fn container(parsed: core::Container, volumes: &[core::Volume]) -> Container {
    let env = parsed.env.unwrap_or_default().into_iter();
    let ports = parsed.ports.unwrap_or_default().into_iter();
    let named = ports.filter_map(|it| Some((it.name?, u16::try_from(it.container_port).ok()?)));
    let mounts = parsed.volume_mounts.unwrap_or_default().into_iter();
    Container {
        name: parsed.name,
        image: parsed.image,
        command: parsed.command.unwrap_or_default(),
        args: parsed.args.unwrap_or_default(),
        env: env.filter_map(|it| Some((it.name, it.value?))).collect(),
        links: None,
        working_dir: parsed.working_dir.unwrap_or_else(|| "/".to_owned()),
        mounts: mounts.map(|it| mount(it, volumes)).collect(),
        ports: named.collect(),
    }
}

fn mount(parsed: core::VolumeMount, volumes: &[core::Volume]) -> Mount {
    let volume = volumes.iter().find(|volume| volume.name == parsed.name);
    Mount {
        path: parsed.mount_path,
        volume: parsed.name,
        source: volume.map_or(Source::Other, source),
        sub_path: parsed.sub_path.or(parsed.sub_path_expr).filter(|path| !path.is_empty()),
        is_read_only: parsed.read_only.unwrap_or(false),
    }
}

fn source(volume: &core::Volume) -> Source {
    let all = [
        (Source::Empty, volume.empty_dir.is_some()),
        (Source::Lasting("persistentVolumeClaim"), volume.persistent_volume_claim.is_some()),
        (Source::Lasting("ephemeral volume"), volume.ephemeral.is_some()),
        (Source::Lasting("hostPath"), volume.host_path.is_some()),
        (Source::Lasting("nfs"), volume.nfs.is_some()),
        (Source::Lasting("csi"), volume.csi.is_some()),
        (Source::Files("configMap"), volume.config_map.is_some()),
        (Source::Files("secret"), volume.secret.is_some()),
        (Source::Files("projected"), volume.projected.is_some()),
        (Source::Files("downwardAPI"), volume.downward_api.is_some()),
        (Source::Files("image"), volume.image.is_some()),
    ];
    all.iter().find(|(_, is_it)| *is_it).map_or(Source::Other, |(source, _)| *source)
}

pub(super) fn service(name: String, parsed: core::Service) -> Result<Service, Mismatch> {
    let spec = parsed.spec.ok_or_else(|| wrong(&[], "it has no spec"))?;
    let ports = spec.ports.unwrap_or_default().into_iter().enumerate();
    let by_tcp = ports.filter(|(_, it)| it.protocol.as_deref().unwrap_or("TCP") == "TCP");
    Ok(Service {
        name,
        namespace: parsed.metadata.namespace.unwrap_or_else(|| "default".to_owned()),
        selector: spec.selector.unwrap_or_default(),
        ports: by_tcp.map(|(i, it)| port(i, it)).collect::<Result<_, _>>()?,
        is_headless: spec.cluster_ip.as_deref() == Some("None"),
    })
}

fn port(i: usize, parsed: core::ServicePort) -> Result<Port, Mismatch> {
    let valid = |key: &str, number: i32| match u16::try_from(number) {
        Ok(number) if number > 0 => Ok(number),
        _ => {
            let path = vec!["spec".into(), "ports".into(), i.into(), key.into()];
            let it = format!("spec.ports[{i}].{key} is {number}; it must be from 1 to 65535");
            Err((path, it))
        }
    };
    let number = valid("port", parsed.port)?;
    let target = match parsed.target_port {
        None => Target::Number(number),
        Some(IntOrString::Int(target)) => Target::Number(valid("targetPort", target)?),
        Some(IntOrString::String(name)) => {
            name.parse().map_or_else(|_| Target::Name(name.clone()), Target::Number)
        }
    };
    Ok(Port { number, target })
}
