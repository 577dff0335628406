//! The upstream is away or speaks garbage; the ambassador is killed or stopped.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::StatusCode;
use rustix::process::{Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::program::{Program, SOON};
use crate::scene::Scene;
use crate::server::Guarded;
use crate::verdict::{Differs, Holds, Verdict};

const AWAY: Duration = Duration::from_secs(10);

pub(super) async fn away(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("before").await?;
    let message = scene.one("&lease_s=60").await?;
    scene.publish("waits").await?;
    scene.ambassador.forget_log();
    scene.server.kill().await?;
    let gone = Instant::now();
    for (call, body) in [
        ("POST ~/messages", "during"),
        ("POST ~/messages/receive?wait_s=1", ""),
        ("GET ~", ""),
        ("POST ~/purge", ""),
    ] {
        let asked = Instant::now();
        let heard = scene.call(call, body).await?;
        let status = heard.status;
        ensure!(status == StatusCode::SERVICE_UNAVAILABLE, "{call}: {status} {}", heard.json);
        ensure!(heard.retry_after.is_some() && asked.elapsed().as_secs() < 7, "{call}: {heard:?}");
    }
    let lines = scene.ambassador.logged("the upstream of").await;
    ensure!(lines.len() == 1, "it was not said once: {lines:?}");
    tokio::time::sleep(AWAY.saturating_sub(gone.elapsed())).await;
    scene.server.restart().await?;
    let back = Instant::now();
    scene.until("back", |stats| stats["ready"].is_number()).await?;
    let took = back.elapsed();
    ensure!(took < Duration::from_secs(8), "it was back after {took:?}");
    // The publish was refused, so that its publisher would try again.
    let mut bodies = vec![scene.one("").await?];
    bodies.extend(scene.receive_from("~", 10, "wait_s=1").await?);
    for found in &bodies {
        scene.ack(found).await?;
    }
    let waited = bodies.iter().any(|it| it.body == b"waits");
    ensure!(waited, "a message was lost: {bodies:?}");
    let status = scene.end("ack", &[&message]).await?;
    scene.until("empty", |stats| stats["in_flight"] == 0 && stats["ready"] == 0).await?;
    let again = bodies.iter().any(|it| it.body == b"before");
    let lease = match (status[0].as_str(), again) {
        ("ok", false) => None,
        (_, true) => Some("leases end"),
        (status, false) => anyhow::bail!("the ack of a lease that held was {status}"),
    };
    let words: Vec<&str> = scene.server.forgets().into_iter().chain(lease).collect();
    Ok(if words.is_empty() { Holds } else { Differs(words.join("; ")) })
}

pub(super) async fn a_standstill(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    scene.publish("before").await?;
    let server = scene.server.process()?;
    kill_process(server, Signal::STOP)?;
    let still = async {
        let asked = Instant::now();
        let publish = scene.call("POST ~/messages", "during").await?;
        let numbers = scene.call("GET ~", "").await?;
        for heard in [publish, numbers] {
            let status = heard.status;
            ensure!(status == StatusCode::SERVICE_UNAVAILABLE, "{status} {}", heard.json);
        }
        ensure!(asked.elapsed().as_secs() < 10, "two calls took {:?}", asked.elapsed());
        Ok(())
    };
    let still = still.await;
    kill_process(server, Signal::CONT)?;
    still?;
    scene.until("back", |stats| stats["ready"].as_u64() >= Some(1)).await?;
    let mut bodies = Vec::new();
    loop {
        let messages = scene.receive_from("~", 10, "wait_s=2").await?;
        if messages.is_empty() {
            break;
        }
        for message in messages {
            scene.ack(&message).await?;
            bodies.push(message.body);
        }
    }
    // It is not known of the other one whether it was published.
    ensure!(bodies.iter().any(|it| it == b"before"), "a message was lost: {bodies:?}");
    Ok(Holds)
}

pub(super) async fn refused(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let (folder, places) = (tempfile::tempdir()?, scene.places);
    let kind = scene.server.kind();
    let guarded = Guarded::start(kind, folder.path(), &places.programs).await?;
    let arguments = [guarded.address.as_str(), "--listen=127.0.0.1:0"];
    let mut ambassador = Program::start(&places.ambassador, &arguments).await?;
    let url = format!("{}/v1/queues/jobs/messages", ambassador.url);
    let answer = reqwest::Client::new().post(url).body("x").send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    let is_told = text.contains("upstream_unauthorized");
    ensure!(status == StatusCode::SERVICE_UNAVAILABLE && is_told, "{status} {text}");
    let lines = ambassador.logged("the upstream of").await;
    ensure!(lines.len() == 1, "it was not said once: {lines:?}");
    ensure!(!lines[0].contains("wrong"), "a password was logged: {lines:?}");
    Ok(Holds)
}

pub(super) async fn garbage(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let babbler = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut heard = [0; 1024];
                while stream.write_all(b"\x00\x01garbage\r\n\r\n\xff").await.is_ok() {
                    if !matches!(stream.read(&mut heard).await, Ok(1..)) {
                        return;
                    }
                }
            });
        }
    });
    let upstream = scene.server.address();
    let (scheme, rest) = upstream.split_once("://").context("an address without a scheme")?;
    let rest = rest.split_once('/').map_or(String::new(), |(_, path)| format!("/{path}"));
    let upstream = format!("{scheme}://{address}{rest}");
    let arguments = [upstream.as_str(), "--listen=127.0.0.1:0"];
    let mut ambassador = Program::start(&scene.places.ambassador, &arguments).await?;
    let url = format!("{}/v1/queues/jobs/messages", ambassador.url);
    let end = Instant::now() + SOON;
    let answer = reqwest::Client::new().post(url).body("x").send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status == StatusCode::SERVICE_UNAVAILABLE && Instant::now() < end, "{status} {text}");
    let lines = ambassador.logged("the upstream of").await;
    ensure!(lines.len() == 1, "it was not said once: {lines:?}");
    babbler.abort();
    Ok(Holds)
}

pub(super) async fn killed(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    for body in ["held", "waits"] {
        scene.publish(body).await?;
    }
    let held = scene.one("&lease_s=10").await?;
    scene.ambassador.kill().await?;
    scene.restart_ambassador().await?;
    scene.publish("after").await?;
    let status = scene.end("ack", &[&held]).await?;
    let mut bodies = Vec::new();
    let wanted = if status[0] == "ok" { 2 } else { 3 };
    let end = Instant::now() + Duration::from_secs(60);
    while bodies.len() < wanted {
        ensure!(Instant::now() < end, "only {bodies:?} came");
        for message in scene.receive(10, "").await? {
            scene.ack(&message).await?;
            bodies.push(String::from_utf8(message.body)?);
        }
    }
    scene.until("empty", |stats| stats["ready"] == 0 && stats["in_flight"] == 0).await?;
    bodies.sort_unstable();
    if status[0] == "ok" {
        ensure!(bodies == ["after", "waits"], "{bodies:?}");
        return Ok(Holds);
    }
    ensure!(bodies == ["after", "held", "waits"], "{bodies:?}");
    Ok(Differs("nothing is lost, but receipts are stale".to_owned()))
}

pub(super) async fn a_shutdown(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let url = format!("{}/v1/queues/{}", scene.ambassador.url, scene.queue);
    let url = format!("{url}/messages/receive?wait_s=20");
    let waiting = tokio::spawn(async move {
        let answer = reqwest::Client::new().post(url).send().await?;
        answer.text().await
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    let code = scene.ambassador.stop().await?;
    let text = waiting.await??;
    ensure!(text == r#"{"messages":[]}"#, "{text}");
    ensure!(code == Some(0) && began.elapsed().as_secs() < 3, "{code:?} {:?}", began.elapsed());
    Ok(Holds)
}
