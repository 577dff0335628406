//! Paths of a container into temporary folders of this machine. What a program writes stays in
//! them: its own flags may name no other place.

use std::path::{Path, PathBuf};

use manifest::{Container, Source};

/// Flags of the kit's programs that name a place to write to, with their variables.
const WRITTEN: [(&str, &str, &str); 1] = [("queue", "--data-dir", "MICROSCALING_DATA_DIR")];

/// Those that name a file to read.
const READ: [(&str, &str, &str); 4] = [
    ("queue", "--token-file", "MICROSCALING_TOKEN_FILE"),
    ("producer", "--queue-token-file", "MICROSCALING_QUEUE_TOKEN_FILE"),
    ("consumer", "--queue-token-file", "MICROSCALING_QUEUE_TOKEN_FILE"),
    ("remainder", "--queue-token-file", "MICROSCALING_QUEUE_TOKEN_FILE"),
];

/// Folders by the paths that a container mounts them at, the longest paths first.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    all: Vec<(String, PathBuf)>,
    /// Where paths begin that do not begin with a slash.
    working_dir: String,
}

impl Folders {
    /// The folders of a container within one of its own. A volume that is mounted twice is one.
    pub fn of(container: &Container, own: &Path) -> Folders {
        let mut volumes: Vec<&str> = container.mounts.iter().map(|it| it.volume.as_str()).collect();
        volumes.sort_unstable();
        volumes.dedup();
        let folder = |volume: &str| {
            let number = volumes.iter().position(|it| *it == volume).unwrap_or_default();
            own.join(number.to_string())
        };
        let mounts = container.mounts.iter().map(|it| {
            let part = it.sub_path.as_deref().map(|part| clean(part, "/"));
            let parts = part.iter().flat_map(|part| part.split('/'));
            let place = parts.filter(|part| !part.is_empty());
            (clean(&it.path, "/"), place.fold(folder(&it.volume), |place, part| place.join(part)))
        });
        let mut all: Vec<_> = mounts.collect();
        all.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Folders { all, working_dir: container.working_dir.clone() }
    }

    /// Makes all of them.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn make(&self) -> std::io::Result<()> {
        self.all.iter().try_for_each(|(_, folder)| std::fs::create_dir_all(folder))
    }

    /// The place of a path that is a mounted one or below it; `None` elsewhere.
    pub fn local(&self, path: &str) -> Option<String> {
        let path = clean(path, &self.working_dir);
        let mut all = self.all.iter();
        let (folder, below) = all.find_map(|(mount, to)| Some((to, below(&path, mount)?)))?;
        Some(format!("{}{below}", folder.to_string_lossy()))
    }

    /// Puts folders in the place of each path in a text that is a mounted one or below it, once.
    pub fn put(&self, text: &str) -> String {
        let mut scheme = false;
        let piece = |piece: &str| {
            let word = piece.trim_end_matches(['=', ':', ',']);
            // What follows `http:` is a host.
            let is_path = word.starts_with('/') && !(scheme && word.starts_with("//"));
            scheme = piece.ends_with(':');
            match self.local(word).filter(|_| is_path) {
                Some(local) => local + &piece[word.len()..],
                None => piece.to_owned(),
            }
        };
        text.split_inclusive(['=', ':', ',']).map(piece).collect()
    }

    /// Puts folders in the place of what a program's own flags name, also where that begins in the
    /// working directory.
    pub fn put_flags(&self, program: &str, words: &mut [String], env: &mut [(String, String)]) {
        for (_, flag, variable) in of_program(&WRITTEN, program) {
            for (i, value) in values(words, flag) {
                let Some(local) = self.local(&value) else { continue };
                let is_word = words[i].starts_with("--");
                words[i] = if is_word { format!("{flag}={local}") } else { local };
            }
            for (_, value) in env.iter_mut().filter(|(name, _)| name == variable) {
                *value = self.local(value).unwrap_or_else(|| value.clone());
            }
        }
    }
}

/// What of a container's own flags and variables cannot be on this machine: each with its name and
/// why, with the mend.
pub fn problems(
    container: &Container,
    words: &[String],
    env: &[(String, String)],
) -> Vec<(String, String)> {
    let program = container.program().unwrap_or_default();
    let named = |all: &[(&str, &'static str, &'static str)]| -> Vec<(&'static str, String)> {
        of_program(all, program).flat_map(|(_, flag, name)| told(words, env, flag, name)).collect()
    };
    let written = named(&WRITTEN).into_iter().filter_map(|(name, path)| {
        let why = match source(container, &path) {
            None => {
                "is below no volumeMount, and would be on this machine; mount an emptyDir there"
                    .to_owned()
            }
            Some((volume, true)) => {
                format!("is in the volume {volume}, which can only be read; use an emptyDir")
            }
            Some((_, false)) => return None,
        };
        Some((name.to_owned(), format!("is {path}, which {why}")))
    });
    let read = named(&READ).into_iter().filter_map(|(name, path)| {
        let (volume, _) = source(container, &path)?;
        let why = format!("is in the volume {volume}, which is empty without a cluster");
        Some((name.to_owned(), format!("is {path}, which {why}; leave it out there")))
    });
    written.chain(read).collect()
}

fn of_program<'a>(
    all: &'a [(&'a str, &'static str, &'static str)],
    program: &'a str,
) -> impl Iterator<Item = (&'a str, &'static str, &'static str)> {
    all.iter().copied().filter(move |(name, ..)| *name == program)
}

/// The value of a variable; the last one counts.
pub fn variable<'a>(env: &'a [(String, String)], name: &str) -> Option<&'a str> {
    env.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// What a flag says, else its variable, each with the name of what says it.
pub fn told(
    words: &[String],
    env: &[(String, String)],
    flag: &'static str,
    variable: &'static str,
) -> Vec<(&'static str, String)> {
    let flags: Vec<_> = values(words, flag).into_iter().map(|(_, value)| (flag, value)).collect();
    if !flags.is_empty() {
        return flags;
    }
    self::variable(env, variable).map(|value| (variable, value.to_owned())).into_iter().collect()
}

/// The values of a flag among words, as `--flag=value` or in two of them, and which word each is.
pub fn values(words: &[String], flag: &str) -> Vec<(usize, String)> {
    let value = |(i, word): (usize, &String)| match word.strip_prefix(flag)? {
        "" => Some((i + 1, words.get(i + 1)?.clone())),
        rest => Some((i, rest.strip_prefix('=')?.to_owned())),
    };
    words.iter().enumerate().filter_map(value).collect()
}

/// The volume that a path is in, and whether it can only be read.
fn source<'a>(container: &'a Container, path: &str) -> Option<(&'a str, bool)> {
    let path = clean(path, &container.working_dir);
    let above = container.mounts.iter().filter(|it| below(&path, &clean(&it.path, "/")).is_some());
    let mount = above.max_by_key(|mount| clean(&mount.path, "/").len())?;
    let is_read_only = mount.is_read_only || matches!(mount.source, Source::Files(_));
    Some((&mount.volume, is_read_only))
}

/// The rest of a path that is a mounted one or below it.
fn below<'a>(path: &'a str, mount: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(mount.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// A path from the root on, without `.`, `..`, and slashes that mean nothing.
fn clean(path: &str, from: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{from}/{path}") };
    let mut parts = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests;
