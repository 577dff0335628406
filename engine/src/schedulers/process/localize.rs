//! Cluster addresses into local ones: a Service's name becomes 127.0.0.1 and a free port.

use std::collections::BTreeMap;
use std::net::SocketAddr;

/// A Service's name, its namespace and its port.
pub type ServicePort = (String, String, u16);

/// Where the Services of a manifest are on this machine.
pub type Addresses = BTreeMap<ServicePort, SocketAddr>;

/// Puts local addresses in the place of `SERVICE:PORT`, with or without the cluster's domain.
pub fn localize(text: &str, addresses: &Addresses) -> String {
    addresses.iter().fold(text.to_owned(), |text, ((service, space, port), address)| {
        let names = [
            format!("{service}:{port}"),
            format!("{service}.{space}:{port}"),
            format!("{service}.{space}.svc:{port}"),
            format!("{service}.{space}.svc.cluster.local:{port}"),
        ];
        names.iter().fold(text, |text, name| replace_host(&text, name, &address.to_string()))
    })
}

/// Replaces `name` where it stands alone: `queue:4151` is no part of `my-queue:41510`.
fn replace_host(text: &str, name: &str, address: &str) -> String {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let alone = !before.chars().next_back().is_some_and(part_of_name)
            && !after.chars().next().is_some_and(|c| c.is_ascii_digit());
        result.push_str(before);
        result.push_str(if alone { address } else { name });
        rest = after;
    }
    result + rest
}

/// Puts a local directory in the place of each path that is `from` or below it.
pub fn relocate(text: &str, from: &str, to: &str) -> String {
    let begins = |before: &str| before.is_empty() || before.ends_with(['=', ':', ',']);
    let ends = |after: &str| after.is_empty() || after.starts_with(['/', ':', ',']);
    let found = text.match_indices(from);
    let mut places = found.filter(|(at, _)| begins(&text[..*at]) && ends(&text[at + from.len()..]));
    match places.next() {
        Some((at, _)) => {
            let rest = relocate(&text[at + from.len()..], from, to);
            format!("{}{to}{rest}", &text[..at])
        }
        None => text.to_owned(),
    }
}

/// Takes `--listen` out of a command line; the box says where its programs listen.
pub fn without_listen(args: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--listen" {
            args.next();
        } else if !arg.starts_with("--listen=") {
            kept.push(arg.clone());
        }
    }
    kept
}

/// Puts values in the place of `$(NAME)`, as Kubernetes does in commands and arguments;
/// names without a value stay as they are, and `$$` is a dollar sign.
pub fn expand(text: &str, env: &[(String, String)]) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        result.push_str(before);
        let name = after.strip_prefix('(').and_then(|s| s.split_once(')')).map(|(name, _)| name);
        let value = name.and_then(|name| env.iter().rev().find(|(key, _)| key == name));
        rest = match (value, name) {
            (Some((_, value)), Some(name)) => {
                result.push_str(value);
                &after[name.len() + 2..]
            }
            _ => {
                result.push('$');
                after.strip_prefix('$').unwrap_or(after)
            }
        };
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        let service = ("queue".to_owned(), "default".to_owned(), 4151);
        Addresses::from([(service, "127.0.0.1:5000".parse().unwrap())])
    }

    #[test]
    fn a_service_s_name_becomes_a_local_address() {
        let cases = [
            ("http://queue:4151", "http://127.0.0.1:5000"),
            ("--queue-url=http://queue:4151/", "--queue-url=http://127.0.0.1:5000/"),
            ("http://queue.default.svc.cluster.local:4151", "http://127.0.0.1:5000"),
            ("http://queue.default.svc:4151", "http://127.0.0.1:5000"),
            ("queue:4151,queue:4151", "127.0.0.1:5000,127.0.0.1:5000"),
        ];
        for (text, local) in cases {
            assert_eq!(localize(text, &addresses()), local);
        }
    }

    #[test]
    fn what_only_looks_like_a_service_stays() {
        for text in ["my-queue:4151", "queue:41510", "queue", "http://queue.other:4151"] {
            assert_eq!(localize(text, &addresses()), text);
        }
    }

    #[test]
    fn a_mounted_path_becomes_a_local_one_and_no_other_does() {
        let cases = [
            ("--data-dir=/data", "--data-dir=/tmp/x"),
            ("/data/log:/data", "/tmp/x/log:/tmp/x"),
            ("/database", "/database"),
            ("/var/data", "/var/data"),
        ];
        for (text, local) in cases {
            assert_eq!(relocate(text, "/data", "/tmp/x"), local);
        }
    }

    #[test]
    fn a_listen_flag_is_taken_out_in_both_spellings() {
        let args = ["--a", "--listen", "0.0.0.0:1", "--listen=0.0.0.0:2", "--b"];
        assert_eq!(without_listen(&args.map(String::from)), ["--a", "--b"]);
    }

    #[test]
    fn variables_are_expanded_as_kubernetes_does() {
        let env = [("A".to_owned(), "1".to_owned())];
        let cases = [("$(A)-$(A)", "1-1"), ("$(B)", "$(B)"), ("$$(A)", "$(A)"), ("a$", "a$")];
        for (text, expanded) in cases {
            assert_eq!(expand(text, &env), expanded, "{text}");
        }
    }
}
