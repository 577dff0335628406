//! Replaces cluster addresses by local addresses: a Service becomes 127.0.0.1 and a free port.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;

use client::Url;
use manifest::Container;

use super::folders::variable;

/// A Service's name, its namespace and its port.
pub type ServicePort = (String, String, u16);

/// The local addresses of a manifest's Services.
pub type Addresses = BTreeMap<ServicePort, SocketAddr>;

/// A host and its port, found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The position of the host and port in the text.
    place: Range<usize>,
    /// The host, as the text spells it.
    pub host: String,
    /// The port; if the text has none, the default port of the URL's scheme.
    pub port: u16,
}

impl Address {
    /// The Service that a pod of the namespace `from` would reach at this address; `None` if the
    /// host cannot be the name of a Service.
    pub fn service(&self, from: &str) -> Option<ServicePort> {
        let (name, namespace) = service(&self.host, from)?;
        Some((name, namespace, self.port))
    }
}

/// The name and namespace of the Service that a host name can mean in a pod in the namespace
/// `from`. A name that ends with a dot is complete; to other names a cluster adds its domains.
pub fn service(host: &str, from: &str) -> Option<(String, String)> {
    let host = host.to_ascii_lowercase();
    let (name, is_whole) = host.strip_suffix('.').map_or((&*host, false), |name| (name, true));
    let parts: Vec<&str> = name.split('.').collect();
    let (name, namespace) = match parts[..] {
        [name, namespace, "svc", "cluster", "local"] => (name, namespace),
        _ if is_whole => return None,
        [name] => (name, from),
        [name, namespace] | [name, namespace, "svc"] => (name, namespace),
        _ => return None,
    };
    Some((name.to_owned(), namespace.to_owned()))
}

/// Replaces the Services in a text with local addresses. It finds every spelling of a Service that
/// works in a cluster for a pod of the namespace `from`.
pub fn localize(text: &str, addresses: &Addresses, from: &str) -> String {
    let mut result = usual(text);
    for address in addresses_in(&result).iter().rev() {
        let local = address.service(from).and_then(|service| addresses.get(&service));
        if let Some(local) = local {
            result.replace_range(address.place.clone(), &local.to_string());
        }
    }
    result
}

/// The addresses in a text, in order: the hosts of URLs, and other hosts that a port follows.
pub fn addresses_in(text: &str) -> Vec<Address> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(next) = text[at..].find("://").map(|next| at + next) {
        found.extend(with_ports(text, at..next));
        let begin = next + 3;
        let ends = |c: char| "/?#\\,;\"'<>".contains(c) || c.is_whitespace();
        let end = text[begin..].find(ends).map_or(text.len(), |end| begin + end);
        let scheme = text[..next].rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
        found.extend(authority(text, begin..end, scheme.unwrap_or_default()));
        at = end;
    }
    found.extend(with_ports(text, at..text.len()));
    found
}

/// The host and port of the URL whose part after `://` is at `place`; leaves a user name out.
fn authority(text: &str, place: Range<usize>, scheme: &str) -> Option<Address> {
    let begin = text[place.clone()].rfind('@').map_or(place.start, |at| place.start + at + 1);
    let place = begin..place.end;
    let (host, port) = match text[place.clone()].rsplit_once(':') {
        Some((host, "")) => (host, default_port(scheme)?),
        Some((host, port)) => (host, port.parse().ok()?),
        None => (&text[place.clone()], default_port(scheme)?),
    };
    is_name(host).then(|| Address { place, host: host.to_owned(), port })
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}

/// The addresses `HOST:PORT` outside of URLs. Only whole names count: `my_queue:41510` does not
/// count as `queue:4151`.
fn with_ports(text: &str, part: Range<usize>) -> Vec<Address> {
    let colons = text[part.clone()].match_indices(':').map(|(at, _)| part.start + at);
    let address = |colon: usize| {
        let before = &text[part.start..colon];
        let host = before.rsplit(|c: char| !of_name(c) && c != '_').next()?;
        let digits = text[colon + 1..part.end].bytes().take_while(u8::is_ascii_digit).count();
        let end = colon + 1 + digits;
        let port = text[colon + 1..end].parse().ok()?;
        let ends = !text[end..part.end].chars().next().is_some_and(|c| of_name(c) || c == '_');
        let place = colon - host.len()..end;
        (ends && is_name(host)).then(|| Address { place, host: host.to_owned(), port })
    };
    colons.filter_map(address).collect()
}

fn is_name(host: &str) -> bool {
    !host.is_empty() && host.chars().all(of_name)
}

fn of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '.'
}

/// A URL in its usual spelling (programs also accept `HTTP:/Queue`); other texts are unchanged.
pub(super) fn usual(text: &str) -> String {
    let begin = text.find('=').filter(|_| text.starts_with('-')).map_or(0, |at| at + 1);
    let (flag, value) = text.split_at(begin);
    match Url::parse(value) {
        Ok(url) if url.scheme() == "http" && url.host_str().is_some_and(is_name) => {
            let ends = value.ends_with('/') || url.path() != "/" || url.query().is_some();
            let url = url.as_str();
            let url = if ends { url } else { url.strip_suffix('/').unwrap_or(url) };
            format!("{flag}{url}")
        }
        _ => text.to_owned(),
    }
}

/// Removes `--listen` from a command line, because the box chooses where its programs listen.
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

/// Replaces each `$(NAME)` with the value of that variable, as Kubernetes does in commands and
/// arguments. Names without a value stay, and `$$` becomes one dollar sign.
pub fn expand(text: &str, env: &[(String, String)]) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        result.push_str(before);
        let name = after.strip_prefix('(').and_then(|s| s.split_once(')')).map(|(name, _)| name);
        let value = name.and_then(|name| variable(env, name));
        rest = match (value, name) {
            (Some(value), Some(name)) => {
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

/// A container's arguments and variables, as its program would receive them in a cluster. As in
/// Kubernetes, a variable may use the variables before it; arguments may use all variables.
pub fn words_and_env(container: &Container) -> (Vec<String>, Vec<(String, String)>) {
    let links = container.links.clone().unwrap_or_default();
    let linked = links.len();
    let mut env: Vec<(String, String)> = links;
    for (key, value) in &container.env {
        let value = expand(value, &env);
        env.push((key.clone(), value));
    }
    let words = container.command.iter().skip(1).chain(&container.args);
    let words = words.map(|word| expand(word, &env)).collect();
    // The variables for Services are left out: programs get addresses in other ways.
    (words, env.split_off(linked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> String {
        let service = |port| ("queue".to_owned(), "talk".to_owned(), port);
        let local = "127.0.0.1:5000".parse().unwrap();
        let addresses = Addresses::from([(service(80), local), (service(4151), local)]);
        localize(text, &addresses, "talk")
    }

    #[test]
    fn a_service_becomes_a_local_address_in_all_spellings_of_a_cluster() {
        let cases = [
            ("http://queue", "http://127.0.0.1:5000"),
            ("http://queue/", "http://127.0.0.1:5000/"),
            ("http://queue:80", "http://127.0.0.1:5000"),
            ("http://queue:", "http://127.0.0.1:5000"),
            ("http://queue:04151", "http://127.0.0.1:5000"),
            ("http://queue.talk", "http://127.0.0.1:5000"),
            ("http://queue.talk.svc", "http://127.0.0.1:5000"),
            ("http://queue.talk.svc.cluster.local", "http://127.0.0.1:5000"),
            ("http://queue.talk.svc.cluster.local.:4151/", "http://127.0.0.1:5000/"),
            ("HTTP://Queue.TALK", "http://127.0.0.1:5000"),
            ("http:queue", "http://127.0.0.1:5000"),
            ("http:\\\\queue\\way", "http://127.0.0.1:5000/way"),
            ("http://user:word@queue/way?x=1#y", "http://user:word@127.0.0.1:5000/way?x=1#y"),
            ("--queue-url=http://queue:4151/", "--queue-url=http://127.0.0.1:5000/"),
            ("--queue-url=HTTP://QUEUE", "--queue-url=http://127.0.0.1:5000"),
            ("http://queue,http://queue/x", "http://127.0.0.1:5000,http://127.0.0.1:5000/x"),
            ("queue:4151,queue:4151", "127.0.0.1:5000,127.0.0.1:5000"),
            ("to queue.talk.svc:80 now", "to 127.0.0.1:5000 now"),
        ];
        for (text, expected) in cases {
            assert_eq!(local(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_that_only_looks_like_a_service_stays() {
        for text in [
            "my-queue:4151",
            "my_queue:4151",
            "queue:41510",
            "queue:4151th",
            "queue",
            "http://queue:81",
            "https://queue",
            "http://queue.other:4151",
            "http://queue.:4151",
            "http://queue.talk.svc.:4151",
            "http://queue.example.org",
            "http://[::1]:4151",
            "http://other/queue:4151x",
        ] {
            assert_eq!(local(text), text);
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
