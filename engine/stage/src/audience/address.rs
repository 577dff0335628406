//! Where phones find this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Addresses for documentation: nobody is there, but the way to them is the way out of here.
const ELSEWHERE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

/// The URL of what listens here. Who listens on all addresses is found at the one by which this
/// machine would go out.
///
/// # Errors
/// When it has none.
pub fn url(listens: SocketAddr) -> anyhow::Result<String> {
    let ip = match listens.ip() {
        ip if !ip.is_unspecified() => ip,
        _ => ELSEWHERE.into_iter().find_map(way_out).ok_or_else(|| {
            anyhow::anyhow!(
                "this machine has no address that phones could find it at; name one that it will \
                 have, like --audience 192.168.1.7:{}",
                listens.port()
            )
        })?,
    };
    Ok(format!("http://{}/", SocketAddr::new(ip, listens.port())))
}

/// The address that packets to there would come from; none is sent.
fn way_out(there: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match there {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((there, 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_was_named_is_the_one_that_is_shown() {
        let url = |text: &str| url(text.parse().unwrap()).unwrap();
        assert_eq!(url("192.168.1.7:9000"), "http://192.168.1.7:9000/");
        assert_eq!(url("127.0.0.1:9000"), "http://127.0.0.1:9000/");
        assert_eq!(url("[fd00::7]:9000"), "http://[fd00::7]:9000/");
    }

    #[test]
    fn all_addresses_are_shown_as_the_one_out_of_here_or_not_at_all() {
        match url("0.0.0.0:9000".parse().unwrap()) {
            Ok(url) => {
                let host = url.strip_prefix("http://").unwrap().strip_suffix("/").unwrap();
                let address: SocketAddr = host.parse().unwrap();
                assert!(!address.ip().is_unspecified() && !address.ip().is_loopback(), "{url}");
                assert_eq!(address.port(), 9000);
            }
            Err(error) => assert!(error.to_string().contains("--audience"), "{error}"),
        }
    }
}
