//! A token in a file. The file is read again when it may have changed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a token is used before its file is read again. Files change in different ways:
/// Kubernetes replaces a link to a Secret's file, other programs write in place. Reading a small
/// local file once a second notices every change.
const FRESH: Duration = Duration::from_secs(1);
/// The longest token file in bytes; some servers refuse an HTTP header with a longer token.
const LONGEST: u64 = 4096;

/// A secret that programs share. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<str>);

impl Token {
    /// The secret text, as it is sent in a header.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The reason why no token can be read from a file.
#[derive(Debug, thiserror::Error)]
#[error("the token file {path} {why}; put the token there, in one line", path = .path.display())]
pub struct NoToken {
    path: PathBuf,
    why: String,
}

/// A file with a token. White space around the token is ignored.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    token: Token,
    read: Instant,
    /// Whether the last read failed, so that a series of failures is logged only once.
    failing: bool,
}

impl TokenFile {
    /// Opens a token file and reads the token.
    ///
    /// # Errors
    /// When the file cannot be read or has no token.
    pub fn open(path: &Path) -> Result<TokenFile, NoToken> {
        let token = read(path)?;
        let held = Held { token, read: Instant::now(), failing: false };
        Ok(TokenFile { path: path.to_owned(), held: Mutex::new(held) })
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The token, read at most 1 s ago. If the file has no valid token now, the last valid token.
    pub fn token(&self) -> Token {
        let mut held = self.lock();
        if held.read.elapsed() >= FRESH {
            self.read_into(&mut held);
        }
        held.token.clone()
    }

    /// Reads the file now and returns its token, or the last valid token if the file has none.
    pub fn token_now(&self) -> Token {
        let mut held = self.lock();
        self.read_into(&mut held);
        held.token.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_into(&self, held: &mut Held) {
        held.read = Instant::now();
        match read_again(&self.path) {
            Ok(token) => {
                if std::mem::take(&mut held.failing) {
                    tracing::info!("the token file {} can be read again", self.path.display());
                }
                if token != held.token {
                    tracing::info!("the token in {} has changed", self.path.display());
                    held.token = token;
                }
            }
            Err(error) if !held.failing => {
                held.failing = true;
                tracing::warn!("{error}; until then the last good token is used");
            }
            Err(_) => {}
        }
    }
}

/// Reads the file again. Refuses a pipe: its contents come only once, so a read may never end.
fn read_again(path: &Path) -> Result<Token, NoToken> {
    match path.metadata() {
        Ok(file) if !file.is_file() => Err(no_token(path, "is not a regular file")),
        _ => read(path),
    }
}

fn read(path: &Path) -> Result<Token, NoToken> {
    let text = text(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => no_token(path, "is not UTF-8 text"),
        _ => no_token(path, &format!("cannot be read: {error}")),
    })?;
    let token = text.trim();
    if text.len() as u64 > LONGEST {
        Err(no_token(path, &format!("has more than {LONGEST} bytes")))
    } else if token.is_empty() {
        Err(no_token(path, "is empty"))
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Err(no_token(path, "has other characters than letters, digits and punctuation"))
    } else {
        Ok(Token(token.into()))
    }
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn no_token(path: &Path, why: &str) -> NoToken {
    NoToken { path: path.to_owned(), why: why.to_owned() }
}
