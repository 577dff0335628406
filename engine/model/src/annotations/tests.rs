use manifest::parse::parse;

use super::*;

const DEMO: &str = include_str!("../../../../demo.yaml");

fn read(text: &str) -> Result<control::Config, Refused> {
    config(&parse(text).unwrap(), &Budget::default())
}

/// The demo's manifest with another value for one of the engine's annotations.
fn with(deployment: &str, name: &str, value: &str) -> String {
    let mut manifest = parse(DEMO).unwrap();
    let found = manifest.deployments.iter_mut().find(|d| d.name == deployment).unwrap();
    found.annotations.insert(format!("{PREFIX}{name}"), value.to_owned());
    config(&manifest, &Budget::default()).unwrap_err().to_string()
}

#[test]
fn the_kit_s_own_manifest_scales_two_workloads_in_ten_slots() {
    let config = read(DEMO).unwrap();
    let target = QueueTarget { queue: "jobs".to_owned(), length: 20 };
    assert_eq!(config.capacity, 10);
    assert_eq!(config.workloads.len(), 2);
    let (window, average) = (Duration::from_secs(6), Duration::from_secs(5));
    let settings = RateSettings { window, average, ..RateSettings::new(target) };
    assert_eq!(config.workloads[0].rule, Rule::Rate(settings));
    assert_eq!((config.workloads[0].priority, config.workloads[1].priority), (1, 2));
}

#[test]
fn each_bad_annotation_is_refused_with_its_deployment_and_its_name() {
    let cases = [
        ("consumer", "min-containers", "11", "more than max-containers 10"),
        ("consumer", "min-containers", "-1", "it must be a whole number"),
        ("consumer", "target-queue-length", "-20", "it must be a whole number"),
        ("consumer", "rule", "magic", "the rules are rate, simple-queue, queue, remainder"),
        ("consumer", "prioritty", "1", "is unknown; the known ones are is-scalable"),
        ("consumer", "paused", "yes", "it must be \"true\" or \"false\""),
        ("consumer", "priority", "0", "the first priority is 1"),
        ("consumer", "max-delta", "0", "set paused instead"),
        ("consumer", "queue", "a b", "1 to 80 letters"),
        ("consumer", "scale-down-window", "6", "it must be a duration"),
        ("consumer", "scale-down-window", "2h", "is 2h; give 1s to 1h"),
        ("consumer", "rate-average", "0s", "is 0s; give 1s to 10m"),
        ("consumer", "service-rate", "fast", "it must be jobs a second"),
        ("consumer", "service-rate", "0", "give 0.001 to 100000"),
        ("consumer", "service-rate", "NaN", "give 0.001 to 100000"),
        ("consumer", "fallback-containers", "x", "it must be a whole number"),
        ("engine", "capacity", "0", "give 1 to 1000"),
        ("engine", "capacity", "4000000000", "give 1 to 1000"),
        ("consumer", "target-queue-length", "0", "give at least 1"),
        ("engine", "capacity", "1", "less than the minimums together"),
        ("producer", "capacity", "3", "is unknown"),
    ];
    for (deployment, name, value, says) in cases {
        let refusal = with(deployment, name, value);
        let begins = format!("deployment/{deployment}: annotation {PREFIX}{name} ");
        assert!(refusal.starts_with(&begins), "{refusal}");
        assert!(refusal.contains(says), "{refusal}");
    }
}

#[test]
fn the_service_rate_and_the_fallback_are_read() {
    let mut manifest = parse(DEMO).unwrap();
    let consumer = manifest.deployments.iter_mut().find(|d| d.name == "consumer").unwrap();
    for (name, value) in [("service-rate", "5"), ("fallback-containers", "4")] {
        consumer.annotations.insert(format!("{PREFIX}{name}"), value.to_owned());
    }
    let config = config(&manifest, &Budget::default()).unwrap();
    let workload = config.workload("consumer").unwrap();
    let Rule::Rate(settings) = &workload.rule else { panic!("{:?}", workload.rule) };
    assert_eq!(settings.service_time, Some(Duration::from_millis(200)));
    assert_eq!(workload.fallback, Some(4));
}

#[test]
fn two_remainders_of_one_priority_are_refused_by_name() {
    let mut manifest = parse(DEMO).unwrap();
    let mut second = manifest.deployments[3].clone();
    second.name = "more".to_owned();
    manifest.deployments.push(second);
    let refusal = config(&manifest, &Budget::default()).unwrap_err().to_string();
    assert!(refusal.starts_with("deployment/more: annotation microscaling.com/rule is remainder"));
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = DEMO.replace("rule: rate", "rule: magic").replace("capacity: \"10\"", "capacity: x");
    assert_eq!(read(&text).unwrap_err().0.len(), 2);
}
