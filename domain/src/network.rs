//! Networks by their addresses: `10.1.0.0/16`, `fd00::/8`. IPv4 and IPv6 alike.

use std::fmt;
use std::net::IpAddr;

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads a network as it is written: an address and how many of its bits count; all of them for an address
    /// alone.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = width(address);
        let prefix = match prefix {
            // Only digits: a sign or a blank is a slip of whoever typed it.
            Some(prefix) if prefix.bytes().all(|b| b.is_ascii_digit()) => prefix.parse().ok()?,
            Some(_) => return None,
            None => bits,
        };
        (prefix <= bits).then(|| Self { first: cut(address, prefix), prefix })
    }

    /// Whether an address lies in the network.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = if self.first.is_ipv4() { address.to_canonical() } else { address };
        address.is_ipv4() == self.first.is_ipv4() && cut(address, self.prefix) == self.first
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The address with all bits after the prefix at 0.
fn cut(address: IpAddr, prefix: u8) -> IpAddr {
    let rest = u32::from(width(address).saturating_sub(prefix));
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(rest).unwrap_or(0);
            IpAddr::V4((v4.to_bits() & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(rest).unwrap_or(0);
            IpAddr::V6((v6.to_bits() & mask).into())
        }
    }
}

/// Whether somebody at an address is where they should be: anywhere, if no network is named. An address that
/// cannot be read lies in none.
#[must_use]
pub fn is_within(networks: &[Network], address: &str) -> bool {
    networks.is_empty()
        || address
            .trim()
            .parse::<IpAddr>()
            .is_ok_and(|address| networks.iter().any(|network| network.contains(address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::parse(text).unwrap()
    }

    #[test]
    fn an_address_lies_in_a_network_by_its_first_bits() {
        for (net, address, within) in [
            ("10.1.0.0/16", "10.1.0.0", true),
            ("10.1.0.0/16", "10.1.255.255", true),
            ("10.1.0.0/16", "10.2.0.0", false),
            ("10.1.0.0/16", "10.0.255.255", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.2.128/25", "10.1.2.127", false),
            ("10.1.2.128/25", "10.1.2.129", true),
            ("10.1.2.99/24", "10.1.2.1", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("10.1.0.0/16", "::ffff:10.1.2.3", true),
            ("10.1.0.0/16", "::ffff:10.2.2.3", false),
            ("fd00::/8", "fd12:3456::1", true),
            ("fd00::/8", "fe80::1", false),
            ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "10.1.2.3", false),
            ("::1/128", "::1", true),
        ] {
            assert_eq!(is_within(&[network(net)], address), within, "{address} in {net}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "centre",
            "10.1.0.0/33",
            "10.1.0/16",
            "10.1.0.0/",
            "10.1.0.0/-1",
            "10.1.0.0/+8",
            "::/129",
            "/8",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
        assert_eq!(network(" 10.1.2.99/24 ").to_string(), "10.1.2.0/24");
        assert_eq!(network("::1").to_string(), "::1/128");
    }

    #[test]
    fn without_networks_everybody_is_where_they_should_be() {
        assert!(is_within(&[], "203.0.113.9"));
        assert!(is_within(&[], ""));
        assert!(!is_within(&[network("10.0.0.0/8")], ""), "an address that is not known lies in none");
        assert!(is_within(&[network("10.0.0.0/8"), network("192.0.2.0/24")], "192.0.2.7"));
    }
}
