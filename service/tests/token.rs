//! Tokens in files, and changes of these files.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::Duration;

use service::TokenFile;
use tokio::time::advance;

/// A folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn file(test: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder(test).join("token");
    fs::write(&path, text).unwrap();
    path
}

fn text(file: &TokenFile) -> String {
    file.token().text().to_owned()
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn white_space_around_a_token_is_ignored() {
    for around in ["s3cret=", "s3cret=\n", "\n  s3cret=\t\r\n"] {
        assert_eq!(text(&TokenFile::open(&file("around", around)).unwrap()), "s3cret=");
    }
}

#[tokio::test(start_paused = true)]
async fn the_refusal_of_a_file_without_a_token_names_its_path_and_the_fix() {
    let long = "x".repeat(4097);
    let bad: [(&[u8], &str); 6] = [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"two words", "letters, digits and punctuation"),
        (b"two\nlines", "letters, digits and punctuation"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (long.as_bytes(), "more than 4096 bytes"),
    ];
    for (bytes, why) in bad {
        let path = file("bad", bytes);
        let refused = TokenFile::open(&path).unwrap_err().to_string();
        assert!(refused.contains(path.to_str().unwrap()) && refused.contains(why), "{refused}");
        assert!(refused.ends_with("; put the token there, in one line"), "{refused}");
        assert!(!refused.contains('\n'), "{refused}");
    }
    for missing in [folder("bad"), folder("bad").join("none")] {
        let refused = TokenFile::open(&missing).unwrap_err().to_string();
        assert!(refused.contains("cannot be read"), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_file_is_used_after_a_second() {
    let path = file("changed", "old");
    let token = TokenFile::open(&path).unwrap();
    fs::write(&path, "new").unwrap();
    assert_eq!(text(&token), "old");
    assert_eq!(token.token_now().text(), "new", "at once on demand");
    fs::write(&path, "newer").unwrap();
    advance(SECOND).await;
    assert_eq!(text(&token), "newer");
}

/// The file is a link into a folder that is itself behind a link, and only that link changes.
#[tokio::test(start_paused = true)]
async fn a_changed_secret_of_kubernetes_is_used() {
    let folder = folder("secret");
    for (name, token) in [("..1", "one"), ("..2", "two")] {
        fs::create_dir(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("token"), token).unwrap();
    }
    symlink("..1", folder.join("..data")).unwrap();
    symlink("..data/token", folder.join("token")).unwrap();
    let token = TokenFile::open(&folder.join("token")).unwrap();
    assert_eq!(text(&token), "one");
    symlink("..2", folder.join("..data_tmp")).unwrap();
    fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
    advance(SECOND).await;
    assert_eq!(text(&token), "two");
}

#[tokio::test(start_paused = true)]
async fn while_the_file_has_no_token_the_last_good_one_is_used() {
    let path = file("gone", "good");
    let token = TokenFile::open(&path).unwrap();
    fs::write(&path, "").unwrap();
    advance(SECOND).await;
    assert_eq!(text(&token), "good");
    fs::remove_file(&path).unwrap();
    advance(SECOND).await;
    assert_eq!(text(&token), "good");
    fs::create_dir(&path).unwrap();
    advance(SECOND).await;
    assert_eq!(text(&token), "good");
    fs::remove_dir(&path).unwrap();
    fs::write(&path, "better").unwrap();
    advance(SECOND).await;
    assert_eq!(text(&token), "better");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_never_printed() {
    let token = TokenFile::open(&file("printed", "s3cret")).unwrap();
    assert!(!format!("{token:?} {:?}", token.token()).contains("s3cret"));
}
