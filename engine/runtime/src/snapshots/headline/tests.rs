use super::*;
use crate::snapshots::state::{QueueState, WorkloadState};

fn at(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// A demo with these producers and consumers, all of them ready.
fn facts(producers: u32, consumers: u32) -> Facts {
    let workload = |name: &str, background, count| WorkloadState {
        name: name.to_owned(),
        rule: if background { "remainder" } else { "queue" },
        desired: count,
        ready: count,
        queue: (!background).then(|| "jobs".to_owned()),
        ..WorkloadState::default()
    };
    let consumer = workload("consumer", false, consumers);
    Facts {
        loads: [("producer".to_owned(), producers)].into(),
        workloads: vec![consumer, workload("remainder", true, 10 - consumers)],
        queues: vec![QueueState {
            name: "jobs".to_owned(),
            target: Some(20),
            ready: Some(0),
            in_flight: Some(0),
            arrive_s: Some(0.0),
            done_s: Some(0.0),
            ..QueueState::default()
        }],
        held: false,
        is_read: true,
    }
}

/// The facts with `ready` jobs in the queue, and with these rates per second.
fn queue(facts: Facts, ready: u64, arrive: f64, done: f64) -> Facts {
    let queue = QueueState {
        ready: Some(ready),
        arrive_s: Some(arrive),
        done_s: Some(done),
        ..facts.queues[0].clone()
    };
    Facts { queues: vec![queue], ..facts }
}

/// The facts, changed so that only `ready` of the desired consumers are ready.
fn ready(mut facts: Facts, ready: u32) -> Facts {
    facts.workloads[0].ready = ready;
    facts
}

fn paused(mut facts: Facts, index: usize) -> Facts {
    facts.workloads[index].paused = true;
    facts
}

/// The headline, made from its claims after a way through JSON.
fn said(headline: &mut Headline, seconds: f64, facts: Facts) -> String {
    let claims = headline.update(at(seconds), facts);
    assert!(!claims.is_empty());
    let json = serde_json::to_string(claims).unwrap();
    let read: Vec<Claim> = serde_json::from_str(&json).unwrap();
    assert_eq!(text(&read), text(claims), "{json}");
    text(&read)
}

#[test]
fn a_change_has_one_clock_from_its_cause_until_all_are_ready() {
    let mut headline = Headline::default();
    said(&mut headline, 0.0, facts(1, 3));
    assert!(said(&mut headline, 5.0, facts(3, 3)).starts_with("Producers 1 -> 3."));
    let text = said(&mut headline, 6.0, ready(facts(3, 8), 5));
    assert_eq!(text, "Producers 1 -> 3. Consumers 3 -> 8, 5 ready, taken from background.");
    let text = said(&mut headline, 7.5, facts(3, 8));
    assert_eq!(text, "Producers 1 -> 3. Consumers 3 -> 8 in 2.5 s, taken from background.");
}

#[test]
fn a_count_that_still_falls_is_not_told_as_an_effect_of_more_load() {
    let mut headline = Headline::default();
    said(&mut headline, 0.0, facts(0, 9));
    said(&mut headline, 10.0, facts(5, 9));
    let text = said(&mut headline, 13.4, facts(5, 7));
    let state = "7 consumers are ready; the queue is within its target of 20.";
    assert_eq!(text, format!("Producers 0 -> 5. {state}"));
    let text = said(&mut headline, 14.0, facts(5, 9));
    assert_eq!(text, "Producers 0 -> 5. Consumers 7 -> 9 in 4.0 s, taken from background.");
}

#[test]
fn a_burst_has_its_own_clock() {
    let mut headline = Headline::default();
    said(&mut headline, 0.0, facts(0, 1));
    said(&mut headline, 1.0, facts(1, 1));
    said(&mut headline, 3.0, facts(1, 3));
    headline.hear(at(12.0), Cause::Burst { jobs: 200, audience: false });
    let text = said(&mut headline, 16.0, facts(1, 9));
    assert_eq!(text, "200 jobs at once. Consumers 3 -> 9 in 4.0 s, taken from background.");
}

#[test]
fn a_moving_slider_is_one_change_and_a_return_is_another() {
    let mut headline = Headline::default();
    said(&mut headline, 0.0, facts(0, 3));
    (1..4).for_each(|n| drop(said(&mut headline, 5.0 + f64::from(n) / 10.0, facts(n, 3))));
    assert!(said(&mut headline, 5.4, facts(3, 3)).starts_with("Producers 0 -> 3."));
    assert!(said(&mut headline, 5.5, facts(0, 3)).starts_with("Producers 3 -> 0."));
}

#[test]
fn a_false_claim_goes_at_once_and_a_true_one_may_stay() {
    let mut headline = Headline::default();
    let text = "3 consumers keep up with 10 jobs/s; the queue is within its target of 20.";
    assert_eq!(said(&mut headline, 0.0, queue(facts(1, 3), 4, 10.0, 10.0)), text);
    // This rate has changed too little for anybody to notice.
    assert_eq!(said(&mut headline, 1.0, queue(facts(1, 3), 9, 10.4, 10.0)), text);
    let text = "The queue is over its target of 20: 12 jobs/s arrive, 3 consumers do 10/s.";
    assert_eq!(said(&mut headline, 1.5, queue(facts(1, 3), 211, 12.0, 10.0)), text);
}

#[test]
fn one_consumer_keeps_up_and_falls_behind() {
    let mut headline = Headline::default();
    let text = "1 consumer keeps up with 0.3 jobs/s; the queue is within its target of 20.";
    assert_eq!(said(&mut headline, 0.0, queue(facts(1, 1), 0, 0.3, 0.3)), text);
    let text = "10 jobs/s arrive, 1 consumer does 5/s; the queue is within its target of 20.";
    assert_eq!(said(&mut headline, 1.0, queue(facts(1, 1), 12, 10.0, 5.0)), text);
}

#[test]
fn waiting_jobs_are_not_called_quiet() {
    let mut headline = Headline::default();
    let text = "All quiet: 1 consumer, 9 background.";
    assert_eq!(said(&mut headline, 0.0, facts(0, 1)), text);
    let text = "2 jobs wait for a consumer.";
    assert_eq!(said(&mut headline, 0.1, queue(ready(facts(0, 1), 0), 2, 0.0, 0.0)), text);
}

#[test]
fn an_average_over_two_loads_is_not_shown() {
    let mut headline = Headline::default();
    said(&mut headline, 0.0, queue(facts(3, 8), 4, 30.0, 30.0));
    let text = "Producers 3 -> 0. 8 consumers are ready; the queue is within its target of 20.";
    assert_eq!(said(&mut headline, 2.0, queue(facts(0, 8), 2, 24.0, 30.0)), text);
}

#[test]
fn the_limit_is_shown_with_paused_workloads() {
    let mut headline = Headline::default();
    let mut limit = paused(queue(facts(5, 5), 100, 50.0, 25.0), 1);
    limit.workloads[0].has_all = true;
    said(&mut headline, 0.0, limit.clone());
    let text = "At the limit: 50 jobs/s arrive, 5 consumers do 25/s; background is paused at 5.";
    assert_eq!(said(&mut headline, 1.0, limit), text);
}

#[test]
fn causes_are_shown_at_once() {
    let mut headline = Headline::default();
    let first = |headline: &mut Headline, seconds, facts| {
        said(headline, seconds, facts).split_inclusive('.').next().map(str::to_owned)
    };
    said(&mut headline, 0.0, facts(1, 3));
    let held = Facts { held: true, ..facts(1, 3) };
    let text = first(&mut headline, 0.5, held.clone());
    assert!(text.is_some_and(|text| text.starts_with("Scaling is held: ")));
    let text = first(&mut headline, 1.0, facts(1, 3));
    assert_eq!(text.as_deref(), Some("Scaling resumed."));
    let text = first(&mut headline, 20.0, paused(facts(1, 3), 1));
    assert_eq!(text.as_deref(), Some("Background paused at 7."));
    let text = first(&mut headline, 21.0, facts(1, 3));
    assert_eq!(text.as_deref(), Some("Background is scaled again."));
    let (workload, container) = ("consumer".to_owned(), "consumer-2".to_owned());
    headline.hear(at(40.0), Cause::Kill { workload, container });
    let mut restarted = facts(1, 3);
    restarted.workloads[0].restarts = 1;
    let text = first(&mut headline, 40.0, restarted);
    assert_eq!(text.as_deref(), Some("Consumer-2 was killed."));
}

#[test]
fn jobs_of_the_audience_are_summed() {
    let mut headline = Headline::default();
    said(&mut headline, 0.0, facts(0, 1));
    for second in 1..=7 {
        headline.hear(at(f64::from(second)), Cause::Burst { jobs: 1, audience: true });
    }
    assert!(said(&mut headline, 7.0, facts(0, 1)).starts_with("The audience added 7 jobs."));
}

#[test]
fn a_step_down_long_after_the_last_one_belongs_to_the_same_move() {
    let mut headline = Headline::default();
    said(&mut headline, 0.0, facts(3, 8));
    said(&mut headline, 1.0, facts(0, 8));
    said(&mut headline, 8.0, facts(0, 2));
    let text = said(&mut headline, 12.0, facts(0, 1));
    assert_eq!(text, "Producers 3 -> 0. Consumers 8 -> 1 in 11.0 s, given to background.");
}

#[test]
fn a_rise_long_after_its_cause_had_its_effect_is_another_one() {
    let mut headline = Headline::default();
    said(&mut headline, 0.0, facts(1, 1));
    headline.hear(at(1.0), Cause::Burst { jobs: 200, audience: false });
    said(&mut headline, 5.0, facts(1, 7));
    said(&mut headline, 15.0, ready(facts(1, 9), 7));
    let text = said(&mut headline, 15.5, facts(1, 9));
    assert_eq!(text, "Consumers 7 -> 9 in 0.5 s, taken from background.");
}

/// The facts, with a metric in place of the queue.
fn metric(mut facts: Facts, value: Option<f64>, length: Option<u32>) -> Facts {
    facts.queues = vec![QueueState {
        name: "sessions".to_owned(),
        source: "prometheus",
        value,
        ready: value.map(|value| value.ceil() as u64),
        target: length,
        target_per_container: length.is_none().then_some(5.0),
        ..QueueState::default()
    }];
    facts.workloads[0].queue = Some("sessions".to_owned());
    facts.workloads[0].source = Some("prometheus");
    facts
}

#[test]
fn a_metric_is_called_by_its_name_and_never_a_queue() {
    let say = |value, length, held| {
        let facts = Facts { held, ..metric(facts(1, 3), value, length) };
        said(&mut Headline::default(), 0.0, facts)
    };
    let shared = "3 consumers are ready; metric sessions is 13.5, target 5 a container.";
    assert_eq!(say(Some(13.5), None, false), shared);
    let within = "3 consumers are ready; metric sessions is within its target of 20.";
    assert_eq!(say(Some(13.5), Some(20), false), within);
    let over = "Metric sessions is over its target of 20: 3 consumers are ready.";
    assert_eq!(say(Some(23.0), Some(20), false), over);
    assert_eq!(say(None, None, false), "Waiting for metric sessions.");
    assert_eq!(say(Some(13.5), None, true), "Scaling is held: 3 consumers are ready.");
}

#[test]
fn a_metric_that_cannot_be_read_is_named() {
    let mut facts = metric(facts(1, 3), Some(13.5), None);
    facts.workloads[0].why.lacks = Some(control::Lacks::FreshReading(at(12.0)));
    let text = said(&mut Headline::default(), 0.0, facts);
    assert_eq!(text, "Kept at 3: the last reading of metric sessions is 12.0 s old.");
}
