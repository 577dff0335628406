//! Messages go in and out.

use std::time::{Duration, Instant};

use anyhow::ensure;
use reqwest::StatusCode;

use crate::scene::Scene;
use crate::verdict::{Differs, Holds, Verdict, as_said, refused};

pub(super) async fn once_through(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("hello").await?;
    let message = scene.one("").await?;
    ensure!((message.body.as_slice(), message.attempts) == (b"hello", 1), "{message:?}");
    scene.none().await?;
    scene.ack(&message).await?;
    ensure!(scene.end("ack", &[&message]).await? == ["stale"], "a second ack was not stale");
    let delete = format!("DELETE ~/messages/{}", message.receipt);
    let heard = scene.call(&delete, "").await?;
    ensure!(heard.status == StatusCode::GONE, "a third ack was {}", heard.status);
    scene.until("empty", |stats| stats["ready"] == 0 && stats["in_flight"] == 0).await?;
    scene.none().await?;
    Ok(Holds)
}

pub(super) async fn any_bytes(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let bodies: [Vec<u8>; 4] =
        [b"\xff\x00\xfe".to_vec(), "ü\u{0}\r\n".into(), Vec::new(), vec![b'x'; 200_000]];
    let mut wrong = Vec::new();
    for (body, what) in bodies.into_iter().zip(["bytes", "text", "nothing", "200 kB"]) {
        let heard = scene.call("POST ~/messages", body.clone()).await?;
        if heard.status == StatusCode::NOT_IMPLEMENTED {
            refused(&heard)?;
            wrong.push(what);
            continue;
        }
        ensure!(heard.status == StatusCode::CREATED, "{what}: {} {}", heard.status, heard.json);
        let message = scene.one("").await?;
        ensure!(message.body == body, "{what} came out as {} bytes", message.body.len());
        scene.ack(&message).await?;
    }
    Ok(if wrong.is_empty() { Holds } else { Differs(format!("501 for {}", wrong.join(", "))) })
}

pub(super) async fn a_batch(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let lines: Vec<String> = (0..250).map(|number| format!("job-{number}")).collect();
    let ndjson = [("content-type", "application/x-ndjson")];
    let heard = scene.call_with("POST ~/messages", lines.join("\n"), &ndjson).await?;
    ensure!(heard.status == StatusCode::CREATED, "{} {}", heard.status, heard.json);
    let ids = heard.json["ids"].as_array().map_or(0, Vec::len);
    ensure!(ids == lines.len(), "{ids} ids");
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < lines.len() {
        let messages = scene.receive(100, "").await?;
        ensure!(!messages.is_empty(), "only {} came", seen.len());
        let all: Vec<_> = messages.iter().collect();
        ensure!(scene.end("ack", &all).await?.iter().all(|it| it == "ok"), "an ack was stale");
        seen.extend(messages.into_iter().map(|it| it.body));
    }
    let empty_line = scene.call_with("POST ~/messages", "a\n\nb", &ndjson).await?;
    ensure!(empty_line.status == StatusCode::BAD_REQUEST, "{}", empty_line.status);
    scene.none().await?;
    Ok(as_said(&scene.can("whole_batches").await?))
}

pub(super) async fn a_wait(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let began = Instant::now();
    let (waited, ()) = tokio::try_join!(scene.receive(10, ""), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        scene.publish("late").await
    })?;
    ensure!(waited.len() == 1 && began.elapsed() < Duration::from_secs(4), "{waited:?}");
    scene.ack(&waited[0]).await?;
    let began = Instant::now();
    let none = scene.receive_from("~", 1, "wait_s=2").await?;
    let took = began.elapsed().as_secs_f64();
    ensure!(none.is_empty() && (1.9..3.5).contains(&took), "{} after {took} s", none.len());
    for number in 0..5 {
        scene.publish(&number.to_string()).await?;
    }
    scene.until("five", |stats| stats["ready"] == 5).await?;
    let three = scene.receive(3, "").await?;
    ensure!((1..=3).contains(&three.len()), "{} of 3 came", three.len());
    Ok(Holds)
}

pub(super) async fn a_delay(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let began = Instant::now();
    let heard = scene.call("POST ~/messages?delay_ms=2000", "later").await?;
    if scene.can("publish_delay").await? == false {
        return refused(&heard);
    }
    ensure!(heard.status == StatusCode::CREATED, "{} {}", heard.status, heard.json);
    scene.none().await?;
    let stats = scene.stats().await?;
    ensure!(stats["delayed"] == 1 && stats["ready"] == 0, "{stats}");
    let message = scene.late().await?;
    let (took, late) = (began.elapsed().as_secs_f64(), scene.server.late());
    ensure!((1.9..4.5 + late).contains(&took), "it came after {took} s");
    scene.ack(&message).await?;
    Ok(as_said(&scene.can("publish_delay").await?))
}

pub(super) async fn a_key(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let key = [("idempotency-key", "one-and-only")];
    let first = scene.call_with("POST ~/messages", "once", &key).await?;
    let second = scene.call_with("POST ~/messages", "once", &key).await?;
    for heard in [&first, &second] {
        ensure!(heard.status == StatusCode::CREATED, "{} {}", heard.status, heard.json);
    }
    let stats = scene.until("there", |stats| stats["ready"].as_u64() > Some(0)).await?;
    if scene.can("idempotency").await? == false {
        ensure!(stats["ready"] == 2 && !second.replayed, "{stats}");
        return Ok(Differs("it is published again".to_owned()));
    }
    ensure!(stats["ready"] == 1 && second.replayed && !first.replayed, "{stats}");
    ensure!(first.json["ids"] == second.json["ids"], "{} {}", first.json, second.json);
    let other = scene.call_with("POST ~/messages", "another", &key).await?;
    ensure!(other.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", other.status);
    let message = scene.one("").await?;
    scene.ack(&message).await?;
    let third = scene.call_with("POST ~/messages", "once", &key).await?;
    ensure!(third.replayed, "a key was forgotten with its message");
    scene.none().await?;
    Ok(as_said(&scene.can("idempotency").await?))
}

pub(super) async fn a_peek(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    for body in ["a", "b", "c"] {
        scene.publish(body).await?;
    }
    scene.until("three", |stats| stats["ready"] == 3).await?;
    let taken = scene.one("").await?;
    let heard = scene.call("GET ~/messages?max=2", "").await?;
    if scene.can("peek").await? == false {
        return refused(&heard);
    }
    let seen = |at: usize, name: &str| heard.json["messages"][at][name].clone();
    let first = (seen(0, "body"), seen(0, "state"), seen(0, "attempts"));
    let second = (seen(1, "body"), seen(1, "state"), seen(1, "attempts"));
    ensure!(first == ("a".into(), "in_flight".into(), 1.into()), "{}", heard.json);
    ensure!(second == ("b".into(), "ready".into(), 0.into()), "{}", heard.json);
    scene.ack(&taken).await?;
    Ok(as_said(&scene.can("peek").await?))
}
