//! The names under which the program can be started. Under `box`, its name in the image, it runs
//! the whole demo in one container.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::args::Args;

/// The flags that the name `box` adds. In a container the page must listen on all addresses, and
/// requests from the container's host arrive from the gateway. Other programs stay on loopback.
const BOX: [&str; 6] = [
    "--scheduler=process",
    "--manifest=/usr/share/microscaling/demo.yaml",
    "--start-delay=1s",
    "--opening-load=producer=1",
    "--listen=0.0.0.0:8080",
    "--trust-gateway",
];

/// Reads the command line. Typed flags override those that the program's name adds.
pub fn command_line() -> Args {
    service::command_line::parse_from(words(std::env::args_os().collect()))
}

fn words(mut typed: Vec<OsString>) -> Vec<OsString> {
    let name = typed.first().map(Path::new).and_then(Path::file_name);
    if name.is_some_and(|name| name == "box") {
        typed.splice(1..1, BOX.map(OsString::from));
    }
    typed
}

/// The command with which a person starts this program from the current folder, quoted for a shell.
pub fn by_hand() -> String {
    let typed = std::env::args_os().next().map(PathBuf::from);
    let typed = typed.unwrap_or_else(|| PathBuf::from("engine"));
    pasted(&typed, &std::env::current_dir().unwrap_or_default())
}

/// The command that starts a script of the kit from the current folder, quoted for a shell.
pub fn script_by_hand(name: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    // The typed path is tried first: the build folder may be a link that leads out of the kit.
    let typed = std::env::args_os().next().map(|typed| here.join(typed));
    let programs = [typed, std::env::current_exe().ok()].into_iter().flatten();
    let folders = programs.flat_map(|it| it.ancestors().map(PathBuf::from).collect::<Vec<_>>());
    let mut scripts = folders.map(|folder| folder.join("scripts").join(name));
    let found = scripts.find(|script| script.is_file());
    found.map_or_else(|| format!("the kit's scripts/{name}"), |script| pasted(&script, &here))
}

/// A program's path as a command in the folder `here`; relative if the program is below `here`.
fn pasted(program: &Path, here: &Path) -> String {
    // Under its name `box` the program has no subcommands.
    let program = match program.file_name() {
        Some(name) if name == "box" => program.with_file_name("engine"),
        _ => program.to_owned(),
    };
    let below = program.strip_prefix(here).ok().filter(|_| !here.as_os_str().is_empty());
    let text = below.unwrap_or(&program).to_string_lossy().into_owned();
    // A shell would search PATH for a name without a slash.
    let bare = below.is_some() && !text.contains('/');
    quoted(if bare { format!("./{text}") } else { text })
}

/// Returns a word for a shell, quoted if the shell would change it otherwise.
fn quoted(word: String) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn a_line_to_paste_works_in_the_folder_where_it_is_printed() {
        let cases = [
            ("/kit/target/release/engine", "/kit", "target/release/engine"),
            ("/kit/target/release/engine", "/talk", "/kit/target/release/engine"),
            ("/kit/target/release/engine", "/", "kit/target/release/engine"),
            ("/kit/target/release/engine", "/kit/target/release", "./engine"),
            ("target/release/engine", "/kit", "target/release/engine"),
            ("../release/engine", "/kit/target/debug", "../release/engine"),
            ("engine", "/talk", "engine"),
            ("/usr/local/bin/box", "/src", "/usr/local/bin/engine"),
            ("/my kit/engine", "/talk", "'/my kit/engine'"),
            ("/it's $5/engine", "/talk", r"'/it'\''s $5/engine'"),
            ("~/engine", "/talk", "'~/engine'"),
        ];
        for (typed, here, line) in cases {
            assert_eq!(pasted(Path::new(typed), Path::new(here)), line, "{typed} in {here}");
        }
    }

    #[test]
    fn a_box_listens_where_its_host_can_reach_it_unless_told_otherwise() {
        let parse = |typed: &[&str]| {
            Args::parse_from(words(typed.iter().map(OsString::from).collect())).run
        };
        let run = parse(&["/usr/local/bin/box"]);
        assert!(run.trust_gateway);
        assert_eq!(run.service.listen, Some("0.0.0.0:8080".parse().unwrap()));
        let run = parse(&["box", "--listen", "127.0.0.1:9000"]);
        assert_eq!(run.service.listen, Some("127.0.0.1:9000".parse().unwrap()));
        assert!(!parse(&["engine"]).trust_gateway);
    }
}
