use control::{Followed, Source};
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
    let target = QueueTarget::of_queue("jobs", 20);
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
        (
            "consumer",
            "rule",
            "magic",
            "the rules are rate, simple-queue, queue, per-container, remainder",
        ),
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
        ("consumer", "source", "sql", "the sources are queue, prometheus, http"),
        ("consumer", "source-interval", "5", "it must be a duration"),
        ("consumer", "source-interval", "1h", "is 1h; give 100ms to 10m"),
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

/// The consumer of the demo's manifest with these annotations besides its own.
fn consumer(annotations: &[(&str, &str)]) -> Result<Workload, String> {
    let mut manifest = parse(DEMO).unwrap();
    let found = manifest.deployments.iter_mut().find(|d| d.name == "consumer").unwrap();
    let new = annotations.iter().map(|(name, value)| (format!("{PREFIX}{name}"), (*value).into()));
    found.annotations.extend(new);
    let config = config(&manifest, &Budget::default()).map_err(|refused| refused.to_string())?;
    Ok(config.workload("consumer").unwrap().clone())
}

#[test]
fn a_metric_is_read_from_prometheus_or_from_a_json_document() {
    let each = [("rule", "per-container"), ("target-per-container", "2.5")];
    let query = [("source", "prometheus"), ("query", "sum(in_flight)"), ("source-interval", "1s")];
    let settings = |more: &[(&str, &str)]| match consumer(&[&each, more].concat()).unwrap().rule {
        Rule::PerContainer(settings) => settings,
        other => panic!("{other:?}"),
    };
    let found = settings(&query);
    assert_eq!(found.target.get(), 2.5);
    assert_eq!(found.window, Duration::from_secs(6));
    let source = Source::Prometheus { query: "sum(in_flight)".to_owned() };
    let interval = Some(Duration::from_secs(1));
    assert_eq!(found.followed, Followed { name: "consumer".to_owned(), source, interval });
    let document = [("source", "http"), ("url", "http://app:80/x?y"), ("pointer", "/a~1b/0")];
    let found = settings(&[&document[..], &[("metric-name", "open sessions")]].concat()).followed;
    let (url, pointer) = ("http://app:80/x?y".to_owned(), "/a~1b/0".to_owned());
    assert_eq!(found.source, Source::Http { url, pointer });
    assert_eq!((found.name.as_str(), found.interval), ("open sessions", None));
    assert!(settings(&[]).followed.is_queue(), "a queue is the default");
}

#[test]
fn a_source_without_its_address_is_refused_with_the_remedy() {
    let (prometheus, http) = (("source", "prometheus"), ("source", "http"));
    let cases = [
        (vec![prometheus], "query is missing; the source prometheus needs it"),
        (vec![prometheus, ("query", " ")], "query is empty"),
        (vec![http], "url is missing; the source http needs it"),
        (vec![http, ("url", "https://app/x")], "https needs TLS, which the engine has not"),
        (vec![http, ("url", "http://me:secret@app/x")], "url has a user in it"),
        (vec![http, ("url", "app:80")], "it must be like \"http://app:8080/status\""),
        (vec![http, ("url", "http:///x")], "it must be like"),
        (vec![http, ("url", "http://a"), ("pointer", "a")], "it must be a JSON pointer"),
        (vec![http, ("url", "http://a"), ("pointer", "/a~2")], "it must be a JSON pointer"),
        (vec![http, ("url", "http://a"), ("metric-name", "a/b")], "1 to 80 letters"),
        (vec![("rule", "per-container")], "target-per-container is missing"),
        (
            vec![("rule", "per-container"), ("target-per-container", "0")],
            "target-per-container is 0; give 0.001",
        ),
        (
            vec![("rule", "per-container"), ("target-per-container", "NaN")],
            "target-per-container is NaN; give 0.001",
        ),
    ];
    for (annotations, says) in cases {
        let refusal = consumer(&annotations).unwrap_err();
        assert!(refusal.contains(says), "{refusal}");
        assert!(refusal.contains("deployment/consumer: annotation microscaling.com/"), "{refusal}");
        assert!(!refusal.contains("secret") && !refusal.contains('\n'), "{refusal}");
    }
}
