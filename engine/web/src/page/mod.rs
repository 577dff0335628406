//! The pages: HTML that is rendered here, and modules that fill it from `/page/stream`. The pages
//! load nothing from any other server.
//!
//! # Layout
//! Each page is a folder with its HTML, style sheets and modules:
//! - [`run`]: what the engine does
//! - [`configure`]: the settings
//! - [`presenter`]: the presenter's window
//! - [`shell`]: the parts that all pages share
//!
//! Beside them:
//! - [`assets`]: the files that are served
//! - [`phrases`]: the texts that the pages show
//! - [`chart`]: simulated contenders as SVG files
//! - [`framing`]: which other pages may show the stage view in a frame

pub mod assets;
pub mod chart;
pub mod configure;
pub mod framing;
pub mod phrases;
pub mod presenter;
pub mod run;
pub mod shell;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;
use tokio::sync::Notify;

use crate::error;
use assets::{Asset, Folder};
use framing::Framing;
use shell::Page;

/// All pages.
const PAGES: [Page; 3] = [run::PAGE, configure::PAGE, presenter::PAGE];

/// The pages that the header links to, in this order. The presenter's window is no such page: it
/// opens beside the Run page, and a link would lead the audience's window to the notes.
const LINKED: [Page; 2] = [run::PAGE, configure::PAGE];

/// The pages and their assets; `opened` is notified when somebody opens the Run page.
pub fn router<S>(opened: &Arc<Notify>, framing: &Framing) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let router = PAGES.iter().fold(Router::new(), |router, page| {
        let (opened, framing) = (opened.clone(), framing.clone());
        let show = async move |RawQuery(query): RawQuery| {
            let mut policy = framing.of_others();
            if page.path == run::PAGE.path {
                // `opened` starts the opening load, which begins once somebody can see it.
                opened.notify_one();
                policy = framing.of_run_page(query.as_deref());
            }
            answer(shell::document(page, links(page)), policy)
        };
        router.route(page.path, get(show))
    });
    router
        .route("/assets/{folder}/{name}", get(asset))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}

/// The pages to which a page links; the presenter's window keeps its place.
fn links(page: &Page) -> &'static [Page] {
    if page.path == presenter::PAGE.path { &[] } else { &LINKED }
}

fn answer(html: Markup, policy: HeaderValue) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let policy = [(header::CONTENT_SECURITY_POLICY, policy)];
    (headers, policy, html.into_string()).into_response()
}

fn folders() -> impl Iterator<Item = Folder> {
    [shell::FOLDER].into_iter().chain(PAGES.map(|page| page.folder))
}

fn find(folder: &str, name: &str) -> Option<&'static Asset> {
    let folder = folders().find(|it| it.name == folder)?;
    folder.assets.iter().find(|asset| asset.name == name)
}

async fn asset(Path((folder, name)): Path<(String, String)>, uri: Uri) -> Response {
    let Some(asset) = find(&folder, &name) else {
        return error::no_such_path(uri).await.into_response();
    };
    // Browsers must ask for new files each time: after an update no page may run an old script.
    let headers = [
        (header::CONTENT_TYPE, asset.content_type()),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = (Folder, &'static Asset)> {
        folders().flat_map(|folder| folder.assets.iter().map(move |asset| (folder, asset)))
    }

    #[test]
    fn every_file_is_served() {
        for folder in folders() {
            let path = format!("{}/src/page/{}", env!("CARGO_MANIFEST_DIR"), folder.name);
            for entry in std::fs::read_dir(path).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let served = name.ends_with(".js") || name.ends_with(".css");
                assert_eq!(find(folder.name, &name).is_some(), served, "{name}");
            }
        }
    }

    #[test]
    fn every_import_is_served() {
        for (folder, asset) in all().filter(|(_, asset)| asset.name.ends_with(".js")) {
            for line in asset.text.lines().filter(|line| line.contains(" from \"")) {
                let path = line.split('"').nth(1).unwrap();
                let beside = path.strip_prefix("./").map(|name| (folder.name, name));
                let elsewhere = || path.strip_prefix("../")?.split_once('/');
                let found = beside.or_else(elsewhere).and_then(|(at, name)| find(at, name));
                assert!(found.is_some(), "{}: {line}", asset.name);
            }
        }
    }

    #[test]
    fn a_page_takes_modules_from_the_shell_and_from_no_other_page() {
        for (folder, asset) in all() {
            let beside = asset.text.split("\"../").skip(1);
            let from = beside.filter_map(|path| path.split_once('/')).map(|(at, _)| at);
            for at in from {
                assert!(at == "shell" && folder.name != "shell", "{}: {at}", asset.name);
            }
        }
    }

    #[test]
    fn nothing_from_the_stream_becomes_markup() {
        for (_, asset) in all() {
            for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                assert!(!asset.text.contains(way), "{} has {way}", asset.name);
            }
        }
    }

    /// The keys that a file passes to `phrase`.
    fn keys(text: &str) -> impl Iterator<Item = &str> {
        text.split("phrase(\"").skip(1).filter_map(|rest| rest.split('"').next())
    }

    #[test]
    fn every_text_has_a_key_and_every_key_a_text() {
        let files: Vec<(String, String)> = all()
            .map(|(_, asset)| (asset.name.to_owned(), asset.text.to_owned()))
            .filter(|(name, _)| name != "english.js")
            .chain(rust_files())
            .collect();
        let known = |key: &str| phrases::all().any(|it| it == key);
        for (name, text) in &files {
            keys(text).for_each(|key| assert!(known(key), "{name}: {key}"));
        }
        for key in phrases::all() {
            let group = key.split('.').next().unwrap_or(key);
            let uses = [format!("\"{key}\""), format!("`{group}.${{")];
            let is_used = |text: &str| uses.iter().any(|it| text.contains(it));
            assert!(files.iter().any(|(_, text)| is_used(text)), "nobody uses {key}");
        }
    }

    /// The Rust files of the pages, with their contents.
    fn rust_files() -> Vec<(String, String)> {
        let mut open = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/page")];
        let mut files = Vec::new();
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|it| it == "rs")
                && !path.ends_with("page/mod.rs")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.display().to_string(), text));
            }
        }
        files
    }

    #[test]
    fn files_are_short() {
        for (_, asset) in all() {
            assert!(asset.text.lines().count() <= 400, "{}", asset.name);
            // A text of english.js is one line of JSON, however long it is.
            let is_short = |line: &str| line.chars().count() <= 100 || asset.name == "english.js";
            assert!(asset.text.lines().all(is_short), "{}", asset.name);
        }
    }
}
