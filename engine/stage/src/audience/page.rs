//! The HTML of the audience's page, with the texts that its script shows.

use maud::{DOCTYPE, Markup, html};
use web::page::phrases::phrase;

/// The page.
pub fn page() -> Markup {
    html! {
        (DOCTYPE)
        html lang=(phrase("language")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (phrase("phone.title")) }
                link rel="stylesheet" href="/audience.css";
                script src="/audience.js" defer {}
            }
            body data-unknown=(phrase("jobs.unknown")) data-queue=(phrase("phone.queue"))
                data-sent=(phrase("phone.sent")) data-added=(phrase("phone.added"))
                data-no-answer=(phrase("no-answer")) {
                (main())
            }
        }
    }
}

fn main() -> Markup {
    html! {
        main {
            h1 id="headline" { (phrase("waiting")) }
            p class="number" {
                b id="queue" { "\u{2013}" } " "
                span id="queue-words" { (phrase("phone.waiting")) }
            }
            ul id="slots" aria-label=(phrase("slots")) {}
            button id="add" type="button" { (phrase("phone.add")) }
            p id="said" role="status" {}
            noscript { p { (phrase("phone.no-script")) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_each_text_that_its_script_shows() {
        let page = page().into_string();
        let script = include_str!("assets/audience.js");
        let names: Vec<String> = script
            .split("texts.")
            .skip(1)
            .map(|rest| rest.chars().take_while(|it| it.is_alphabetic()).collect())
            .collect();
        assert_eq!(names.len(), 6, "{names:?}");
        for name in names {
            let dashed: String = name
                .chars()
                .flat_map(|it| if it.is_uppercase() { vec!['-', it] } else { vec![it] })
                .collect();
            let attribute = format!(" data-{}=\"", dashed.to_lowercase());
            assert!(page.contains(&attribute), "{attribute}");
        }
    }
}
