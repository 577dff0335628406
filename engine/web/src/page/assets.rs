//! Style sheets and modules, as they are: no build step, no library.

/// A file of a page.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Its name, without the folder.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// The files that stand beside the Rust of a page.
#[derive(Debug, Clone, Copy)]
pub struct Folder {
    /// Its name, which is part of the files' addresses.
    pub name: &'static str,
    /// The files that are served.
    pub assets: &'static [Asset],
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

/// The files beside the caller, by their names.
macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(Asset { name: $name, text: include_str!($name) }),*]
    };
}
pub(super) use assets;
