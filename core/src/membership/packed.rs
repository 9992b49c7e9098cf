//! How tables and clocks are written in binary formats: what members share is written once, keys have a fixed size.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::address::{Address, AddressError, NodeKey, UniqueAddress};
use super::member::{Member, shared_hash};
use super::roles::Roles;
use super::status::MemberStatus;
use super::version::AppVersion;

/// A table of members: hosts, sets of roles and versions once each, and members that name them by their place.
#[derive(Serialize, Deserialize)]
pub(super) struct Packed {
    hosts: Vec<Arc<str>>,
    roles: Vec<Roles>,
    app_versions: Vec<AppVersion>,
    members: Vec<PackedMember>,
}

#[derive(Serialize, Deserialize)]
struct PackedMember {
    host: u32,
    port: u16,
    /// Little-endian: as a varint a random number would be longer.
    uid: [u8; 8],
    roles: u32,
    app_version: u32,
    up_number: i32,
    status: MemberStatus,
}

/// Why packed members are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnpackError {
    /// A member names a shared part that is not there.
    NoSuchPart { part: &'static str, place: u32, parts: usize },
    /// A host is none.
    Address(AddressError),
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchPart { part, place, parts } => {
                write!(f, "a member names {part} {place}, but there are only {parts}")
            }
            Self::Address(error) => error.fmt(f),
        }
    }
}

/// Values that are written once: the place of each, by what tells them apart.
struct Once<K, T> {
    places: BTreeMap<K, u32>,
    list: Vec<T>,
    /// Members that follow each other are mostly of one kind.
    last: Option<(K, u32)>,
}

impl<K: Ord + Copy, T: Clone> Once<K, T> {
    const fn new() -> Self {
        Self { places: BTreeMap::new(), list: Vec::new(), last: None }
    }

    fn place(&mut self, key: K, value: &T) -> u32 {
        if let Some((last, place)) = self.last
            && last == key
        {
            return place;
        }
        let place = *self.places.entry(key).or_insert_with(|| {
            self.list.push(value.clone());
            self.list.len() as u32 - 1
        });
        self.last = Some((key, place));
        place
    }
}

impl Packed {
    /// The members, ascending, as they are written.
    pub(super) fn of(list: &[Member]) -> Self {
        let (mut roles, mut app_versions) = (Once::new(), Once::new());
        let mut hosts: Vec<Arc<str>> = Vec::new();
        let members = list.iter().map(|member| {
            let UniqueAddress { address, uid } = member.unique_address();
            // Members are in the order of their hosts, so those of one host stand side by side.
            if hosts.last().is_none_or(|last| **last != *address.host()) {
                hosts.push(address.shared_host().clone());
            }
            PackedMember {
                host: hosts.len() as u32 - 1,
                port: address.port(),
                uid: uid.to_le_bytes(),
                roles: roles.place(member.roles().names(), member.roles()),
                app_version: app_versions.place(member.app_version().as_str(), member.app_version()),
                up_number: member.up_number(),
                status: member.status(),
            }
        });
        let members = members.collect();
        Self { hosts, roles: roles.list, app_versions: app_versions.list, members }
    }

    /// The members that were written. Whether they are a table is not looked at.
    pub(super) fn unpack(self) -> Result<Vec<Member>, UnpackError> {
        let mut last = None;
        let unpack = |packed: &PackedMember| {
            let host = part("host", &self.hosts, packed.host)?;
            let address = Address::with_host(host.clone(), packed.port).map_err(UnpackError::Address)?;
            let node = UniqueAddress::new(address, i64::from_le_bytes(packed.uid));
            let roles = part("roles", &self.roles, packed.roles)?;
            let app_version = part("app version", &self.app_versions, packed.app_version)?;
            let kind = (packed.roles, packed.app_version);
            let hash = match last {
                Some((same, hash)) if same == kind => hash,
                _ => shared_hash(roles, app_version),
            };
            last = Some((kind, hash));
            let (roles, app_version) = (roles.clone(), app_version.clone());
            Ok(Member::with_shared(node, roles, app_version, hash, packed.up_number, packed.status))
        };
        self.members.iter().map(unpack).collect()
    }
}

fn part<'a, T>(part: &'static str, list: &'a [T], place: u32) -> Result<&'a T, UnpackError> {
    let found = usize::try_from(place).ok().and_then(|at| list.get(at));
    found.ok_or(UnpackError::NoSuchPart { part, place, parts: list.len() })
}

/// The entries of a clock as bytes: for each its key in eight, little-endian, then its count in as few as it needs, seven
/// bits in each, the lowest first.
pub(super) fn clock_bytes(entries: &[(NodeKey, u64)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * 10);
    for (key, count) in entries {
        bytes.extend_from_slice(&key.0.to_le_bytes());
        let mut rest = *count;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    bytes
}

/// The entries that [`clock_bytes`] has written; `None` when the bytes end within one, or a count is above 64 bits.
pub(super) fn clock_entries(mut bytes: &[u8]) -> Option<Vec<(NodeKey, u64)>> {
    let mut entries = Vec::with_capacity(bytes.len() / 9);
    while let Some((key, mut rest)) = bytes.split_first_chunk() {
        let mut count = 0;
        let mut shift = 0;
        loop {
            let (&byte, after) = rest.split_first()?;
            let bits = u64::from(byte & 0x7F);
            if shift > 63 || (shift == 63 && bits > 1) {
                return None;
            }
            count |= bits << shift;
            (rest, shift) = (after, shift + 7);
            if byte < 0x80 {
                break;
            }
        }
        entries.push((NodeKey(u64::from_le_bytes(*key)), count));
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::Members;
    use crate::testing::{members, proptest_config};
    use alloc::string::ToString;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn what_members_share_is_written_once() {
        let list = members("a:up:1:web a#2:joining::web b:up:2:web c:down:3:db");
        let packed = Packed::of(&list);
        assert_eq!((packed.hosts.len(), packed.roles.len(), packed.app_versions.len()), (3, 2, 1));
        let bytes = postcard::to_allocvec(&Members::try_from(list.clone()).unwrap()).unwrap();
        assert_eq!(postcard::from_bytes::<Members>(&bytes).unwrap().as_slice(), list);
    }

    #[test]
    fn a_part_that_is_not_there_is_refused() {
        for (change, error) in [
            (
                (|packed| packed.members[0].host = 1) as fn(&mut Packed),
                "a member names host 1, but there are only 1",
            ),
            (|packed| packed.members[0].roles = 9, "a member names roles 9, but there are only 1"),
            (
                |packed| packed.members[0].app_version = 2,
                "a member names app version 2, but there are only 1",
            ),
            (|packed| packed.hosts[0] = "".into(), "the host of an address is empty (MDL-3)"),
        ] {
            let mut packed = Packed::of(&members("a:up:1"));
            change(&mut packed);
            assert_eq!(packed.unpack().unwrap_err().to_string(), error);
        }
    }

    proptest! {
        #![proptest_config(proptest_config())]

        #[test]
        fn a_clock_is_read_as_it_was_written(entries in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..5)) {
            let entries: Vec<_> = entries.into_iter().map(|(key, count)| (NodeKey(key), count)).collect();
            let bytes = clock_bytes(&entries);
            prop_assert_eq!(clock_entries(&bytes), Some(entries.clone()));
            if !bytes.is_empty() {
                prop_assert_ne!(clock_entries(&bytes[..bytes.len() - 1]), Some(entries));
            }
        }
    }

    #[test]
    fn a_count_of_more_than_64_bits_is_refused() {
        let mut bytes = vec![7; 8];
        bytes.extend([0xFF; 9]);
        assert_eq!(
            clock_entries(&[&bytes[..], &[1]].concat()),
            Some(vec![(NodeKey(0x0707_0707_0707_0707), u64::MAX)])
        );
        assert_eq!(clock_entries(&[&bytes[..], &[2]].concat()), None);
        assert_eq!(clock_entries(&[&bytes[..], &[0x80, 0]].concat()), None);
    }
}
