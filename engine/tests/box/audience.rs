//! The audience's page: phones see the state, add jobs, and can do nothing else.

use std::time::Duration;

use futures::future::join_all;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use support::stream::Stream;
use support::{State, TestBox};

const SOON: Duration = Duration::from_secs(30);

/// A box with an audience.
struct Room {
    demo: TestBox,
    http: Client,
    /// The audience's page; ends with a slash.
    url: String,
}

impl Room {
    async fn open() -> Room {
        let demo = TestBox::start(&["--audience", "127.0.0.1:0"]).await;
        let url = demo.state().await.0["audience"]["url"].as_str().unwrap().to_owned();
        let http = Client::builder().no_proxy().build().unwrap();
        Room { demo, http, url }
    }

    fn ask(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A press of the button from this loopback address, as a browser sends it.
    async fn press(&self, from: u8) -> (StatusCode, Value) {
        let http = Client::builder().no_proxy().local_address(Some([127, 0, 0, from].into()));
        let origin = self.url.trim_end_matches('/');
        let asked = http.build().unwrap().post(format!("{}job", self.url)).header("origin", origin);
        let answer = asked.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// The cookie of a phone that has opened the page.
    async fn phone(&self) -> String {
        let page = self.ask("GET", "").send().await.unwrap();
        let cookie = page.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// A press with this cookie; all phones come from one address.
    async fn press_on(&self, phone: &str) -> StatusCode {
        let origin = self.url.trim_end_matches('/');
        let asked = self.ask("POST", "job").header("origin", origin).header("cookie", phone);
        asked.send().await.unwrap().status()
    }

    async fn published(&self) -> u64 {
        self.demo.jobs().await["published_total"].as_u64().unwrap_or(0)
    }
}

#[tokio::test]
async fn phones_see_the_state_and_each_press_adds_a_job() {
    let room = Room::open().await;
    let ready = |state: &State| state.queue().is_some();
    room.demo.until("the queue is read", SOON, ready).await;
    let page = room.ask("GET", "").send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'self'"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(!html.contains("style=") && !html.contains("http"), "{html}");
    assert_eq!(room.ask("GET", "favicon.ico").send().await.unwrap().status(), 204);
    for part in ["audience.css", "audience.js"] {
        assert!(html.contains(part));
        assert_eq!(room.ask("GET", part).send().await.unwrap().status(), 200);
    }
    let mut stream = Stream::open(&format!("{}stream", room.url)).await;
    let view = loop {
        let view = stream.next().await.unwrap().json();
        if view["queue"] == 0 {
            break view;
        }
    };
    assert!(view["headline"].as_str().is_some_and(|text| !text.is_empty()), "{view}");
    let slots: u64 =
        view["slots"].as_array().unwrap().iter().map(|it| it["count"].as_u64().unwrap()).sum();
    assert_eq!((view["target"].as_u64(), slots), (Some(20), 10), "{view}");

    let before = room.published().await;
    let (first, second) = tokio::join!(room.press(2), room.press(3));
    assert_eq!((first.0, second.0), (StatusCode::OK, StatusCode::OK), "{first:?} {second:?}");
    assert_eq!(room.published().await, before + 2);
    Stream::open(&format!("{}/api/v1/events", room.demo.url)).await.next().await.unwrap();
    let mut page = Stream::open(&format!("{}/page/stream", room.demo.url)).await;
    let log = page.next().await.unwrap().json()["log"].to_string();
    assert!(log.contains(r#""by":"the audience""#) && log.contains("2 jobs at once"), "{log}");
    twenty_phones_behind_one_address_add_a_job_each(&room).await;
}

async fn twenty_phones_behind_one_address_add_a_job_each(room: &Room) {
    let phones = join_all((0..20).map(|_| room.phone())).await;
    let before = room.published().await;
    for round in 1..=2 {
        // The limits hold for one second.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let statuses = join_all(phones.iter().map(|phone| room.press_on(phone))).await;
        assert!(statuses.iter().all(|it| *it == StatusCode::OK), "{round}: {statuses:?}");
    }
    assert_eq!(room.press_on(&phones[0]).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(room.press_on("phone=1").await, StatusCode::TOO_MANY_REQUESTS, "the room's limit");
    assert_eq!(room.published().await, before + 40);
}

#[tokio::test]
async fn one_phone_adds_one_job_a_second_and_a_room_twenty() {
    let room = Room::open().await;
    let (first, second) = tokio::join!(room.press(2), room.press(2));
    let statuses = [first.0, second.0];
    assert!(statuses.contains(&StatusCode::OK), "{statuses:?}");
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    let words = [first.1, second.1].map(|it| it["error"]["message"].as_str().map(str::to_owned));
    assert!(words.iter().flatten().any(|text| text.contains("one job a second")), "{words:?}");

    let before = room.published().await;
    let crowd = join_all((10..90).map(|from| room.press(from))).await;
    let added = crowd.iter().filter(|(status, _)| *status == StatusCode::OK).count() as u64;
    let refused = crowd.iter().filter(|(_, it)| it.to_string().contains("at most 20 jobs")).count();
    assert_eq!(added + refused as u64, 80, "{crowd:?}");
    // The first press may count as one of the twenty, and all may take longer than a second to
    // come.
    assert!((19..=60).contains(&added), "{added}");
    assert_eq!(room.published().await, before + added);
}

#[tokio::test]
async fn nothing_else_can_be_reached_by_a_phone() {
    let room = Room::open().await;
    let before = room.published().await;
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    let paths = [
        "",
        "job",
        "stream",
        "metrics",
        "livez",
        "readyz",
        "configure",
        "page/stream",
        "api/v1/state",
        "api/v1/deployments/producer/scale",
        "api/v1/burst",
        "api/v1/reset",
        "api/v1/config",
        "job/",
        "assets/app.js",
        "page/audience.svg",
        "%2e%2e/api/v1/state",
        "audience.js/",
        "/api/v1/state",
    ];
    let there = [("GET", ""), ("GET", "stream"), ("POST", "job")];
    for (method, path) in methods.iter().flat_map(|m| paths.map(|path| (*m, path))) {
        if !there.contains(&(method, path)) {
            let answer = room.ask(method, path).body("{\"replicas\":3}").send().await.unwrap();
            assert_eq!(answer.status(), 404, "{method} /{path}");
        }
    }
    let origin = room.url.trim_end_matches('/').to_owned();
    for other in ["http://evil.example", "null", "https://127.0.0.1", ""] {
        let answer = room.ask("POST", "job").header("origin", other).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{other}");
    }
    assert_eq!(room.ask("POST", "job").send().await.unwrap().status(), 403, "no origin");
    let host = room.ask("POST", "job").header("origin", origin).header("host", "stage.local:9000");
    assert_eq!(host.send().await.unwrap().status(), 403, "another name than the page's");
    assert_eq!(room.published().await, before);
    assert_eq!(room.demo.state().await.deployment("producer", "desired"), 0);
    let by_name = room.ask("GET", "").header("host", "stage.local:9000").send().await.unwrap();
    assert_eq!(by_name.status(), 200, "phones may use any host name");
}

#[tokio::test]
async fn the_engine_s_own_page_has_the_code_and_still_refuses_other_hosts() {
    let room = Room::open().await;
    let get = |path: &str| room.http.get(format!("{}{path}", room.demo.url));
    let code = get("/page/audience.svg").send().await.unwrap();
    assert_eq!(code.headers()["content-type"], "image/svg+xml");
    assert!(code.text().await.unwrap().contains("<svg"));
    for path in ["/", "/page/stream", "/page/audience.svg", "/api/v1/state"] {
        let forged = get(path).header("host", "stage.local:9000").send().await.unwrap();
        assert_eq!(forged.status(), 403, "{path}");
    }
    assert_eq!(
        room.http.post(format!("{}/job", room.demo.url)).send().await.unwrap().status(),
        404
    );
    let alone = TestBox::start(&[]).await;
    assert_eq!(alone.state().await.0["audience"], Value::Null);
    let none = room.http.get(format!("{}/page/audience.svg", alone.url)).send().await.unwrap();
    assert_eq!(none.status(), 404);
}
