//! The parts that all pages share: the HTML document, the header, and the connection to the stream.
//!
//! # Layout
//! - [`controls`]: the parts that all pages with controls share

pub mod controls;

use maud::{DOCTYPE, Markup, html};

use super::assets::{Asset, Folder, assets};
use super::phrases::phrase;

/// A page.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The path of the page's address.
    pub path: &'static str,
    /// The key of the text of the page's link in the header.
    pub name: &'static str,
    /// The key of the title of the page's browser tab.
    pub title: &'static str,
    /// The page's style sheets and modules.
    pub folder: Folder,
    /// The style sheets and scripts that the page loads.
    pub head: fn() -> Markup,
    /// The elements that the page adds to the header.
    pub tools: fn() -> Markup,
    /// The content of `main`.
    pub body: fn() -> Markup,
}

/// The files that every page loads.
pub const FOLDER: Folder = Folder { name: "shell", assets: ASSETS };

const ASSETS: &[Asset] = assets![
    "address.js",
    "calls.js",
    "controls.css",
    "controls.js",
    "dom.js",
    "english.js",
    "frames.js",
    "header.js",
    "help.js",
    "hold.js",
    "keys.js",
    "link.js",
    "model.js",
    "moments.js",
    "phrases.js",
    "replay.js",
    "ring.js",
    "scenario.js",
    "store.js",
    "style.css",
    "svg.js",
    "token.js",
    "windows.js",
    "words.js",
    "worker.js",
];

/// The HTML of a page, with links to `all` pages.
pub fn document(page: &Page, all: &[Page]) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(phrase("language")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (phrase(page.title)) }
                link rel="stylesheet" href="/assets/shell/style.css";
                script type="module" src="/assets/shell/header.js" {}
                ((page.head)())
            }
            body {
                (header(page, all))
                main { ((page.body)()) }
                noscript { p { (phrase("no-script")) } }
            }
        }
    }
}

fn header(page: &Page, all: &[Page]) -> Markup {
    let here = |other: &Page| (other.path == page.path).then_some("page");
    html! {
        header {
            strong { (phrase("kit")) }
            span id="status" {}
            span id="badge" class="badge" data-badge="waiting" { (phrase("badge.waiting")) }
            span id="since" {}
            nav aria-label=(phrase("pages")) {
                @for it in all { a href=(it.path) aria-current=[here(it)] { (phrase(it.name)) } }
                ((page.tools)())
            }
        }
    }
}

/// The field for the token; it is shown once a call needs the token.
pub fn token() -> Markup {
    html! {
        form id="token" hidden {
            label for="token-field" { (phrase("token.label")) }
            div class="row" {
                input id="token-field" type="password" autocomplete="off";
                button { (phrase("token.use")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::run;

    fn page() -> String {
        document(&run::PAGE, &[run::PAGE]).into_string()
    }

    #[test]
    fn a_name_cannot_become_markup() {
        let page = Page { title: "<script>alert(1)</script>", ..run::PAGE };
        let page = document(&page, &[page]).into_string();
        assert!(!page.contains("<script>"), "{page}");
    }

    #[test]
    fn nothing_is_inline() {
        let page = page();
        for inline in [" style=", "<style", " onclick", "javascript:"] {
            assert!(!page.contains(inline), "{inline}");
        }
        assert_eq!(
            page.matches("<script").count(),
            page.matches("<script type=\"module\" src=").count()
        );
    }

    #[test]
    fn only_the_headline_is_announced_by_screen_readers() {
        let page = page();
        assert_eq!(page.matches("aria-live").count(), 1);
        for live in ["role=\"alert\"", "role=\"status\"", "<output"] {
            assert!(!page.contains(live), "{live}");
        }
    }
}
