//! The default gateway of a container's network; requests from the container's host come from it.

use std::net::{IpAddr, Ipv4Addr};

/// Linux's routing table; each container has its own.
const ROUTES: &str = "/proc/net/route";

/// The gateway of the default route; `None` without such a route.
pub fn default_gateway() -> Option<IpAddr> {
    of_table(&std::fs::read_to_string(ROUTES).ok()?)
}

/// Parses the table: interface, destination, gateway, ...; addresses are little-endian hex.
fn of_table(table: &str) -> Option<IpAddr> {
    let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    let mut gateways = rows.filter_map(|row| match row[..] {
        [_, "00000000", gateway, ..] => u32::from_str_radix(gateway, 16).ok(),
        _ => None,
    });
    let gateway = gateways.find(|gateway| *gateway != 0)?;
    Some(Ipv4Addr::from(gateway.to_le_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_is_that_of_the_default_route() {
        let table = "Iface Destination Gateway Flags RefCnt Use Metric Mask\n\
                     eth0 000011AC 00000000 0001 0 0 0 0000FFFF\n\
                     eth0 00000000 010011AC 0003 0 0 0 00000000\n";
        assert_eq!(of_table(table), Some("172.17.0.1".parse().unwrap()));
        assert_eq!(of_table("Iface Destination Gateway\n"), None);
    }
}
