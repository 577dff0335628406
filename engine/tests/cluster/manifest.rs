//! The resources that demo.yaml requests.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kubernetes::quantity;
use serde::Deserialize;
use serde_yaml::Value;

/// The highest load of a talk: three producers, and ten containers of the scaled workloads.
const HEIGHT: [(&str, u64); 5] =
    [("queue", 1), ("engine", 1), ("producer", 3), ("consumer", 9), ("remainder", 1)];

const MIB: u64 = 1 << 20;

fn deployments() -> Vec<Deployment> {
    let documents = serde_yaml::Deserializer::from_str(include_str!("../../../demo.yaml"));
    let values = documents.map(|document| Value::deserialize(document).unwrap());
    let deployments = values.filter(|value| value["kind"] == "Deployment");
    deployments.map(|value| serde_yaml::from_value(value).unwrap()).collect()
}

fn amount(of: Option<&Quantity>) -> u64 {
    quantity::thousandths(&of.expect("every container has requests and limits").0).unwrap()
}

#[test]
fn all_of_it_at_full_capacity_fits_into_four_fifths_of_a_processor_and_512_mib() {
    let (mut cpu, mut asked, mut most) = (0, 0, 0);
    for (name, count) in HEIGHT {
        let all = deployments();
        let found = all.into_iter().find(|d| d.metadata.name.as_deref() == Some(name)).unwrap();
        for container in found.spec.unwrap().template.spec.unwrap().containers {
            let resources = container.resources.unwrap();
            let (requests, limits) = (resources.requests.unwrap(), resources.limits.unwrap());
            cpu += count * amount(requests.get("cpu"));
            asked += count * amount(requests.get("memory")) / 1000;
            most += count * amount(limits.get("memory")) / 1000;
            assert!(amount(limits.get("cpu")) >= amount(requests.get("cpu")), "{name}");
        }
    }
    assert_eq!((cpu, asked / MIB, most / MIB), (680, 304, 504), "as demo.yaml says");
    assert!(cpu <= 800 && most <= 512 * MIB);
}
