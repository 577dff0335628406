//! A queue that requires a token.

mod calls;
mod clients;
mod start;

use std::fs;
use std::path::{Path, PathBuf};

/// A file for this test only.
fn file(test: &str, token: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("token-{test}"));
    fs::write(&path, token).unwrap();
    path
}
