//! Deliveries end: in time, by their workers, or because nobody took them.

use std::time::{Duration, Instant};

use anyhow::ensure;
use reqwest::StatusCode;
use serde_json::json;

use crate::program::SOON;
use crate::scene::{Heard, Message, Scene};
use crate::verdict::{Holds, Verdict, as_said, refused};

const A_SECOND: Duration = Duration::from_secs(1);

pub(super) async fn expiry(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("job").await?;
    let began = Instant::now();
    let lost = scene.one("&lease_s=2&worker=slow").await?;
    let found = scene.one("&lease_s=30&worker=quick").await?;
    let took = began.elapsed().as_secs_f64();
    ensure!((1.9..4.0).contains(&took) && found.attempts == 2, "{took} s, {found:?}");
    ensure!(scene.end("ack", &[&lost]).await? == ["stale"], "a stale ack was accepted");
    ensure!(scene.end("nack", &[&lost]).await? == ["stale"], "a stale nack was accepted");
    let extended = extend(scene, &lost, 30.0).await?;
    ensure!(extended.status == StatusCode::GONE, "a stale lease: {}", extended.status);
    scene.none().await?;
    scene.ack(&found).await?;
    let stats = scene.stats().await?;
    ensure!(stats["lease_expired_total"] == 1 && stats["acked_total"] == 1, "{stats}");
    Ok(as_said(&scene.can("fencing").await?))
}

async fn extend(scene: &Scene<'_>, message: &Message, lease_s: f64) -> anyhow::Result<Heard> {
    let call = format!("PATCH ~/messages/{}", message.receipt);
    scene.call(&call, json!({ "lease_s": lease_s }).to_string()).await
}

pub(super) async fn extension(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("long").await?;
    let message = scene.one("&lease_s=2").await?;
    if scene.can("extend").await? == false {
        return refused(&extend(scene, &message, 2.0).await?);
    }
    for _ in 0..5 {
        tokio::time::sleep(A_SECOND).await;
        let heard = extend(scene, &message, 2.0).await?;
        ensure!(heard.status == StatusCode::OK, "{} {}", heard.status, heard.json);
    }
    scene.none().await?;
    // And shortened: it ends a second from now, not two.
    extend(scene, &message, 1.0).await?;
    let began = Instant::now();
    scene.one("").await?;
    let took = began.elapsed().as_secs_f64();
    ensure!(took < 1.8, "a shortened lease ended after {took} s");
    Ok(as_said(&scene.can("extend").await?))
}

pub(super) async fn its_own_length(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("short").await?;
    scene.publish("long").await?;
    scene.until("two", |stats| stats["ready"] == 2).await?;
    let short = scene.one("&lease_s=1").await?;
    let long = scene.one("&lease_s=60").await?;
    let again = scene.one("&lease_s=60").await?;
    ensure!(again.body == short.body, "{again:?}");
    scene.ack(&long).await?;
    scene.ack(&again).await?;
    Ok(Holds)
}

pub(super) async fn a_nack(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("job").await?;
    let first = scene.one("").await?;
    ensure!(scene.end("nack", &[&first]).await? == ["ok"], "a nack was stale");
    let began = Instant::now();
    let second = scene.one("").await?;
    ensure!(second.attempts == 2 && began.elapsed() < A_SECOND, "{second:?}");
    let receipts = json!({"receipts": [second.receipt], "delay_ms": 2000}).to_string();
    let heard = scene.call("POST ~/messages/nack", receipts).await?;
    if scene.can("nack_delay").await? == false {
        return refused(&heard);
    }
    ensure!(heard.status == StatusCode::OK, "{} {}", heard.status, heard.json);
    scene.none().await?;
    let stats = scene.stats().await?;
    ensure!(stats["delayed"] == 1 && stats["nacked_total"] == 2, "{stats}");
    let began = Instant::now();
    let third = scene.late().await?;
    let (took, late) = (began.elapsed().as_secs_f64(), scene.server.late());
    ensure!(third.attempts == 3 && (1.5..4.0 + late).contains(&took), "{third:?} after {took} s");
    scene.ack(&third).await?;
    Ok(as_said(&scene.can("nack_delay").await?))
}

pub(super) async fn a_release(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("job").await?;
    let first = scene.one("").await?;
    if scene.can("release").await? == false {
        let receipts = json!({"receipts": [first.receipt]}).to_string();
        return refused(&scene.call("POST ~/messages/release", receipts).await?);
    }
    ensure!(scene.end("release", &[&first]).await? == ["ok"], "a release was stale");
    let began = Instant::now();
    let second = scene.one("").await?;
    ensure!(second.attempts == 1 && began.elapsed() < A_SECOND, "{second:?}");
    ensure!(scene.end("ack", &[&first]).await? == ["stale"], "an ack after a release");
    scene.ack(&second).await?;
    Ok(as_said(&scene.can("release").await?))
}

pub(super) async fn poison(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let graves = format!("{}-graves", scene.queue);
    let settings = json!({"max_attempts": 2, "dead_letter_queue": graves, "lease_s": 1.0});
    scene.ok("PUT ~", settings.to_string()).await?;
    scene.publish("poison").await?;
    scene.publish("worse").await?;
    let first = scene.receive(1, "").await?;
    let second = scene.receive(1, "").await?;
    // One by nacks, the other because its lease ends twice.
    ensure!(scene.end("nack", &[&first[0]]).await? == ["ok"], "a nack was stale");
    ensure!(second[0].body != first[0].body, "{second:?}");
    let again = scene.one("&lease_s=30").await?;
    ensure!(again.body == first[0].body && again.attempts == 2, "{again:?}");
    ensure!(scene.end("nack", &[&again]).await? == ["ok"], "a nack was stale");
    let again = scene.one("").await?;
    ensure!(again.body == second[0].body && again.attempts == 2, "{again:?}");
    scene.until("two dead", |stats| stats["dead_total"] == 2 && stats["in_flight"] == 0).await?;
    scene.none().await?;
    let dead = scene.receive_from(&graves, 10, "wait_s=5").await?;
    let mut bodies: Vec<_> = dead.iter().map(|it| it.body.as_slice()).collect();
    bodies.sort_unstable();
    ensure!(bodies == [b"poison".as_slice(), b"worse"], "{dead:?}");
    Ok(as_said(&scene.can("dead_letters").await?))
}

pub(super) async fn a_redrive(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let other = scene.other.clone();
    for graves in [&other, "graves-in-memory"] {
        let settings = json!({"max_attempts": 1, "dead_letter_queue": graves});
        scene.ok("PUT ~", settings.to_string()).await?;
        scene.publish("job").await?;
        let message = scene.one("").await?;
        ensure!(scene.end("nack", &[&message]).await? == ["ok"], "a nack was stale");
        let end = Instant::now() + SOON;
        while scene.ok(&format!("GET {graves}"), "").await?["ready"] != 1 {
            ensure!(Instant::now() < end, "it never came to {graves}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let moved = scene.ok(&format!("POST {graves}/redrive"), "").await?;
        ensure!(moved["redriven"] == 1, "{moved}");
        let message = scene.one("").await?;
        ensure!(message.attempts == 1 && message.body == b"job", "{message:?}");
        scene.ack(&message).await?;
        let graves = scene.ok(&format!("GET {graves}"), "").await?;
        ensure!(graves["ready"] == 0 && graves["in_flight"] == 0, "{graves}");
    }
    Ok(as_said(&scene.can("redrive").await?))
}

pub(super) async fn a_hang_up(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    for round in 0..20 {
        let waiting = scene.receive_from("~", 1, "wait_s=20&worker=fickle");
        let given = tokio::time::timeout(Duration::from_millis(100), waiting).await;
        ensure!(given.is_err(), "round {round}: {given:?}");
        // The news of it is on its way to the upstream, at another place each time.
        tokio::time::sleep(Duration::from_millis(10 + round)).await;
        scene.publish("job").await?;
        let began = Instant::now();
        let message = scene.one("").await?;
        let took = began.elapsed();
        ensure!(took < 2 * A_SECOND, "round {round}: it came after {took:?}");
        ensure!(message.attempts == 1, "round {round}: {message:?}");
        scene.ack(&message).await?;
    }
    Ok(Holds)
}
