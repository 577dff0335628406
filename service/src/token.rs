//! A token in a file, which is read again when it changes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How old what is known of the file may be. It is small and near, so it is simply read: a Secret
/// of Kubernetes changes by a link that is put elsewhere, others in place, some twice a second.
const FRESH: Duration = Duration::from_secs(1);
/// The longest token in bytes; more does not fit into a header everywhere.
const LONGEST: u64 = 4096;

/// What programs that share it know each other by. Never printed.
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

/// Why there is no token in a file.
#[derive(Debug, thiserror::Error)]
#[error("the token file {path} {why}; put the token there, in one line", path = .path.display())]
pub struct NoToken {
    path: PathBuf,
    why: String,
}

/// A file with a token in it. What is in it is trimmed.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    token: Token,
    read: Instant,
    /// Whether the last try failed, so that a streak is told once.
    failing: bool,
}

impl TokenFile {
    /// Reads the file for the first time.
    ///
    /// # Errors
    /// When it cannot be read or holds no token.
    pub fn open(path: &Path) -> Result<TokenFile, NoToken> {
        let token = read(path)?;
        let held = Held { token, read: Instant::now(), failing: false };
        Ok(TokenFile { path: path.to_owned(), held: Mutex::new(held) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The token, at most a second old; the last good one while the file has none.
    pub fn token(&self) -> Token {
        let mut held = self.lock();
        if held.read.elapsed() >= FRESH {
            self.read_into(&mut held);
        }
        held.token.clone()
    }

    /// The token as the file has it now; the last good one where it has none.
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
                tracing::warn!("{error}; until then the last one counts");
            }
            Err(_) => {}
        }
    }
}

/// A pipe gives what it has once, and then may keep its reader for ever.
fn read_again(path: &Path) -> Result<Token, NoToken> {
    match path.metadata() {
        Ok(file) if !file.is_file() => Err(no_token(path, "is no file to be read twice")),
        _ => read(path),
    }
}

fn read(path: &Path) -> Result<Token, NoToken> {
    let text = text(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => no_token(path, "is no text"),
        _ => no_token(path, &format!("cannot be read: {error}")),
    })?;
    let token = text.trim();
    if text.len() as u64 > LONGEST {
        Err(no_token(path, &format!("has more than {LONGEST} bytes")))
    } else if token.is_empty() {
        Err(no_token(path, "is empty"))
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Err(no_token(path, "has more in it than letters, digits and signs"))
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
