//! The system's sockets, where it lists them (Linux: `/proc/net/tcp`): on loopback they tell which
//! user of the machine is at the other end.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// A row may be missed while the list changes under the reader.
const LOOKS: usize = 3;
const ROOT: u32 = 0;

/// A TCP socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socket {
    /// Its own address.
    pub local: SocketAddr,
    /// The other end's.
    pub remote: SocketAddr,
    /// Whether it waits for connections.
    pub listens: bool,
    /// The number by which a process holds it.
    pub inode: u64,
    open: bool,
    uid: u32,
}

/// Reads one of the system's lists.
pub fn parse(table: &str) -> Vec<Socket> {
    table.lines().skip(1).filter_map(Socket::parse).collect()
}

/// Whether another user of this machine than ours is at the other end of our connection. Root, who
/// relays the connections of some desktops, is none. A system that keeps no list tells nothing.
pub(crate) fn is_of_another_user(peer: SocketAddr, own: SocketAddr) -> bool {
    for _ in 0..LOOKS {
        let [Ok(mut sockets), of_v6] = TABLES.map(std::fs::read_to_string) else {
            return false;
        };
        // A system without IPv6 has no list of it.
        sockets.push_str(&of_v6.unwrap_or_default());
        if let Some(same) = is_of_same_user(&parse(&sockets), peer, own) {
            return !same;
        }
    }
    true
}

/// Nothing if an end is not on the list, or is closed: a closed one belongs to nobody.
fn is_of_same_user(sockets: &[Socket], peer: SocketAddr, own: SocketAddr) -> Option<bool> {
    let owner = |local, remote| {
        let is_it = |socket: &&Socket| socket.open && (socket.local, socket.remote) == (local, remote);
        sockets.iter().find(is_it).map(|socket| socket.uid)
    };
    let (theirs, ours) = (owner(peer, own)?, owner(own, peer)?);
    Some(theirs == ours || theirs == ROOT)
}

impl Socket {
    fn parse(row: &str) -> Option<Self> {
        let fields: Vec<&str> = row.split_whitespace().collect();
        let state = *fields.get(3)?;
        Some(Self {
            local: address(fields.get(1)?)?,
            remote: address(fields.get(2)?)?,
            listens: state == "0A",
            open: state == "01",
            uid: fields.get(7)?.parse().ok()?,
            inode: fields.get(9)?.parse().ok()?,
        })
    }
}

/// Words of 32 bits in this machine's order, and a port. An IPv4 address is the same in either list.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let word = ip.get(at * 8..at * 8 + 8)?;
        Some(u32::from_str_radix(word, 16).ok()?.to_ne_bytes())
    };
    let ip = if ip.len() == 8 {
        IpAddr::from(Ipv4Addr::from(word(0)?))
    } else {
        let words = [word(0)?, word(1)?, word(2)?, word(3)?];
        let mut bytes = [0; 16];
        bytes
            .iter_mut()
            .zip(words.iter().flatten())
            .for_each(|(to, from)| *to = *from);
        IpAddr::from(Ipv6Addr::from(bytes)).to_canonical()
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Our port 8787 with a client of user 1001 at 40001, of root at 40002, of ours by IPv6 at 40003,
    /// and one at 40004 that has hung up.
    const LIST: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2253 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0 10 0
   1: 0100007F:2253 0100007F:9C41 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 20 4 30 10 -1
   2: 0100007F:9C41 0100007F:2253 01 00000000:00000000 00:00000000 00000000  1001        0 13 1 0 20 4 30 10 -1
   3: 0100007F:2253 0100007F:9C42 01 00000000:00000000 00:00000000 00000000  1000        0 14 1 0 20 4 30 10 -1
   4: 0100007F:9C42 0100007F:2253 01 00000000:00000000 00:00000000 00000000     0        0 15 1 0 20 4 30 10 -1
   5: 0100007F:2253 0100007F:9C43 01 00000000:00000000 00:00000000 00000000  1000        0 16 1 0 20 4 30 10 -1
   6: 0000000000000000FFFF00000100007F:9C43 0000000000000000FFFF00000100007F:2253 01 00000000:00000000 00:00000000 00000000  1000 0 17 1 0
   7: 0100007F:2253 0100007F:9C44 08 00000000:00000000 00:00000000 00000000  1000        0 18 1 0 20 4 30 10 -1
   8: 0100007F:9C44 0100007F:2253 04 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1
";

    #[test]
    #[cfg(target_endian = "little")]
    fn the_list_tells_who_is_at_the_other_end() {
        let sockets = parse(LIST);
        assert_eq!(sockets.len(), 9);
        let listening = sockets.iter().find(|socket| socket.listens).unwrap();
        assert_eq!((listening.local, listening.inode), (at(8787), 11));
        for (port, same) in [
            (40001, Some(false)),
            (40002, Some(true)),
            (40003, Some(true)),
            (40004, None),
            (40005, None),
        ] {
            assert_eq!(is_of_same_user(&sockets, at(port), at(8787)), same, "{port}");
        }
    }

    #[test]
    fn a_connection_of_this_process_is_of_no_other_user_until_it_is_closed() {
        let listener = std::net::TcpListener::bind(at(0)).unwrap();
        let own = listener.local_addr().unwrap();
        let client = std::net::TcpStream::connect(own).unwrap();
        let (_accepted, peer) = listener.accept().unwrap();
        assert!(!is_of_another_user(peer, own));
        drop(client);
        let listed = std::path::Path::new(TABLES[0]).exists();
        assert_eq!(is_of_another_user(peer, own), listed);
    }

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }
}
