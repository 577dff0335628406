//! Calls on a whole queue and on its workers.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::verdict::{Differs, Holds, Verdict, as_said, refused};

pub(super) async fn workers(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    for body in ["a", "b", "c"] {
        scene.publish(body).await?;
    }
    scene.one("&worker=ann").await?;
    let message = scene.one("&worker=bob").await?;
    scene.one("").await?;
    scene.ack(&message).await?;
    let all = scene.ok("GET ~/workers", "").await?;
    let of = |name: &str| {
        let workers = all["workers"].as_array()?;
        let it = workers.iter().find(|it| it["name"] == name)?;
        Some((it["leases"].as_u64()?, it["taken"].as_u64()?, it["done"].as_u64()?))
    };
    ensure!((of("ann"), of("bob")) == (Some((1, 1, 0)), Some((0, 1, 1))), "{all}");
    ensure!(all["nameless_leases"] == 1, "{all}");
    let stats = scene.stats().await?;
    ensure!(stats["busy_workers"] == 2 && stats["ack_p90_s"].is_number(), "{stats}");
    retired(scene).await?;
    Ok(as_said(&scene.can("workers").await?))
}

async fn retired(scene: &Scene<'_>) -> anyhow::Result<()> {
    let began = Instant::now();
    let wait = scene.ok("POST ~/messages/receive?wait_s=20&worker=bob", "");
    let retire = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        scene.ok("POST ~/workers/bob/retire", "").await
    };
    let (waited, retired) = tokio::try_join!(wait, retire)?;
    ensure!(waited["retired"] == true && began.elapsed().as_secs() < 5, "{waited}");
    ensure!(retired["leases"] == 0, "{retired}");
    scene.publish("d").await?;
    let none = scene.receive_from("~", 1, "wait_s=1&worker=bob").await?;
    ensure!(none.is_empty(), "a retired worker got {none:?}");
    let began = Instant::now();
    let message = scene.one("&worker=eve").await?;
    ensure!(began.elapsed().as_secs_f64() < 1.0, "another worker waited");
    scene.ack(&message).await
}

pub(super) async fn stories(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("job").await?;
    scene.one("&lease_s=1&worker=lost").await?;
    let message = scene.one("&worker=finder").await?;
    scene.ack(&message).await?;
    let told = scene.ok("GET ~/redelivered", "").await?;
    let story = &told["redelivered"][0];
    ensure!(story["worker"] == "lost" && story["reason"] == "expired", "{told}");
    ensure!(story["next_worker"] == "finder" && story["done_by"] == "finder", "{told}");
    let after = story["after_s"].as_f64().unwrap_or_default();
    ensure!(story["done"] == true && (1.0..3.5).contains(&after), "{told}");
    Ok(Holds)
}

pub(super) async fn a_pause(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let wait = scene.receive_from("~", 1, "wait_s=15");
    let pause = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        scene.ok("POST ~/pause", "").await?;
        scene.publish("job").await?;
        scene.none().await?;
        ensure!(scene.stats().await?["paused"] == true, "it does not say that it is paused");
        tokio::time::sleep(Duration::from_secs(1)).await;
        let resumed = Instant::now();
        scene.ok("POST ~/resume", "").await?;
        Ok(resumed)
    };
    let (messages, resumed) = tokio::try_join!(wait, pause)?;
    ensure!(messages.len() == 1, "{messages:?}");
    ensure!(resumed.elapsed() < Duration::from_secs(2), "it came {:?} later", resumed.elapsed());
    scene.ack(&messages[0]).await?;
    Ok(as_said(&scene.can("pause").await?))
}

pub(super) async fn a_purge(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    for body in ["a", "b", "c"] {
        scene.publish(body).await?;
    }
    scene.until("three", |stats| stats["ready"] == 3).await?;
    let held = scene.one("").await?;
    let heard = scene.call("POST ~/purge", "").await?;
    let can = scene.can("purge").await?;
    if can == false {
        return refused(&heard);
    }
    ensure!(heard.status == StatusCode::OK, "{} {}", heard.status, heard.json);
    let purged = &heard.json["purged"];
    ensure!(*purged == 3 || purged.is_null(), "{purged} were purged");
    ensure!(scene.end("ack", &[&held]).await? == ["stale"], "a receipt outlived the purge");
    scene.until("empty", |stats| stats["ready"] == 0 && stats["in_flight"] == 0).await?;
    scene.none().await?;
    scene.publish("d").await?;
    let after = scene.one("").await?;
    ensure!(after.body == b"d", "{after:?}");
    scene.ack(&after).await?;
    let stats = scene.stats().await?;
    Ok(match (as_said(&can), stats["purged_total"].is_null()) {
        (Holds, true) => Differs("it does not say how many".to_owned()),
        (verdict, _) => verdict,
    })
}

fn number(stats: &Value, name: &str) -> anyhow::Result<u64> {
    stats[name].as_u64().with_context(|| format!("{name} is {}", stats[name]))
}

pub(super) async fn totals(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("first").await?;
    let message = scene.one("").await?;
    scene.ack(&message).await?;
    let before = scene.until("empty", |stats| stats["in_flight"] == 0).await?;
    for number in 0..10 {
        scene.publish(&number.to_string()).await?;
    }
    let mut taken = Vec::new();
    while taken.len() < 6 {
        taken.extend(scene.receive(6 - taken.len() as u32, "").await?);
    }
    for message in &taken[..4] {
        scene.ack(message).await?;
    }
    let as_taken = |stats: &Value| stats["in_flight"] == 2 && stats["ready"] == 4;
    let after = scene.until("two in flight, four ready", as_taken).await?;
    let grown = |name| Ok::<_, anyhow::Error>(number(&after, name)? - number(&before, name)?);
    ensure!((grown("published_total")?, grown("acked_total")?) == (10, 4), "{before} {after}");
    ensure!(grown("delivered_total")? == 6, "{before} {after}");
    Ok(as_said(&scene.can("totals").await?))
}

pub(super) async fn oldest_age(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("old").await?;
    scene.publish("young").await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let can = scene.can("oldest_age").await?;
    let age = scene.stats().await?["oldest_age_s"].clone();
    if can == false {
        ensure!(age.is_null(), "an age of {age} was invented");
        return Ok(Differs("null".to_owned()));
    }
    let seconds = age.as_f64().unwrap_or_default();
    ensure!((1.9..4.0).contains(&seconds), "an age of {age}");
    for _ in 0..2 {
        scene.ack(&scene.one("").await?).await?;
    }
    scene.until("without an age", |stats| stats["oldest_age_s"].is_null()).await?;
    Ok(as_said(&can))
}

pub(super) async fn full(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let heard = scene.call("PUT ~", json!({"max_depth": 3}).to_string()).await?;
    if heard.status == StatusCode::NOT_IMPLEMENTED {
        return refused(&heard);
    }
    ensure!(heard.status == StatusCode::OK, "{} {}", heard.status, heard.json);
    for body in ["a", "b", "c"] {
        scene.publish(body).await?;
    }
    let heard = scene.call("POST ~/messages", "d").await?;
    ensure!(heard.status == StatusCode::TOO_MANY_REQUESTS, "{} {}", heard.status, heard.json);
    ensure!(heard.json["error"]["code"] == "full" && heard.retry_after.is_some(), "{heard:?}");
    let message = scene.one("").await?;
    ensure!(message.body == b"a", "an older message was dropped: {message:?}");
    scene.ack(&message).await?;
    scene.publish("e").await?;
    Ok(Holds)
}

pub(super) async fn in_memory(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("upstream").await?;
    scene.ok("POST tiles/messages", "here").await?;
    let messages = scene.receive_from("tiles", 10, "wait_s=0").await?;
    ensure!(messages.len() == 1 && messages[0].body == b"here", "{messages:?}");
    let list = scene.ok("GET ", "").await;
    ensure!(list.is_err(), "a path with a slash at its end is not the list");
    let tiles = scene.ok("GET tiles", "").await?;
    let can = tiles["capabilities"].as_object().context("no capabilities")?;
    ensure!(can.values().all(|it| *it == true), "{tiles}");
    let to = json!({"dead_letter_queue": scene.queue}).to_string();
    let heard = scene.call("PUT tiles", to).await?;
    ensure!(heard.status == StatusCode::NOT_IMPLEMENTED, "{} {}", heard.status, heard.json);
    let heard = scene.call("GET another", "").await?;
    ensure!(heard.status == StatusCode::NOT_FOUND, "{}", heard.status);
    let message = scene.one("").await?;
    scene.ack(&message).await?;
    Ok(Holds)
}
