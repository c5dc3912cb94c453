//! Which addresses a stranger may send us to: those of the public Internet, and no special-use ones
//! (RFC 6890 and IANA's registries that go with it).

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};

/// Looks names up and refuses the whole answer if any address of it is nobody's public one: an
/// attacker's name server mixes them. What it returns is what is connected to.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    /// Whether `localhost` may be itself.
    pub(super) allow_loopback: bool,
}

/// An answer that was refused.
#[derive(Debug, thiserror::Error)]
#[error("the name has no public address")]
struct Refused;

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let asked = name.to_owned();
            // The system's resolver blocks.
            let looking = tokio::task::spawn_blocking(move || (asked, 0).to_socket_addrs());
            let found = looking.await.map_err(ResolveDnsError::new)?;
            let addresses = found
                .map_err(ResolveDnsError::new)?
                .map(|address| address.ip())
                .collect();
            self.check(name, addresses).map_err(ResolveDnsError::new)
        })
    }
}

impl Resolver {
    fn check(&self, name: &str, addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Refused> {
        let here = self.allow_loopback && name == "localhost";
        let fit = |address: &IpAddr| {
            if here {
                address.is_loopback()
            } else {
                is_public(*address)
            }
        };
        if !addresses.is_empty() && addresses.iter().all(fit) {
            Ok(addresses)
        } else {
            Err(Refused)
        }
    }
}

/// Whether an error is, somewhere in its depths, a refused answer.
pub(super) fn is_refusal(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<Refused>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// Whether an address is one that anybody on the Internet can have.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let bits = u32::from(address);
            !SPECIAL_V4
                .iter()
                .any(|(net, length)| bits >> (32 - length) == u32::from(*net) >> (32 - length))
        }
        IpAddr::V6(address) => {
            let bits = u128::from(address);
            let within = |(net, length): &(Ipv6Addr, u32)| bits >> (128 - length) == u128::from(*net) >> (128 - length);
            within(&GLOBAL_V6) && !SPECIAL_V6.iter().any(within)
        }
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

/// IANA IPv4 Special-Purpose Address Registry, with multicast and what is reserved.
const SPECIAL_V4: [(Ipv4Addr, u32); 18] = [
    (v4(0, 0, 0, 0), 8),       // this network
    (v4(10, 0, 0, 0), 8),      // private use
    (v4(100, 64, 0, 0), 10),   // carrier-grade NAT
    (v4(127, 0, 0, 0), 8),     // loopback
    (v4(169, 254, 0, 0), 16),  // link-local, and every cloud's metadata service
    (v4(172, 16, 0, 0), 12),   // private use
    (v4(192, 0, 0, 0), 24),    // IETF protocol assignments
    (v4(192, 0, 2, 0), 24),    // documentation
    (v4(192, 31, 196, 0), 24), // AS112
    (v4(192, 52, 193, 0), 24), // automatic multicast tunnelling
    (v4(192, 88, 99, 0), 24),  // 6to4 relays
    (v4(192, 168, 0, 0), 16),  // private use
    (v4(192, 175, 48, 0), 24), // AS112
    (v4(198, 18, 0, 0), 15),   // benchmarking
    (v4(198, 51, 100, 0), 24), // documentation
    (v4(203, 0, 113, 0), 24),  // documentation
    (v4(224, 0, 0, 0), 4),     // multicast
    (v4(240, 0, 0, 0), 4),     // reserved, and broadcast
];

/// Global unicast. All else is loopback, local, multicast, mapped or translated IPv4, or nobody's.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What of it is special (IANA IPv6 Special-Purpose Address Registry).
const SPECIAL_V6: [(Ipv6Addr, u32); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // IETF protocol assignments: Teredo, benchmarking, ORCHID …
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: an IPv4 address in disguise
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn every_special_range_is_refused_from_end_to_end() {
        for (first, last) in [
            ("0.0.0.0", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"),
            ("192.0.2.0", "192.0.2.255"),
            ("192.31.196.0", "192.31.196.255"),
            ("192.52.193.0", "192.52.193.255"),
            ("192.88.99.0", "192.88.99.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("192.175.48.0", "192.175.48.255"),
            ("198.18.0.0", "198.19.255.255"),
            ("198.51.100.0", "198.51.100.255"),
            ("203.0.113.0", "203.0.113.255"),
            ("224.0.0.0", "239.255.255.255"),
            ("240.0.0.0", "255.255.255.255"),
            ("::", "::"),
            ("::1", "::1"),
            // IPv4-compatible and IPv4-mapped.
            ("::1.2.3.4", "::255.255.255.255"),
            ("::ffff:0.0.0.0", "::ffff:255.255.255.255"),
            // NAT64, well-known and local-use.
            ("64:ff9b::", "64:ff9b::ffff:ffff"),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
            // Discard-only, and the dummy prefix beside it.
            ("100::", "100:0:0:1:ffff:ffff:ffff:ffff"),
            // Teredo, benchmarking, ORCHID, ORCHIDv2.
            ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"),
            ("2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
            // Segment routing, unique local, link-local, site-local, multicast.
            ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            assert!(!is_public(ip(first)), "{first}");
            assert!(!is_public(ip(last)), "{last}");
        }
    }

    #[test]
    fn the_neighbours_of_special_ranges_are_public() {
        for address in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "8.8.8.8",
            "2001:200::",
            "2001:4860:4860::8888",
            "2003::",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe:ffff::",
        ] {
            assert!(is_public(ip(address)), "{address}");
        }
    }

    #[test]
    fn one_bad_address_spoils_the_answer() {
        let check = |name: &str, allow_loopback, answer: &[&str]| {
            let addresses = answer.iter().map(|text| ip(text)).collect();
            Resolver { allow_loopback }.check(name, addresses).is_ok()
        };
        assert!(check("example.com", false, &["8.8.8.8", "2606:4700::1111"]));
        for answer in [
            &[][..],
            &["127.0.0.1"],
            &["8.8.8.8", "10.0.0.1"],
            &["169.254.169.254", "8.8.8.8"],
            &["8.8.8.8", "::ffff:8.8.8.8"],
            &["2606:4700::1111", "::1"],
        ] {
            assert!(!check("example.com", false, answer), "{answer:?}");
            assert!(!check("example.com", true, answer), "{answer:?}");
        }
    }

    #[test]
    fn only_localhost_may_be_here_and_only_where_that_is_allowed() {
        let check = |name: &str, allow_loopback, address: &str| {
            Resolver { allow_loopback }.check(name, vec![ip(address)]).is_ok()
        };
        assert!(check("localhost", true, "127.0.0.1") && check("localhost", true, "::1"));
        assert!(!check("localhost", false, "127.0.0.1"));
        assert!(!check("localhost", true, "10.0.0.1"));
        assert!(!check("localhost.example.com", true, "127.0.0.1"));
    }

    proptest! {
        /// The standard library knows some of the ranges; where it does, we agree.
        #[test]
        fn what_the_library_calls_local_is_not_public(bits: u32, low: u128) {
            let address = Ipv4Addr::from(bits);
            if address.is_private() || address.is_loopback() || address.is_link_local() || address.is_multicast()
                || address.is_documentation() || address.is_broadcast() || address.is_unspecified()
            {
                prop_assert!(!is_public(address.into()));
            }
            prop_assert!(!is_public(address.to_ipv6_mapped().into()));
            prop_assert!(!is_public(address.to_ipv6_compatible().into()));
            let six = Ipv6Addr::from(low);
            if six.is_unique_local() || six.is_unicast_link_local() || six.is_multicast() || six.is_loopback() {
                prop_assert!(!is_public(six.into()));
            }
        }
    }
}
