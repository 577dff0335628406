//! The two worlds of a running box, over the API.

use std::time::Duration;

use serde_json::{Value, json};

use support::TestBox;

/// Three times what was measured; the machine may be busy.
const SOON: Duration = Duration::from_secs(30);

/// Asks for two worlds until the answer has some.
async fn worlds(demo: &TestBox, other: &str) -> Value {
    let path = format!("/api/v1/worlds?other={other}");
    let asking = async {
        loop {
            let (status, answer) = demo.ask(&path).await;
            assert_eq!(status, 200, "{answer}");
            if answer["worlds"].is_array() {
                return answer;
            }
            assert!(answer["because"].is_string(), "{answer}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(SOON, asking).await.unwrap()
}

#[tokio::test]
async fn two_worlds_go_on_with_the_load_and_begin_anew_after_a_reset() {
    let demo = TestBox::start(&[]).await;
    let (status, answer) = demo.ask("/api/v1/worlds").await;
    assert!(status == 200 && answer["because"].is_string(), "{answer}");

    demo.scale("producer", 2).await;
    let first = worlds(&demo, "nobody").await;
    let until = first["until"].as_f64().unwrap();
    let later = |it: &support::State| it.0["uptime_s"].as_f64() >= Some(until + 12.0);
    demo.until("twelve seconds more", SOON, later).await;
    let answer = worlds(&demo, "nobody").await;
    assert_eq!(answer["since"], 0.0, "{answer}");
    assert!(answer["until"].as_f64() > Some(until + 10.0), "{answer}");
    let [nobody, ours] = answer["worlds"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(
        (&nobody["label"], &ours["label"]),
        (&json!("Nobody scales"), &json!("Microscaling"))
    );
    for side in [nobody, ours] {
        assert_eq!(side["simulated"], true);
        assert_eq!(side["slots"].as_array().unwrap().len(), 10, "{side}");
        assert!(side["longest_wait_s"].is_number() && side["waited_most"].is_number(), "{side}");
    }
    // One consumer does 5 of the 20 jobs that come each second.
    let most = |side: &Value| side["waited_most"].as_u64().unwrap();
    assert!(most(nobody) > 100 && most(ours) < most(nobody) / 2, "{answer}");
    for (other, label) in [("hpa", "HPA"), ("keda", "KEDA")] {
        assert_eq!(worlds(&demo, other).await["worlds"][0]["label"], label);
    }

    let (status, _) = demo.post("/api/v1/reset", json!({})).await;
    assert_eq!(status, 200);
    let (status, answer) = demo.ask("/api/v1/worlds?other=nobody").await;
    assert!(status == 200 && answer["because"].is_string(), "{answer}");
}

#[tokio::test]
async fn an_unknown_other_one_is_refused_and_the_known_ones_are_named() {
    let demo = TestBox::start(&[]).await;
    let (status, answer) = demo.ask("/api/v1/worlds?other=vpa").await;
    let message = "other is \"vpa\"; it must be one of nobody, hpa, keda, fixed";
    assert_eq!((status, &answer["error"]["message"]), (400, &json!(message)));
    for query in ["who=hpa", "other=hpa&other=keda"] {
        let (status, answer) = demo.ask(&format!("/api/v1/worlds?{query}")).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!("bad_request")), "{query}");
    }
}
