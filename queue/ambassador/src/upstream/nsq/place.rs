//! [`Place`]: where an nsqd is.

use client::Url;
use percent_encoding::percent_decode_str;

/// nsqd's own ports, for addresses that leave them out.
const TCP: u16 = 4150;
const HTTP: u16 = 4151;

/// The two addresses of an nsqd, and the secret that it may want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// `HOST:PORT`, for its own protocol.
    pub(super) tcp: String,
    /// Its HTTP API, which has its numbers and empties channels.
    pub(super) http: Url,
    pub(super) secret: Option<String>,
    /// The address without the secret, for messages.
    pub(super) shown: String,
}

impl Place {
    /// Reads `nsq://[:SECRET@]HOST[:PORT][?http=PORT]`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn of(url: &Url) -> Result<Place, String> {
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| "the address names no host".to_owned())?;
        if !matches!(url.path(), "" | "/") {
            return Err("an address of NSQ has no path".to_owned());
        }
        let mut http = HTTP;
        for (name, value) in url.query_pairs() {
            if name != "http" {
                return Err(format!("an address of NSQ has no {name}; it may have ?http=PORT"));
            }
            let port = value.parse().map_err(|_| format!("?http={value} is no port"))?;
            http = port;
        }
        let tcp = url.port().unwrap_or(TCP);
        let http = Url::parse(&format!("http://{host}:{http}/")).map_err(|it| it.to_string())?;
        let secret = url.password().or_else(|| Some(url.username()).filter(|it| !it.is_empty()));
        let secret = secret.map(|it| percent_decode_str(it).decode_utf8_lossy().into_owned());
        let shown = format!("nsq://{host}:{tcp}");
        Ok(Place { tcp: format!("{host}:{tcp}"), http, secret, shown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<Place, String> {
        Place::of(&Url::parse(text).unwrap())
    }

    #[test]
    fn ports_that_are_left_out_are_those_of_nsqd() {
        let place = place("nsq://there").unwrap();
        assert_eq!((&place.tcp[..], place.http.as_str()), ("there:4150", "http://there:4151/"));
        assert_eq!(place.secret, None);
    }

    #[test]
    fn a_secret_is_not_shown() {
        let place = place("nsq://:a%20b@[::1]:1?http=2").unwrap();
        assert_eq!((&place.tcp[..], place.http.as_str()), ("[::1]:1", "http://[::1]:2/"));
        assert_eq!((place.secret.as_deref(), &place.shown[..]), (Some("a b"), "nsq://[::1]:1"));
    }

    #[test]
    fn what_is_wrong_with_an_address_is_named() {
        for (text, named) in [
            ("nsq://there?htp=1", "htp"),
            ("nsq://there?http=x", "?http=x"),
            ("nsq://there/jobs", "path"),
            ("nsq:there", "host"),
        ] {
            let error = place(text).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
