//! The page as a person sees it, in a real browser. Run by `scripts/test-browser`.

#![allow(clippy::unwrap_used)] // helpers of a test

mod support;

use std::process::Stdio;
use std::time::Duration;

use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::json;
use support::TestBox;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const SOON: Duration = Duration::from_secs(30);

/// A browser and its driver; both end with this.
struct Browser {
    client: Client,
    _driver: Child,
}

impl Browser {
    async fn start(profile: &str) -> Browser {
        let mut driver = Command::new("chromedriver");
        driver.arg("--port=0").stdout(Stdio::piped()).kill_on_drop(true);
        let mut driver = driver.spawn().expect("chromedriver; scripts/test-browser installs it");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port: u16 = loop {
            let line = lines.next_line().await.unwrap().expect("chromedriver has ended");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let folder = std::env::temp_dir().join(format!("{profile}-{}", std::process::id()));
        let arguments = json!([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,720",
            format!("--user-data-dir={}", folder.display()),
        ]);
        let wanted = json!({
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(wanted.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Browser { client, _driver: driver }
    }

    async fn text(&self, selector: &str) -> String {
        let element = self.client.find(Locator::Css(selector)).await.unwrap();
        element.text().await.unwrap()
    }

    async fn count(&self, selector: &str) -> usize {
        self.client.find_all(Locator::Css(selector)).await.unwrap().len()
    }

    /// Looks until an expression of the page is true.
    async fn until(&self, what: &str, expression: &str) {
        let end = std::time::Instant::now() + SOON;
        let script = format!("return Boolean({expression})");
        while self.client.execute(&script, vec![]).await.unwrap() != json!(true) {
            let page = self.client.source().await.unwrap();
            assert!(std::time::Instant::now() < end, "{what}: not within {SOON:?}; {page}");
            tokio::time::sleep(support::LOOK).await;
        }
    }
}

#[tokio::test]
#[ignore = "needs a browser: scripts/test-browser"]
async fn the_page_shows_load_coming_and_consumers_taking_the_background_s_slots() {
    let mut demo = TestBox::start(&["--start-delay", "1s"]).await;
    let browser = Browser::start("microscaling-page").await;
    browser.client.goto(&demo.url).await.unwrap();
    browser
        .until(
            "the slots are full",
            "document.querySelectorAll('.background.running').length === 9",
        )
        .await;
    assert_eq!(browser.count("#slots .slot").await, 10);
    assert_eq!(browser.text(".caption").await, "Urgent work first. Background gets what is left.");

    let slider = browser.client.find(Locator::Id("load-slider")).await.unwrap();
    for _ in 0..3 {
        slider.send_keys(&Key::Right.to_string()).await.unwrap();
    }
    browser
        .until("three producers", "document.querySelector('#load-value').textContent === '3'")
        .await;
    browser
        .until("seven consumers", "document.querySelectorAll('.urgent.running').length >= 7")
        .await;
    browser
        .until(
            "the headline tells it",
            "/Producers .* 3\\. Consumers .*, taken from background\\./\
         .test(document.querySelector('#headline').textContent)",
        )
        .await;
    let picture = browser.client.screenshot().await.unwrap();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join("page.png"), picture).unwrap();
    let elsewhere = "performance.getEntriesByType('resource')\
        .every((entry) => entry.name.startsWith(location.origin))";
    browser.until("no request to elsewhere", elsewhere).await;

    demo.engine.kill().await.unwrap();
    browser
        .until(
            "the page says that it is old",
            "/STALE/.test(document.querySelector('#live').textContent)",
        )
        .await;
    browser.client.clone().close().await.unwrap();
}
