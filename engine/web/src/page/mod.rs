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
            .chain([PHONES].map(|path| (path.to_owned(), read(path))))
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

    /// The phones' page, which shows texts of the same file.
    const PHONES: &str = "../stage/src/audience/page.rs";
    const PHONES_SCRIPT: &str = "../stage/src/audience/assets/audience.js";

    /// A file by its path from this crate.
    fn read(path: &str) -> String {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(here.join(path)).unwrap()
    }

    /// Strings of the modules that only seem to be texts: names of keys, the scheme of a token,
    /// selectors, and a list of fonts.
    const NO_TEXTS: [&str; 6] = [
        "Bearer ",
        "Enter",
        "Escape",
        "input, textarea, select",
        "button, a, summary, select, input:not([type='range'])",
        "Inter, system-ui, sans-serif",
    ];

    #[test]
    fn no_module_has_a_text_of_its_own() {
        let phones = read(PHONES_SCRIPT);
        let modules = all()
            .map(|(_, asset)| (asset.name, asset.text))
            .filter(|(name, _)| name.ends_with(".js") && *name != "english.js")
            .chain([(PHONES_SCRIPT, phones.as_str())]);
        for (name, text) in modules {
            for line in text.lines().filter(|line| !is_comment(line)) {
                let code = line.split(" // ").next().unwrap_or(line);
                for text in strings(code).iter().filter(|it| is_text(it)) {
                    assert!(
                        NO_TEXTS.contains(&text.as_str()),
                        "{name}: move {text:?} to english.js"
                    );
                }
            }
        }
    }

    #[test]
    fn a_text_in_a_module_is_found() {
        let texts = |code: &str| strings(code).into_iter().filter(|it| is_text(it)).count();
        for code in [
            "say(it, \"Done.\");",
            "say(it, \"Hold scaling\");",
            "say(it, `Step ${n} of ${many}`);",
            "say(it, `${n} jobs each second, or so`);",
            "say(it, ok ? \"\" : `${name ?? `No ${kind}`}`);",
            "el(\"b\", {}, \"Next\")",
        ] {
            assert_eq!(texts(code), 1, "{code}");
        }
        for code in ["key === \"b\"", "el(\"a\", { class: `slot ${a ? \"ready\" : b}` })"] {
            assert_eq!(texts(code), 0, "{code}");
        }
    }

    fn is_comment(line: &str) -> bool {
        ["//", "/*", "*"].iter().any(|begin| line.trim_start().starts_with(begin))
    }

    /// Whether a string is written for people: it begins like a sentence, or has three words.
    fn is_text(string: &str) -> bool {
        let mut letters = string.chars();
        let capital = letters.next().is_some_and(char::is_uppercase)
            && letters.next().is_some_and(char::is_lowercase);
        let is_word = |it: &&str| it.chars().filter(|c| c.is_alphabetic()).count() > 1;
        let words = string.split_whitespace().filter(is_word).count();
        capital || words >= 3
    }

    /// The strings and templates of a line of JavaScript, without what templates insert.
    fn strings(line: &str) -> Vec<String> {
        let (mut found, mut open) = (Vec::new(), Vec::<Option<String>>::new());
        let mut letters = line.chars();
        while let Some(letter) = letters.next() {
            match (letter, open.last_mut()) {
                ('`', Some(Some(_))) => found.extend(open.pop().flatten()),
                ('$', Some(Some(text))) => match letters.next() {
                    Some('{') => open.push(None),
                    other => text.extend(other),
                },
                (letter, Some(Some(text))) => text.push(letter),
                ('"', _) => found.push(letters.by_ref().take_while(|it| *it != '"').collect()),
                ('`', _) => open.push(Some(String::new())),
                ('{', _) => open.push(None),
                ('}', _) => drop(open.pop()),
                _ => {}
            }
        }
        found.extend(open.into_iter().flatten());
        found
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
