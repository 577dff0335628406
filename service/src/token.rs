//! A token in a file, which is re-read when it changes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How old the known contents may be. The file is small and local, so it is simply re-read,
/// however it changes: a Secret of Kubernetes by a replaced link, other files in place, some twice
/// a second.
const FRESH: Duration = Duration::from_secs(1);
/// The longest token in bytes; longer ones do not fit into a header everywhere.
const LONGEST: u64 = 4096;

/// A secret shared by programs. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<str>);

impl Token {
    /// The token as it is sent.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Why a file has no token.
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
    /// Whether the last try failed, so that a series of failures is logged once.
    failing: bool,
}

impl TokenFile {
    /// Reads the file for the first time.
    ///
    /// # Errors
    /// When it cannot be read or has no token.
    pub fn open(path: &Path) -> Result<TokenFile, NoToken> {
        let token = read(path)?;
        let held = Held { token, read: Instant::now(), failing: false };
        Ok(TokenFile { path: path.to_owned(), held: Mutex::new(held) })
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The token, at most 1 s old; the last good one if the file has none now.
    pub fn token(&self) -> Token {
        let mut held = self.lock();
        if held.read.elapsed() >= FRESH {
            self.read_into(&mut held);
        }
        held.token.clone()
    }

    /// The token as it is in the file now; the last good one if the file has none.
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

/// A pipe gives its contents only once, and then may block its reader for ever.
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
