//! Replaces a container's paths by temporary folders on the local machine. A program writes only to
//! these folders: flags that name another folder are refused.

use std::path::{Path, PathBuf};

use manifest::{Container, Source};

/// For each flag that names a folder to write to: its program, the flag, and the flag's variable.
const WRITTEN: [(&str, &str, &str); 1] = [("queue", "--data-dir", "MICROSCALING_DATA_DIR")];

/// For each flag that names a file to read: its program, the flag, and the flag's variable.
const READ: [(&str, &str, &str); 4] = [
    ("queue", "--token-file", "MICROSCALING_TOKEN_FILE"),
    ("producer", "--queue-token-file", "MICROSCALING_QUEUE_TOKEN_FILE"),
    ("consumer", "--queue-token-file", "MICROSCALING_QUEUE_TOKEN_FILE"),
    ("remainder", "--queue-token-file", "MICROSCALING_QUEUE_TOKEN_FILE"),
];

/// The local folders of a container by their mount paths, with the longest paths first.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    all: Vec<(String, PathBuf)>,
    /// The folder in the container from which relative paths start.
    working_dir: String,
}

impl Folders {
    /// Chooses, but does not create, a folder below `own` for each volume that a container mounts.
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

    /// Creates the chosen folders.
    ///
    /// # Errors
    /// When a folder cannot be created.
    pub fn make(&self) -> std::io::Result<()> {
        self.all.iter().try_for_each(|(_, folder)| std::fs::create_dir_all(folder))
    }

    /// The local path for a container's path; `None` if the path is not in a mount.
    pub fn local(&self, path: &str) -> Option<String> {
        let path = clean(path, &self.working_dir);
        let mut all = self.all.iter();
        let (folder, below) = all.find_map(|(mount, to)| Some((to, below(&path, mount)?)))?;
        Some(format!("{}{below}", folder.to_string_lossy()))
    }

    /// Replaces each path in `text` by its local path, if the path is in a mount.
    pub fn put(&self, text: &str) -> String {
        let mut scheme = false;
        let piece = |piece: &str| {
            let word = piece.trim_end_matches(['=', ':', ',']);
            // After a scheme like `http:`, the text `//` begins a host, not a path.
            let is_path = word.starts_with('/') && !(scheme && word.starts_with("//"));
            scheme = piece.ends_with(':');
            match self.local(word).filter(|_| is_path) {
                Some(local) => local + &piece[word.len()..],
                None => piece.to_owned(),
            }
        };
        text.split_inclusive(['=', ':', ',']).map(piece).collect()
    }

    /// Replaces the paths, including relative paths, in the flags and variables that name the
    /// folders to which a program writes.
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

/// The flags and variables of a container whose paths do not work on the local machine: for each,
/// the name and the reason.
pub fn problems(
    container: &Container,
    words: &[String],
    env: &[(String, String)],
) -> Vec<(String, String)> {
    let program = container.program().unwrap_or_default();
    let named = |all: &[(&str, &'static str, &'static str)]| -> Vec<(&'static str, String)> {
        of_program(all, program).flat_map(|(_, flag, name)| given(words, env, flag, name)).collect()
    };
    let written = named(&WRITTEN).into_iter().filter_map(|(name, path)| {
        let why = match source(container, &path) {
            None => "is outside all volumeMounts, so it is a local path; mount an emptyDir there"
                .to_owned(),
            Some((volume, true)) => {
                format!("is in the volume {volume}, which is read-only; use an emptyDir")
            }
            Some((_, false)) => return None,
        };
        Some((name.to_owned(), format!("is {path}, which {why}")))
    });
    let read = named(&READ).into_iter().filter_map(|(name, path)| {
        let (volume, _) = source(container, &path)?;
        let why = format!("is in the volume {volume}, which is empty without a cluster");
        Some((name.to_owned(), format!("is {path}, which {why}; leave it out")))
    });
    written.chain(read).collect()
}

fn of_program<'a>(
    all: &'a [(&'a str, &'static str, &'static str)],
    program: &'a str,
) -> impl Iterator<Item = (&'a str, &'static str, &'static str)> {
    all.iter().copied().filter(move |(name, ..)| *name == program)
}

/// The value of a variable in `env`; if it is set several times, the last value counts.
pub fn variable<'a>(env: &'a [(String, String)], name: &str) -> Option<&'a str> {
    env.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The name and values of a flag, or if it is not given, the name and value of its variable.
pub fn given(
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

/// The values of a flag (`--flag=value` or `--flag value`), each with the index of its word.
pub fn values(words: &[String], flag: &str) -> Vec<(usize, String)> {
    let value = |(i, word): (usize, &String)| match word.strip_prefix(flag)? {
        "" => Some((i + 1, words.get(i + 1)?.clone())),
        rest => Some((i, rest.strip_prefix('=')?.to_owned())),
    };
    words.iter().enumerate().filter_map(value).collect()
}

/// The name of the volume that contains a path, and whether that path is read-only.
fn source<'a>(container: &'a Container, path: &str) -> Option<(&'a str, bool)> {
    let path = clean(path, &container.working_dir);
    let above = container.mounts.iter().filter(|it| below(&path, &clean(&it.path, "/")).is_some());
    let mount = above.max_by_key(|mount| clean(&mount.path, "/").len())?;
    let is_read_only = mount.is_read_only || matches!(mount.source, Source::Files(_));
    Some((&mount.volume, is_read_only))
}

/// The part of a path that follows the mount's path; `None` if the path is not in the mount.
fn below<'a>(path: &'a str, mount: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(mount.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// The absolute form of `path` as seen from the folder `from`, without `.`, `..` and extra slashes.
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
