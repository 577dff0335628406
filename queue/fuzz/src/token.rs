//! The check of the token.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderValue, Request, header};
use queue::Hub;
use service::TokenFile;

use super::world::{World, paused};

/// A file, and after a line `===` the header of a client: only the token is accepted.
pub fn token(data: &[u8]) {
    let mark = b"\n===\n";
    let Some(at) = data.windows(mark.len()).position(|it| it == mark) else { return };
    let (file, shown) = (&data[..at], &data[at + mark.len()..]);
    let Ok(shown) = HeaderValue::from_bytes(shown) else { return };
    paused(async {
        let Some(token) = open(file) else { return };
        let text = token.token().text().to_owned();
        let mut world = World::around(Arc::new(Hub::new(7)), Some(token));
        let request = Request::get("/v1/queues").header(header::AUTHORIZATION, &shown);
        let answer = world.send(request.body("".into()).expect("a request")).await;
        let scheme = shown.as_bytes().get(..7).map(<[u8]>::to_ascii_lowercase);
        let right = scheme.as_deref() == Some(b"bearer ")
            && shown.as_bytes()[7..].trim_ascii() == text.as_bytes();
        assert_eq!(answer.status.as_u16(), if right { 200 } else { 401 }, "{text:?} {shown:?}");
    });
}

/// The token in a file with these bytes, if it is valid.
fn open(bytes: &[u8]) -> Option<TokenFile> {
    static FILES: AtomicU64 = AtomicU64::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let name = format!("microscaling-token-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let token = TokenFile::open(&path);
    std::fs::remove_file(&path).expect("it was there");
    token.ok()
}
