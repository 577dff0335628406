//! The pages' style sheets and modules, served as they are written: no build step, no library.

/// A file of a page.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// The file name without the folder.
    pub name: &'static str,
    /// The file's content.
    pub text: &'static str,
}

/// A page's folder and the files in it.
#[derive(Debug, Clone, Copy)]
pub struct Folder {
    /// The folder's name, part of the files' addresses.
    pub name: &'static str,
    /// The files that are served.
    pub assets: &'static [Asset],
}

impl Asset {
    /// The media type by the file's extension.
    pub fn content_type(&self) -> &'static str {
        if self.name.ends_with(".css") {
            "text/css; charset=utf-8"
        } else {
            "text/javascript; charset=utf-8"
        }
    }
}

/// Includes the files with these names, which are in the caller's folder.
macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(Asset { name: $name, text: include_str!($name) }),*]
    };
}
pub(super) use assets;
