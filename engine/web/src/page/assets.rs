//! Style sheets and modules, as they are: no build step, no library.

/// A file of the pages.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

impl Asset {
    /// The type by its ending.
    pub fn content_type(&self) -> &'static str {
        if self.name.ends_with(".css") {
            "text/css; charset=utf-8"
        } else {
            "text/javascript; charset=utf-8"
        }
    }
}

/// The modules of the Run page, so that a browser can ask for all of them at once and need not
/// find them one import after the other.
pub fn modules() -> impl Iterator<Item = &'static str> {
    let names = ASSETS.iter().map(|asset| asset.name);
    names.filter(|name| {
        name.ends_with(".js") && !name.starts_with("configure") && *name != "worker.js"
    })
}

/// The asset of this name.
pub fn find(name: &str) -> Option<Asset> {
    ASSETS.iter().copied().find(|asset| asset.name == name)
}

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(Asset { name: $name, text: include_str!(concat!("assets/", $name)) }),*]
    };
}

const ASSETS: &[Asset] = assets![
    "app.js",
    "axis.js",
    "calls.js",
    "chart.css",
    "chart.js",
    "configure-capacity.js",
    "configure-card.js",
    "configure-fields.js",
    "configure-form.js",
    "configure-others.js",
    "configure-yaml.js",
    "configure.css",
    "configure.js",
    "controls.js",
    "dom.js",
    "export.js",
    "ghosts.css",
    "ghosts.js",
    "header.js",
    "headline.js",
    "hold.js",
    "keys.js",
    "labels.js",
    "layers.js",
    "link.js",
    "log.js",
    "marks.js",
    "model.js",
    "numbers.js",
    "panels.js",
    "picture.js",
    "ring.js",
    "rivals.js",
    "run.css",
    "scenario.js",
    "slots.js",
    "stage.css",
    "stage.js",
    "store.js",
    "style.css",
    "svg.js",
    "table.js",
    "token.js",
    "values.js",
    "why.js",
    "words.js",
    "worker.js",
];

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/page/assets");

    #[test]
    fn every_file_is_served() {
        for entry in std::fs::read_dir(FOLDER).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let served = name.ends_with(".js") || name.ends_with(".css");
            assert_eq!(find(&name).is_some(), served, "{name}");
        }
    }

    #[test]
    fn what_a_module_imports_is_served() {
        for asset in ASSETS.iter().filter(|asset| asset.name.ends_with(".js")) {
            for line in asset.text.lines().filter(|line| line.contains(" from \"")) {
                let name = line.split('"').nth(1).unwrap();
                let found = name.strip_prefix("./").and_then(find);
                assert!(found.is_some(), "{}: {line}", asset.name);
            }
        }
    }

    #[test]
    fn nothing_from_the_stream_becomes_markup() {
        for asset in ASSETS {
            for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                assert!(!asset.text.contains(way), "{} has {way}", asset.name);
            }
        }
    }

    #[test]
    fn files_are_short() {
        for asset in ASSETS {
            assert!(asset.text.lines().count() <= 400, "{}", asset.name);
            assert!(asset.text.lines().all(|line| line.chars().count() <= 100), "{}", asset.name);
        }
    }
}
