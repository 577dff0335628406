//! What the program is called. As `box`, a sixth name in the image, it runs the whole demo in one
//! container.

use std::ffi::OsString;
use std::path::Path;

use crate::args::Args;

/// What `box` is short for. In a container the page has to listen on all addresses, and its host
/// comes in by the gateway; the other programs stay on loopback.
const BOX: [&str; 6] = [
    "--scheduler=process",
    "--manifest=/usr/share/microscaling/demo.yaml",
    "--start-delay=1s",
    "--opening-load=producer=1",
    "--listen=0.0.0.0:8080",
    "--trust-gateway",
];

/// The command line, with what the program's name stands for; what is typed counts more.
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

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
