use manifest::parse::parse;

use super::*;

const DEMO: &str = include_str!("../../../../../demo.yaml");
const URL: &str = "value: \"http://queue:4151\"";
const PORT: &str = "ports: [{name: http, port: 4151, targetPort: http}]";

/// The Services of the kit's manifest after three changes: all programs use the queue at `url`, the
/// Service has the list of ports `port`, and the documents `more` are added.
fn of(url: &str, port: &str, more: &str) -> Services {
    assert!(DEMO.contains(URL) && DEMO.contains(PORT));
    let text = DEMO.replace(URL, &format!("value: '{url}'")).replace(PORT, port);
    Services::of(&parse(&(text + more)).unwrap(), false)
}

fn fault_texts(services: &Services) -> Vec<&str> {
    services.faults.iter().map(|fault| fault.text.as_str()).collect()
}

#[test]
fn the_kit_s_own_queue_is_the_one_server_and_nothing_is_left_out() {
    let services = of("http://queue:4151", PORT, "");
    let port = ("queue".to_owned(), "default".to_owned(), 4151);
    assert_eq!(services.serves, BTreeMap::from([("queue".to_owned(), vec![port])]));
    assert_eq!((fault_texts(&services).len(), services.warnings.len()), (0, 0));
}

#[test]
fn whatever_leads_to_the_queue_in_a_cluster_leads_there_in_the_box() {
    let eighty = "ports: [{port: 80, targetPort: http}]";
    let cases = [
        ("http://queue", eighty),
        ("http://queue.default.svc.cluster.local.", eighty),
        ("HTTP://QUEUE:80/", eighty),
        ("http://me@queue.default/way", "ports: [{port: 80, targetPort: 4151}]"),
        (
            "http://queue:9",
            "ports: [{name: a, port: 8, targetPort: 8}, {name: b, port: 9, \
          targetPort: \"4151\"}]",
        ),
        ("http://queue:4151", "clusterIP: None\n  ports: [{port: 80, targetPort: http}]"),
        ("http://queue:4151", "ports: [{port: 4151}]"),
        ("http://$(QUEUE_SERVICE_HOST):$(QUEUE_SERVICE_PORT)", eighty),
    ];
    for (url, port) in cases {
        let services = of(url, port, "");
        assert_eq!(fault_texts(&services), Vec::<&str>::new(), "{url} {port}");
        assert!(services.serves.contains_key("queue"), "{url} {port}");
    }
}

#[test]
fn what_leads_nowhere_in_a_cluster_is_refused_with_object_variable_and_line() {
    let line = 1 + DEMO.lines().position(|line| line.contains(URL)).unwrap();
    let cases = [
        ("http://queue:81", PORT, "but the Service queue has no port 81; it has 4151"),
        ("http://queue", PORT, "but the Service queue has no port 80; it has 4151"),
        ("http://quue:4151", PORT, "but the manifest has no such Service; it has queue.default"),
        ("http://queue.talk:4151", PORT, "but the manifest has no such Service"),
        ("http://queue.talk.svc:4151", PORT, "but the manifest has no such Service"),
        ("http://queue.:4151", PORT, "which cannot be the name of a Service"),
        ("http://queue.default.svc.:4151", PORT, "which cannot be the name of a Service"),
        ("http://queue", "ports: [{port: 80}]", "has no process here: it leads to port 80"),
        ("http://queue", "ports: [{port: 80, targetPort: web}]", "has a port web"),
        ("http://queue", "clusterIP: None\n  ports: [{port: 80, targetPort: http}]", "no port 80"),
        ("http://queue:4151", "ports: [{port: 4151, protocol: UDP}]", "no port 4151; it has "),
    ];
    for (url, port, says) in cases {
        let services = of(url, port, "");
        let all = fault_texts(&services);
        assert_eq!(all.len(), 4, "{all:?}");
        let begin = format!("deployment/producer: MICROSCALING_QUEUE_URL is {url:?}, ");
        assert!(all[0].starts_with(&begin) && all[0].contains(says), "{:?} and not {says}", all[0]);
        assert!(services.faults[0].line.is_some_and(|at| at.abs_diff(line) <= 1), "{services:?}");
    }
    for elsewhere in ["http://127.0.0.1:5", "http://localhost:5", "http://queue.example.org:5"] {
        assert_eq!(fault_texts(&of(elsewhere, PORT, "")), Vec::<&str>::new(), "{elsewhere}");
    }
}

const METRICS: &str = "---\n{apiVersion: v1, kind: Service, metadata: {name: metrics}, spec: {ports: \
                       [{port: 9100}], selector: {app.kubernetes.io/name: consumer}}}\n";
const NOBODY: &str = "---\n{apiVersion: v1, kind: Service, metadata: {name: nobody}, spec: {ports: \
                      [{port: 1}], selector: {a: b}}}\n";

#[test]
fn a_service_that_nobody_here_needs_is_left_out_by_name() {
    let services = of("http://queue:4151", PORT, &(METRICS.to_owned() + NOBODY));
    assert_eq!(fault_texts(&services), Vec::<&str>::new());
    assert_eq!(services.serves.keys().collect::<Vec<_>>(), ["queue"]);
    let expected = [
        "service/metrics is left out without a cluster: it selects deployment/consumer, whose \
         processes have no common address",
        "service/nobody is left out without a cluster: it selects no Deployment of the manifest",
    ];
    assert_eq!(services.warnings, expected);
}

#[test]
fn a_service_without_one_process_that_another_deployment_needs_is_refused() {
    let asks = DEMO.replace("\"--duty=5%\"", "\"--duty=5%\", \"http://metrics:9100/x\"");
    let refused = |text: String| {
        let services = Services::of(&parse(&text).unwrap(), false);
        fault_texts(&services).join("\n")
    };
    let fault_texts = refused(asks + METRICS);
    assert_eq!(
        fault_texts,
        "deployment/remainder: an argument is \"http://metrics:9100/x\", but the Service metrics \
         has no process here: it selects deployment/consumer, whose processes have no common \
         address"
    );
    let moved = "app.kubernetes.io/name: queue}\n  ports";
    assert!(DEMO.contains(moved));
    let fault_texts = refused(DEMO.replace(moved, "app.kubernetes.io/name: consumer}\n  ports"));
    assert!(
        fault_texts.lines().count() == 4 && fault_texts.contains("it selects deployment/consumer"),
        "{fault_texts}"
    );
}
