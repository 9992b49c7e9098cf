//! Where a node is, and which of its lives is meant.

use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::mix::{Mixer, mix};

/// The longest host text, in bytes: that of a fully qualified domain name.
pub const HOST_BYTES_MAX: usize = 255;

/// MDL-1: host and port of a node, one thin shared pointer, cheap to clone.
///
/// Ordered by host, then port (MDL-6).
#[derive(Clone, Deserialize)]
#[serde(try_from = "(Arc<str>, u16)")]
pub struct Address(Arc<Place>);

struct Place {
    /// Shared by the addresses of one table that was read.
    host: Arc<str>,
    /// The first bytes of the host, which nearly always tell two apart.
    start: u64,
    port: u16,
    hash: u64,
}

/// Why a text is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// A host must not be empty: a node without a host can't be reached by others (MDL-3).
    EmptyHost,
    /// A host is longer than [`HOST_BYTES_MAX`].
    HostTooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The text is not of the form `host:port`.
    NotHostAndPort,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyHost => f.write_str("the host of an address is empty (MDL-3)"),
            Self::HostTooLong { bytes } => {
                write!(f, "the host of an address has {bytes} bytes, more than {HOST_BYTES_MAX} (MDL-3)")
            }
            Self::NotHostAndPort => {
                f.write_str("an address is written host:port, with a port from 0 to 65535 (MDL-5)")
            }
        }
    }
}

impl core::error::Error for AddressError {}

impl Address {
    /// An address of a host text and a port.
    ///
    /// # Errors
    /// An empty host, or one of more than [`HOST_BYTES_MAX`] bytes.
    pub fn new(host: &str, port: u16) -> Result<Self, AddressError> {
        Self::with_host(host.into(), port)
    }

    pub(super) fn with_host(host: Arc<str>, port: u16) -> Result<Self, AddressError> {
        if host.is_empty() {
            return Err(AddressError::EmptyHost);
        }
        if host.len() > HOST_BYTES_MAX {
            return Err(AddressError::HostTooLong { bytes: host.len() });
        }
        let mut mixer = Mixer::new(1);
        mixer.text(&host);
        mixer.word(u64::from(port));
        let start = start_of(&host);
        Ok(Self(Arc::new(Place { host, start, port, hash: mixer.finish() })))
    }

    /// The host text.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }

    pub(super) fn shared_host(&self) -> &Arc<str> {
        &self.0.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// A fixed hash of host and port, the same on every machine.
    #[inline]
    #[must_use]
    pub fn hash64(&self) -> u64 {
        self.0.hash
    }

    /// Whether another address is this very pointer. One that is not may still be equal.
    #[inline]
    pub(crate) fn is_identical(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// MDL-4, EVT-85: whether a user may name this host in a command. A host whose last label holds an underscore can't be
    /// resolved by everybody, so joining it is refused.
    #[must_use]
    pub fn host_can_be_joined(&self) -> bool {
        let last_label = self.host().rsplit('.').next().unwrap_or_default();
        !last_label.contains('_')
    }
}

impl core::str::FromStr for Address {
    type Err = AddressError;

    /// MDL-5, CFG-24: parses `host:port`, and nothing else; the port follows the last colon.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (host, port) = text.rsplit_once(':').ok_or(AddressError::NotHostAndPort)?;
        // The parts of a URI: `pekko://shop@a:1` is no host of that name.
        if host.contains(['/', '@']) || host.contains(char::is_whitespace) {
            return Err(AddressError::NotHostAndPort);
        }
        Self::new(host, port.parse().map_err(|_| AddressError::NotHostAndPort)?)
    }
}

impl TryFrom<(Arc<str>, u16)> for Address {
    type Error = AddressError;

    fn try_from((host, port): (Arc<str>, u16)) -> Result<Self, AddressError> {
        Self::with_host(host, port)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.host(), self.port()).serialize(serializer)
    }
}

impl PartialEq for Address {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.hash == other.0.hash && self.0.port == other.0.port && self.0.host == other.0.host)
    }
}

impl Eq for Address {}

impl Ord for Address {
    /// MDL-6, CFG-25: host, then port.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        let hosts = || {
            if Arc::ptr_eq(&self.0.host, &other.0.host) {
                return Ordering::Equal;
            }
            let longest = self.0.host.len().max(other.0.host.len());
            // Equal starts of which nothing is left out, nor filled up, are equal hosts.
            if longest <= START_BYTES && self.0.host.len() == other.0.host.len() {
                return Ordering::Equal;
            }
            host_order(&self.0.host, &other.0.host)
        };
        self.0.start.cmp(&other.0.start).then_with(hosts).then_with(|| self.0.port.cmp(&other.0.port))
    }
}

impl PartialOrd for Address {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl core::hash::Hash for Address {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl fmt::Display for Address {
    /// MDL-2: `host:port`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.host, self.0.port)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// MDL-7: hosts compare by UTF-16 code units. That is the order of their bytes, except that characters outside the
/// basic plane (first byte F0 and above) come before those from U+E000 on (first byte EE or EF).
pub(crate) fn host_order(a: &str, b: &str) -> Ordering {
    let differing = a.bytes().zip(b.bytes()).find(|(x, y)| x != y);
    differing.map_or_else(|| a.len().cmp(&b.len()), |(x, y)| rank(x).cmp(&rank(y)))
}

/// MDL-7: the place of a byte of UTF-8 in the order of hosts. Bytes from F5 on are in no text.
const fn rank(byte: u8) -> u8 {
    match byte {
        0xEE | 0xEF => byte + 5,
        0xF0..=0xF4 => byte - 2,
        _ => byte,
    }
}

const START_BYTES: usize = 8;

/// The first bytes of a host as a number that is ordered as they are, filled up with zeros.
fn start_of(host: &str) -> u64 {
    let bytes = host.bytes().map(rank).chain(core::iter::repeat(0));
    bytes.take(START_BYTES).fold(0, |start, byte| start << 8 | u64::from(byte))
}

/// One incarnation of a node: its address, and a number that its host draws anew at every start.
///
/// Ordered by address, then `uid` as a signed number (MDL-10); two are equal when neither comes first (MDL-11).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UniqueAddress {
    /// Where the node is.
    pub address: Address,
    /// Which of its lives: random, and never used twice for one address (MDL-9).
    pub uid: i64,
}

impl UniqueAddress {
    /// An incarnation of the node at an address.
    #[must_use]
    pub const fn new(address: Address, uid: i64) -> Self {
        Self { address, uid }
    }

    /// VCL-2: the fixed hash of address and uid that stands for this incarnation in vector clocks.
    #[inline]
    #[must_use]
    pub fn key(&self) -> NodeKey {
        NodeKey(mix(self.address.0.hash, self.uid as u64))
    }
}

impl fmt::Display for UniqueAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.address, self.uid)
    }
}

impl fmt::Debug for UniqueAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A fixed 64-bit hash of a unique address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeKey(pub u64);

impl fmt::Display for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    /// MDL-6
    #[test]
    fn addresses_are_ordered_by_host_then_port_as_a_number() {
        let mut list: Vec<Address> =
            ["b:1", "a:10000", "a:9000", "10.0.0.9:1", "10.0.0.10:1"].map(address).into();
        list.sort();
        let texts: Vec<_> = list.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["10.0.0.10:1", "10.0.0.9:1", "a:9000", "a:10000", "b:1"]);
    }

    /// MDL-7
    #[test]
    fn hosts_are_ordered_by_utf16_code_units() {
        let samples = [
            "a",
            "aa",
            "b",
            "\u{D7FF}",
            "\u{E000}",
            "\u{FFFF}",
            "\u{10000}",
            "\u{10FFFF}",
            "x\u{E000}",
            "x\u{1F600}",
        ];
        for a in samples {
            for b in samples {
                let expected = a.encode_utf16().cmp(b.encode_utf16());
                assert_eq!(host_order(a, b), expected, "{a:?} and {b:?}");
                let of = |host| Address::new(host, 1).unwrap();
                assert_eq!(of(a).cmp(&of(b)), expected, "{a:?} and {b:?}");
            }
        }
    }

    /// MDL-10, CFG-25
    #[test]
    fn uids_are_ordered_as_signed_numbers_behind_host_and_port() {
        let node = |uid| UniqueAddress::new(address("a:1"), uid);
        assert!(UniqueAddress::new(address("a:1"), 9) < UniqueAddress::new(address("a:2"), -9));
        assert!(UniqueAddress::new(address("a:2"), 9) < UniqueAddress::new(address("b:1"), -9));
        assert!(node(-3) < node(0));
        assert!(node(i64::MIN) < node(-3));
    }

    /// MDL-9
    #[test]
    fn two_incarnations_of_one_address_are_different_nodes() {
        let one = UniqueAddress::new(address("a:1"), 1);
        let two = UniqueAddress::new(address("a:1"), 2);
        assert_ne!(one, two);
        assert_ne!(one.key(), two.key());
        assert_eq!(one, UniqueAddress::new(address("a:1"), 1));
    }

    /// MDL-4, EVT-85
    #[test]
    fn a_host_with_an_underscore_in_its_last_label_is_refused() {
        for host in ["in_valid", "invalid._org"] {
            assert!(!Address::new(host, 1).unwrap().host_can_be_joined(), "{host}");
        }
        for host in ["localhost", "is_valid.org", "fu.is_valid.org", "fu_.is_valid.org"] {
            assert!(Address::new(host, 1).unwrap().host_can_be_joined(), "{host}");
        }
    }

    /// MDL-1, MDL-2, MDL-5, CFG-24
    #[test]
    fn an_address_is_read_as_it_is_written() {
        for text in ["a:0", "10.0.0.9:65535", "::1:7355", "host.example:1"] {
            assert_eq!(address(text).to_string(), text);
        }
        assert_eq!((address("::1:7355").host(), address("::1:7355").port()), ("::1", 7355));
        assert_eq!(address("a:1"), Address::new("a", 1).unwrap());
        assert!(address("a:1") != address("a:2") && address("a:1") != address("b:1"));
        for text in ["a", "", ":1", "a:", "a:-1", "a:65536", "a:1x", "a:1/user", "pekko://s@a:1", "a b:1"] {
            assert!(text.parse::<Address>().is_err(), "{text:?}");
        }
    }

    /// MDL-3
    #[test]
    fn an_address_without_a_host_cannot_be_made() {
        assert_eq!(Address::new("", 1), Err(AddressError::EmptyHost));
        let long = "x".repeat(256);
        assert_eq!(Address::new(&long, 1), Err(AddressError::HostTooLong { bytes: 256 }));
        assert_eq!("a".parse::<Address>(), Err(AddressError::NotHostAndPort));
        assert_eq!("a:70000".parse::<Address>(), Err(AddressError::NotHostAndPort));
    }
}
