//! [`Place`]: which SQS.

use client::Url;
use percent_encoding::percent_decode_str;

/// The region of requests to a server of one's own, which has none.
const NO_REGION: &str = "us-east-1";

/// Which SQS, and by whose credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) region: String,
    /// A server of one's own, as `http://HOST:PORT`. `None` is AWS.
    pub(super) endpoint: Option<String>,
    /// The access key and the secret key of the address. `None`: those that the SDK finds.
    pub(super) keys: Option<(String, String)>,
    /// The address without the keys, for messages.
    pub(super) shown: String,
}

impl Place {
    /// Reads `sqs:REGION`, or `sqs://[KEY:SECRET@]HOST:PORT`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn of(url: &Url) -> Result<Place, String> {
        if url.query().is_some() || url.fragment().is_some() {
            return Err("an address of SQS has neither ? nor #".to_owned());
        }
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Place::of_region(url.path());
        };
        if !matches!(url.path(), "" | "/") {
            return Err("an address of SQS has no path; the queues are named elsewhere".to_owned());
        }
        let port = url.port().ok_or_else(|| {
            format!("the server {host} needs a port; for SQS of AWS say sqs:REGION")
        })?;
        let text = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let keys = match (url.username(), url.password()) {
            ("", None) => None,
            (key, Some(secret)) if !key.is_empty() => Some((text(key), text(secret))),
            _ => return Err("credentials in an address of SQS are KEY:SECRET".to_owned()),
        };
        Ok(Place {
            region: NO_REGION.to_owned(),
            endpoint: Some(format!("http://{host}:{port}")),
            keys,
            shown: format!("sqs://{host}:{port}"),
        })
    }

    fn of_region(region: &str) -> Result<Place, String> {
        let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if region.is_empty() || !region.bytes().all(fits) {
            return Err(format!("{region:?} is no region of AWS; try sqs:eu-central-1"));
        }
        let shown = format!("sqs:{region}");
        Ok(Place { region: region.to_owned(), endpoint: None, keys: None, shown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<Place, String> {
        Place::of(&Url::parse(text).unwrap())
    }

    #[test]
    fn an_address_names_a_region_or_a_server() {
        let aws = place("sqs:eu-central-1").unwrap();
        assert_eq!((&aws.region[..], aws.endpoint, aws.keys), ("eu-central-1", None, None));
        let own = place("sqs://me:a%2Fb@127.0.0.1:9324").unwrap();
        assert_eq!(own.endpoint.as_deref(), Some("http://127.0.0.1:9324"));
        assert_eq!(own.keys, Some(("me".to_owned(), "a/b".to_owned())));
        assert_eq!(own.shown, "sqs://127.0.0.1:9324");
    }

    #[test]
    fn what_is_wrong_with_an_address_is_named() {
        for (text, named) in [
            ("sqs:", "region"),
            ("sqs:Frankfurt", "region"),
            ("sqs://eu-central-1", "sqs:REGION"),
            ("sqs://there:1/jobs", "path"),
            ("sqs://there:1?a=b", "?"),
            ("sqs://me@there:1", "KEY:SECRET"),
        ] {
            let error = place(text).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
