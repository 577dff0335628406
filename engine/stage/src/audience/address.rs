//! The URL of the audience's page.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Addresses reserved for documentation. No machine has them, but the operating system's route to
/// them shows which address of this machine phones can reach.
const ELSEWHERE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

/// The URL at which phones reach a server that listens at `listens`. If the server listens on all
/// addresses, the URL has the address of this machine that phones can reach.
///
/// # Errors
/// When this machine has no address that phones can reach.
pub fn url(listens: SocketAddr) -> anyhow::Result<String> {
    let ip = match listens.ip() {
        ip if !ip.is_unspecified() => ip,
        _ => ELSEWHERE.into_iter().find_map(way_out).ok_or_else(|| {
            anyhow::anyhow!(
                "this machine has no network address for phones; give the one that it will have, \
                 like --audience 192.168.1.7:{}",
                listens.port()
            )
        })?,
    };
    Ok(format!("http://{}/", SocketAddr::new(ip, listens.port())))
}

/// This machine's address from which packets to `there` would be sent. Sends no packet.
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
    fn a_given_address_is_shown_as_it_is() {
        let url = |text: &str| url(text.parse().unwrap()).unwrap();
        assert_eq!(url("192.168.1.7:9000"), "http://192.168.1.7:9000/");
        assert_eq!(url("127.0.0.1:9000"), "http://127.0.0.1:9000/");
        assert_eq!(url("[fd00::7]:9000"), "http://[fd00::7]:9000/");
    }

    #[test]
    fn for_all_addresses_the_one_that_faces_the_network_is_shown() {
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
