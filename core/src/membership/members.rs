//! The table of members, with what is derived from it once and shared by all who hold it.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::address::{Address, NodeKey, UniqueAddress};
use super::bits::Bits;
use super::keys::first_of_key;
use super::member::{Member, hash_in_set};
use super::packed::Packed;
use super::ring::{insert_all_into_ring, ring_order};
use super::roles::{DataCenter, Roles};
use super::status::MemberStatus;
use super::walk::{count_near, positions_among};
use crate::mix::Mixer;
use crate::splice::{insert_at, moved};

/// Members in ascending order of their unique addresses, each once (MDL-27). Immutable and shared; cheap to clone.
#[derive(Clone)]
pub struct Members(Arc<Table>);

struct Table {
    list: Vec<Member>,
    roster: Arc<Roster>,
    by_status: [Bits; 9],
    /// One bit for each status that some member has.
    statuses: u16,
    hash: u64,
    /// The sum of the hashes of all.
    sum: u64,
    /// [`hash_of_nodes`] of those that are Joining.
    joining: u64,
}

/// What follows from who the members are, whatever their statuses.
#[derive(PartialEq)]
pub(crate) struct Roster {
    /// Ascending by key: where in the table a node is.
    index: Vec<(NodeKey, u32)>,
    /// Ascending by name.
    data_centers: Vec<DataCenterRoster>,
    /// The roles that some member has, ascending.
    roles: Vec<Arc<str>>,
}

/// The members of one data centre.
#[derive(PartialEq)]
pub(crate) struct DataCenterRoster {
    pub(crate) name: DataCenter,
    pub(crate) members: Bits,
    /// HB-43: its heartbeat ring, shared by the nodes that hold this table.
    pub(crate) ring: Arc<Vec<UniqueAddress>>,
}

/// Why members are no table of members.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MembersError {
    /// A member that is Removed is no member (GSP-6).
    Removed {
        /// Which one.
        node: UniqueAddress,
    },
    /// Two members with one unique address, or members out of order.
    NotAscending {
        /// The one that came too late.
        node: UniqueAddress,
    },
}

impl fmt::Display for MembersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removed { node } => write!(f, "{node} is listed as a member and is removed (GSP-6)"),
            Self::NotAscending { node } => write!(f, "the member {node} is out of order (MDL-27)"),
        }
    }
}

impl core::error::Error for MembersError {}

impl Members {
    /// No members.
    #[must_use]
    pub fn new() -> Self {
        Self::from_sorted(Vec::new(), None)
    }

    /// The same of members that have all nodes of this table, with the same identities, and some more at these places, which ascend.
    pub(crate) fn grown(&self, list: Vec<Member>, new: &[usize]) -> Self {
        let roster = Arc::new(self.0.roster.grown(&list, new));
        Self::from_sorted(list, Some(roster))
    }

    /// A table of members that are sorted already; `roster` is that of the same nodes, if there is one.
    pub(crate) fn from_sorted(list: Vec<Member>, roster: Option<Arc<Roster>>) -> Self {
        debug_assert!(list.windows(2).all(|pair| pair[0].unique_address() < pair[1].unique_address()));
        let mut by_status: [Bits; 9] = core::array::from_fn(|_| Bits::new(list.len()));
        let (mut mixer, mut statuses) = (Mixer::new(4), 0);
        let (mut sum, mut joining) = (0_u64, 0_u64);
        for (position, member) in list.iter().enumerate() {
            debug_assert_ne!(member.status(), MemberStatus::Removed, "GSP-6");
            by_status[member.status() as usize].insert(position);
            statuses |= 1 << member.status() as u16;
            let hash = member.hash64();
            mixer.word(hash);
            sum = sum.wrapping_add(hash);
            if member.status() == MemberStatus::Joining {
                joining = joining.wrapping_add(member.set_hashes().0);
            }
        }
        let roster = roster.unwrap_or_else(|| Arc::new(Roster::of(&list)));
        Self(Arc::new(Table { list, roster, by_status, statuses, hash: mixer.finish(), sum, joining }))
    }

    /// The members in ascending order.
    #[must_use]
    pub fn as_slice(&self) -> &[Member] {
        &self.0.list
    }

    /// The members in ascending order.
    pub fn iter(&self) -> core::slice::Iter<'_, Member> {
        self.0.list.iter()
    }

    /// Those of these entries, ascending by key, whose keys are no member's.
    pub(crate) fn keys_missing<'a>(
        &'a self,
        entries: &'a [(NodeKey, u64)],
    ) -> impl Iterator<Item = NodeKey> + use<'a> {
        let mut index = &self.0.roster.index[..];
        entries.iter().map(|(key, _)| *key).filter(move |key| {
            index = &index[count_near(index, |(member, _)| member < key)..];
            index.first().is_none_or(|(member, _)| member != key)
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    /// Where in the table a node is.
    pub(crate) fn position(&self, node: &UniqueAddress) -> Option<usize> {
        let index = &self.0.roster.index;
        let key = node.key();
        for entry in &index[first_of_key(index, key)..] {
            let position = entry.1 as usize;
            if entry.0 != key {
                return None;
            }
            if self.0.list[position].unique_address() == node {
                return Some(position);
            }
        }
        None
    }

    /// The first member whose unique address has a hash. It is the only one but for chance.
    #[must_use]
    pub fn with_key(&self, key: NodeKey) -> Option<&Member> {
        let index = &self.0.roster.index;
        let first = first_of_key(index, key);
        index.get(first).filter(|entry| entry.0 == key).map(|entry| &self.0.list[entry.1 as usize])
    }

    /// Where in the table each of some nodes is, which ascend.
    pub(crate) fn positions<'a>(
        &'a self,
        nodes: impl Iterator<Item = &'a UniqueAddress>,
    ) -> impl Iterator<Item = Option<usize>> {
        positions_among(&self.0.list, nodes)
    }

    /// The member with a unique address.
    #[must_use]
    pub fn get(&self, node: &UniqueAddress) -> Option<&Member> {
        self.position(node).map(|position| &self.0.list[position])
    }

    /// Whether an incarnation is a member.
    #[must_use]
    pub fn contains(&self, node: &UniqueAddress) -> bool {
        self.position(node).is_some()
    }

    /// JOIN-80, LDR-57: the first member with an address, whatever its uid.
    #[must_use]
    pub fn first_at(&self, address: &Address) -> Option<&Member> {
        let first = self.0.list.partition_point(|member| member.address() < address);
        self.0.list.get(first).filter(|member| member.address() == address)
    }

    /// The members with an address, whatever their uids, ascending.
    pub fn all_at<'a>(&'a self, address: &'a Address) -> impl Iterator<Item = &'a Member> + use<'a> {
        let first = self.0.list.partition_point(|member| member.address() < address);
        self.0.list[first..].iter().take_while(move |member| member.address() == address)
    }

    /// The members of one status.
    pub(crate) fn with_status(&self, status: MemberStatus) -> &Bits {
        &self.0.by_status[status as usize]
    }

    /// Whether some member has a status.
    #[must_use]
    pub fn has_status(&self, status: MemberStatus) -> bool {
        self.0.statuses >> status as u16 & 1 == 1
    }

    /// The data centres of the members, ascending by name.
    pub(crate) fn data_centers(&self) -> &[DataCenterRoster] {
        &self.0.roster.data_centers
    }

    /// One of them.
    pub(crate) fn data_center(&self, name: &str) -> Option<&DataCenterRoster> {
        self.data_center_position(name).map(|place| &self.data_centers()[place])
    }

    /// The roles that some member has, ascending.
    pub(crate) fn roles(&self) -> &[Arc<str>] {
        &self.0.roster.roles
    }

    /// The place of a data centre among [`Members::data_centers`].
    pub(crate) fn data_center_position(&self, name: &str) -> Option<usize> {
        self.data_centers().binary_search_by(|dc| (*dc.name).cmp(name)).ok()
    }

    /// Whether another table is this very one. One that is not may still be equal.
    #[must_use]
    pub fn is_identical(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether another table is of the same nodes in the same places, so that sets of positions mean the same.
    pub(crate) fn shares_roster(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.roster, &other.0.roster)
            || (self.0.roster.index == other.0.roster.index
                && self.iter().zip(other.iter()).all(|(a, b)| a.unique_address() == b.unique_address()))
    }

    /// MDL-26, GSP-19: the table with one more member, unless it has that incarnation already or it is Removed (GSP-6).
    #[must_use]
    pub fn with(&self, member: Member) -> Self {
        if member.status() == MemberStatus::Removed {
            return self.clone();
        }
        let order = |other: &Member| other.unique_address().cmp(member.unique_address());
        match self.0.list.binary_search_by(order) {
            Ok(_) => self.clone(),
            Err(at) => {
                let mut list = Vec::with_capacity(self.len() + 1);
                list.extend_from_slice(&self.0.list[..at]);
                list.push(member);
                list.extend_from_slice(&self.0.list[at..]);
                self.grown(list, &[at])
            }
        }
    }

    /// GSP-20: the table with each of `changed` in place of its equal, or added when it has none. One that is Removed is
    /// no member and changes nothing (GSP-6).
    #[must_use]
    pub fn updated(&self, changed: &[Member]) -> Self {
        if changed.is_empty() {
            return self.clone();
        }
        let mut list = self.0.list.clone();
        let mut new: Vec<&Member> = Vec::new();
        let mut same_roles = true;
        for member in changed.iter().filter(|member| member.status() != MemberStatus::Removed) {
            match self.position(member.unique_address()) {
                Some(at) => {
                    same_roles &= list[at].roles() == member.roles();
                    list[at] = member.clone();
                }
                None => new.push(member),
            }
        }
        if new.is_empty() {
            return Self::from_sorted(list, same_roles.then(|| self.0.roster.clone()));
        }
        new.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
        // Of several copies of one node the last counts.
        new = new
            .chunk_by(|a, b| a.unique_address() == b.unique_address())
            .filter_map(|copies| copies.last().copied())
            .collect();
        let place =
            |member: &&Member| list.partition_point(|other| other.unique_address() < member.unique_address());
        let places: Vec<usize> = new.iter().map(place).collect();
        insert_at(&mut list, places.iter().copied().zip(new.into_iter().cloned()).collect());
        let places: Vec<usize> = places.into_iter().enumerate().map(|(before, at)| before + at).collect();
        if same_roles { self.grown(list, &places) } else { Self::from_sorted(list, None) }
    }

    /// The table without some nodes; itself when it has none of them.
    #[must_use]
    pub fn without(&self, nodes: &[UniqueAddress]) -> Self {
        if !nodes.iter().any(|node| self.contains(node)) {
            return self.clone();
        }
        let stays = |member: &&Member| !nodes.contains(member.unique_address());
        Self::from_sorted(self.iter().filter(stays).cloned().collect(), None)
    }

    /// A hash of all members: their identities, statuses and up-numbers.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        self.0.hash
    }

    /// The sum of the hashes of all members, which does not depend on their order.
    pub(crate) fn sum_of_hashes(&self) -> u64 {
        self.0.sum
    }

    /// [`hash_of_nodes`] of the members that are Joining.
    pub(crate) fn joining_hash(&self) -> u64 {
        self.0.joining
    }

    /// Whether two incarnations of one address are members.
    pub(crate) fn has_twins(&self) -> bool {
        self.0.list.windows(2).any(|pair| pair[0].address() == pair[1].address())
    }

    pub(crate) fn roster(&self) -> &Arc<Roster> {
        &self.0.roster
    }
}

impl DataCenterRoster {
    /// Whether nobody was left out of the ring (HB-45).
    pub(crate) fn is_all_in_ring(&self) -> bool {
        self.ring.len() == self.members.count()
    }
}

impl Roster {
    fn of(list: &[Member]) -> Self {
        let mut index: Vec<(NodeKey, u32)> =
            list.iter().zip(0..).map(|(member, position)| (member.key(), position)).collect();
        index.sort_unstable();
        let ring = |_: &str, positions: &Bits| ring_order(&nodes_at(list, positions.iter()));
        Self { index, data_centers: data_centers_of(list, ring), roles: roles_of(list) }
    }

    /// The roster of a list that has all nodes of this one, and some more at these places.
    fn grown(&self, list: &[Member], new: &[usize]) -> Self {
        let before = |(more, at): (usize, &usize)| at - more;
        let moved = moved(self.index.len(), new.iter().enumerate().map(before));
        let mut index: Vec<(NodeKey, u32)> =
            self.index.iter().map(|(key, at)| (*key, moved[*at as usize])).collect();
        let mut keys: Vec<(NodeKey, u32)> = new.iter().map(|&at| (list[at].key(), at as u32)).collect();
        keys.sort_unstable();
        let placed = |entry: (NodeKey, u32)| (index.partition_point(|other| *other < entry), entry);
        let placed = keys.into_iter().map(placed).collect();
        insert_at(&mut index, placed);
        let ring = |name: &str, positions: &Bits| {
            let of_name = self.data_centers.iter().find(|dc| *dc.name == *name);
            let mut ring = of_name.map_or_else(Vec::new, |dc| dc.ring.to_vec());
            let new = new.iter().copied().filter(|position| positions.contains(*position));
            insert_all_into_ring(&mut ring, &nodes_at(list, new));
            ring
        };
        let roster = Self { index, data_centers: data_centers_of(list, ring), roles: roles_of(list) };
        debug_assert!(roster == Self::of(list), "a roster that has grown is that of all its nodes");
        roster
    }
}

fn nodes_at(list: &[Member], positions: impl Iterator<Item = usize>) -> Vec<UniqueAddress> {
    positions.map(|position| list[position].unique_address().clone()).collect()
}

/// The roles that some member has, ascending. Members with the same roles as the one before them cost nothing.
fn roles_of(list: &[Member]) -> Vec<Arc<str>> {
    let mut roles: Vec<Arc<str>> = Vec::new();
    let mut last = None;
    for member in list.iter().filter(|member| last.replace(member.roles()) != Some(member.roles())) {
        for role in member.roles().iter() {
            if let Err(at) = roles.binary_search(role) {
                roles.insert(at, role.clone());
            }
        }
    }
    roles
}

/// The data centres of members, ascending by name. Members with the same roles as the one before them cost no comparison.
fn data_centers_of(
    list: &[Member],
    ring: impl Fn(&str, &Bits) -> Vec<UniqueAddress>,
) -> Vec<DataCenterRoster> {
    let mut found: Vec<(&str, Bits)> = Vec::new();
    let mut last: Option<(&Roles, usize)> = None;
    for (position, member) in list.iter().enumerate() {
        let place = match last {
            Some((roles, place)) if roles == member.roles() => place,
            _ => {
                let name = member.data_center();
                found.binary_search_by_key(&name, |(other, ..)| other).unwrap_or_else(|at| {
                    found.insert(at, (name, Bits::new(list.len())));
                    at
                })
            }
        };
        last = Some((member.roles(), place));
        found[place].1.insert(position);
    }
    let roster = |(name, members): (&str, Bits)| {
        let ring = Arc::new(ring(name, &members));
        DataCenterRoster { name: name.into(), members, ring }
    };
    found.into_iter().map(roster).collect()
}

impl Default for Members {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.list == other.0.list)
    }
}

impl Eq for Members {}

impl<'a> IntoIterator for &'a Members {
    type Item = &'a Member;
    type IntoIter = core::slice::Iter<'a, Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl TryFrom<Vec<Member>> for Members {
    type Error = MembersError;

    fn try_from(list: Vec<Member>) -> Result<Self, MembersError> {
        if let Some(member) = list.iter().find(|member| member.status() == MemberStatus::Removed) {
            return Err(MembersError::Removed { node: member.unique_address().clone() });
        }
        if let Some(pair) = list.windows(2).find(|pair| pair[0].unique_address() >= pair[1].unique_address())
        {
            return Err(MembersError::NotAscending { node: pair[1].unique_address().clone() });
        }
        Ok(Self::from_sorted(list, None))
    }
}

impl From<Members> for Vec<Member> {
    fn from(members: Members) -> Self {
        members.0.list.clone()
    }
}

/// A list of members where people read it; packed in binary formats.
impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(self)
        } else {
            Packed::of(&self.0.list).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = if deserializer.is_human_readable() {
            Vec::deserialize(deserializer)?
        } else {
            Packed::deserialize(deserializer)?.unpack().map_err(D::Error::custom)?
        };
        Self::try_from(list).map_err(D::Error::custom)
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A hash of one set of nodes, whatever their order.
pub(crate) fn hash_of_nodes<'a>(nodes: impl Iterator<Item = &'a UniqueAddress>) -> u64 {
    nodes.fold(0, |sum: u64, node| sum.wrapping_add(hash_in_set(node.key().0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::AppVersion;
    use alloc::vec;

    fn member(address: &str, uid: i64, status: MemberStatus) -> Member {
        let node = UniqueAddress::new(address.parse().unwrap(), uid);
        Member::with_parts(node, Roles::default(), AppVersion::default(), 1, status)
    }

    fn table(list: &[Member]) -> Members {
        list.iter().fold(Members::new(), |members, member| members.with(member.clone()))
    }

    /// MDL-26, MDL-27
    #[test]
    fn members_are_kept_in_order_and_the_first_copy_stays() {
        let up = member("b:1", 1, MemberStatus::Up);
        let members =
            table(&[up.clone(), member("a:1", 1, MemberStatus::Up), member("b:1", 1, MemberStatus::Down)]);
        assert_eq!(members.as_slice(), [member("a:1", 1, MemberStatus::Up), up]);
    }

    /// GSP-20
    #[test]
    fn an_update_replaces_equals_and_adds_strangers() {
        let members = table(&[member("a:1", 1, MemberStatus::Up), member("b:1", 1, MemberStatus::Up)]);
        let updated =
            members.updated(&[member("b:1", 1, MemberStatus::Down), member("c:1", 1, MemberStatus::Joining)]);
        let statuses: Vec<_> = updated.iter().map(Member::status).collect();
        assert_eq!(statuses, [MemberStatus::Up, MemberStatus::Down, MemberStatus::Joining]);
        assert!(updated.with_status(MemberStatus::Down).contains(1));
        assert_ne!(updated.hash64(), members.hash64());
    }

    /// JOIN-80, LDR-57
    #[test]
    fn of_two_incarnations_of_an_address_the_smaller_uid_comes_first() {
        let members = table(&[member("a:1", 7, MemberStatus::Up), member("a:1", -7, MemberStatus::Down)]);
        let address = "a:1".parse().unwrap();
        assert_eq!(members.first_at(&address).map(|member| member.unique_address().uid), Some(-7));
        assert!(members.first_at(&"a:2".parse().unwrap()).is_none());
        assert_eq!(
            members.all_at(&address).map(Member::status).collect::<Vec<_>>(),
            [MemberStatus::Down, MemberStatus::Up]
        );
    }

    #[test]
    fn a_node_is_found_by_its_whole_identity() {
        let members = table(&[member("a:1", 1, MemberStatus::Up)]);
        assert!(members.contains(&UniqueAddress::new("a:1".parse().unwrap(), 1)));
        assert!(!members.contains(&UniqueAddress::new("a:1".parse().unwrap(), 2)));
    }

    /// GSP-6
    #[test]
    fn a_removed_member_or_a_double_is_refused() {
        let removed = member("a:1", 1, MemberStatus::Removed);
        assert!(matches!(Members::try_from(vec![removed]), Err(MembersError::Removed { .. })));
        let up = member("a:1", 1, MemberStatus::Up);
        assert!(matches!(Members::try_from(vec![up.clone(), up]), Err(MembersError::NotAscending { .. })));
    }
}
