//! A member of the cluster, and the orders over members.

use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::address::{Address, NodeKey, UniqueAddress};
use super::roles::Roles;
use super::status::MemberStatus;
use super::version::AppVersion;
use crate::mix::{Mixer, mix};

/// "Has never been up" as an up-number (MDL-19).
pub const UP_NUMBER_NONE: i32 = i32::MAX;

/// A member: who it is, shared and never changing, and where it stands.
///
/// Equality here is of the whole value; the identity of a member is its unique address alone (MDL-18), and tables of
/// members are keyed by that.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "MemberParts", into = "MemberParts")]
pub struct Member {
    identity: Arc<Identity>,
    up_number: i32,
    status: MemberStatus,
}

/// What of a member never changes.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    node: UniqueAddress,
    key: NodeKey,
    roles: Roles,
    app_version: AppVersion,
    hash: u64,
    set_hashes: (u64, u64),
}

#[derive(Serialize, Deserialize)]
struct MemberParts {
    node: UniqueAddress,
    roles: Roles,
    app_version: AppVersion,
    up_number: i32,
    status: MemberStatus,
}

/// A change of status that the table of transitions does not have (MDL-15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionError {
    /// The status before.
    pub from: MemberStatus,
    /// The status asked for.
    pub to: MemberStatus,
}

impl fmt::Display for TransitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a member that is {} cannot become {}", self.from, self.to)
    }
}

impl core::error::Error for TransitionError {}

/// What something with this hash adds to the hash of a set, which is a sum, so that the order in which things came does not matter.
#[inline]
pub(super) fn hash_in_set(hash: u64) -> u64 {
    mix(hash, 5)
}

/// A hash of what members of one kind share.
pub(super) fn shared_hash(roles: &Roles, app_version: &AppVersion) -> u64 {
    let mut mixer = Mixer::new(2);
    roles.iter().for_each(|role| mixer.text(role));
    mixer.text(app_version.as_str());
    mixer.finish()
}

impl Member {
    /// MDL-19: a new member, Joining and without an up-number.
    #[must_use]
    pub fn joining(node: UniqueAddress, roles: Roles, app_version: AppVersion) -> Self {
        Self::with_parts(node, roles, app_version, UP_NUMBER_NONE, MemberStatus::Joining)
    }

    /// A member in any place of its life.
    #[must_use]
    pub fn with_parts(
        node: UniqueAddress,
        roles: Roles,
        app_version: AppVersion,
        up_number: i32,
        status: MemberStatus,
    ) -> Self {
        let shared = shared_hash(&roles, &app_version);
        Self::with_shared(node, roles, app_version, shared, up_number, status)
    }

    /// The same, with the hash of what many members share.
    pub(super) fn with_shared(
        node: UniqueAddress,
        roles: Roles,
        app_version: AppVersion,
        shared_hash: u64,
        up_number: i32,
        status: MemberStatus,
    ) -> Self {
        let key = node.key();
        let hash = mix(key.0, shared_hash);
        let set_hashes = (hash_in_set(key.0), hash_in_set(node.address.hash64()));
        let identity = Identity { node, key, roles, app_version, hash, set_hashes };
        Self { identity: Arc::new(identity), up_number, status }
    }

    /// MDL-25: what stands for a node that is no member: Removed, never up, in no data centre that exists.
    #[must_use]
    pub fn placeholder(node: UniqueAddress) -> Self {
        let roles = Roles::new([Arc::from("dc--N/A")]).unwrap_or_default();
        Self::with_parts(node, roles, AppVersion::default(), UP_NUMBER_NONE, MemberStatus::Removed)
    }

    /// Which incarnation it is.
    #[inline]
    #[must_use]
    pub fn unique_address(&self) -> &UniqueAddress {
        &self.identity.node
    }

    /// Where it is.
    #[inline]
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.identity.node.address
    }

    /// The hash of its unique address.
    #[inline]
    #[must_use]
    pub fn key(&self) -> NodeKey {
        self.identity.key
    }

    /// Its place in the order in which members became Up; [`UP_NUMBER_NONE`] when it never was.
    #[inline]
    #[must_use]
    pub const fn up_number(&self) -> i32 {
        self.up_number
    }

    /// Where it stands in its life.
    #[inline]
    #[must_use]
    pub const fn status(&self) -> MemberStatus {
        self.status
    }

    /// Its roles, the one of its data centre included.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.identity.roles
    }

    /// The version of the application that it runs.
    #[must_use]
    pub fn app_version(&self) -> &AppVersion {
        &self.identity.app_version
    }

    /// The name of its data centre (MDL-20).
    #[must_use]
    pub fn data_center(&self) -> &str {
        self.identity.roles.data_center()
    }

    /// MDL-22: the same member with another status.
    ///
    /// # Errors
    /// A transition that the table does not have (MDL-15).
    pub fn with_status(&self, status: MemberStatus) -> Result<Self, TransitionError> {
        if !self.status.may_become(status) {
            return Err(TransitionError { from: self.status, to: status });
        }
        Ok(Self { status, ..self.clone() })
    }

    /// MDL-23: the same member, Up with this up-number. A member that is Up already only gets the number.
    ///
    /// # Errors
    /// A transition that the table does not have.
    pub fn up_with(&self, up_number: i32) -> Result<Self, TransitionError> {
        Ok(Self { up_number, ..self.with_status(MemberStatus::Up)? })
    }

    /// MDL-28: whether it is older than another: the smaller up-number, then the smaller address.
    ///
    /// MDL-29, DC-22: `None` for members of different data centres, which have no common age.
    #[must_use]
    pub fn is_older_than(&self, other: &Self) -> Option<bool> {
        (self.data_center() == other.data_center()).then(|| self.age_order(other).is_lt())
    }

    /// MDL-30: the order of age within a data centre, oldest first. Two incarnations of one address with one up-number
    /// are equal in it.
    #[must_use]
    pub fn age_order(&self, other: &Self) -> Ordering {
        self.up_number.cmp(&other.up_number).then_with(|| self.address().cmp(other.address()))
    }

    /// MDL-31: the order of leadership: by group of status, then by unique address.
    #[must_use]
    pub fn leadership_order(&self, other: &Self) -> Ordering {
        let rank = |member: &Self| member.status.leadership_rank();
        rank(self).cmp(&rank(other)).then_with(|| self.unique_address().cmp(other.unique_address()))
    }

    /// MDL-33, MDL-34: of two copies of one member, the one that a merge keeps, whole: its up-number comes with it, also
    /// when it has none (MDL-36).
    ///
    /// Of two copies with one status it is the older, else `b`; also `b` when the copies claim different data centres, which
    /// only a forged one can. REP-90 (`life_cycle_order`): statuses count in the order
    /// of life, and copies of one age count by roles and version, so that the result does not depend on the side.
    #[must_use]
    pub fn higher_priority<'a>(a: &'a Self, b: &'a Self, life_cycle_order: bool) -> &'a Self {
        let first_wins = match a.status.merge_order(b.status, life_cycle_order) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal if life_cycle_order => {
                let order = a.age_order(b).then_with(|| a.roles().iter().cmp(b.roles().iter()));
                order.then_with(|| a.app_version().as_str().cmp(b.app_version().as_str())).is_lt()
            }
            Ordering::Equal => a.is_older_than(b) == Some(true),
        };
        if first_wins { a } else { b }
    }

    /// Whether two copies share their identity, so that only status and up-number can differ.
    #[inline]
    pub(crate) fn shares_identity(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.identity, &other.identity)
    }

    /// Whether two copies are of one identity: only status and up-number can differ.
    #[inline]
    pub(crate) fn has_identity_of(&self, other: &Self) -> bool {
        self.shares_identity(other) || self.identity == other.identity
    }

    /// Whether two copies are one, as far as their pointers tell: of what is equal otherwise they tell nothing.
    #[inline]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.shares_identity(other) && self.status == other.status && self.up_number == other.up_number
    }

    /// What it adds to the hash of a set of nodes, and to that of a set of addresses.
    #[inline]
    pub(crate) fn set_hashes(&self) -> (u64, u64) {
        self.identity.set_hashes
    }

    /// A hash of the whole value: identity, up-number and status.
    pub(crate) fn hash64(&self) -> u64 {
        mix(self.identity.hash, (u64::from(self.up_number as u32) << 8) | self.status as u64)
    }
}

impl From<MemberParts> for Member {
    fn from(parts: MemberParts) -> Self {
        Self::with_parts(parts.node, parts.roles, parts.app_version, parts.up_number, parts.status)
    }
}

impl From<Member> for MemberParts {
    fn from(member: Member) -> Self {
        Self {
            node: member.identity.node.clone(),
            roles: member.identity.roles.clone(),
            app_version: member.identity.app_version.clone(),
            up_number: member.up_number,
            status: member.status,
        }
    }
}

impl PartialEq for Member {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.status == other.status && self.up_number == other.up_number && self.has_identity_of(other)
    }
}

impl Eq for Member {}

impl fmt::Display for Member {
    /// `a:1#7 up #3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.unique_address(), self.status)?;
        if self.up_number != UP_NUMBER_NONE {
            write!(f, " #{}", self.up_number)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::MemberStatus::{Down, Joining, Leaving, ReadyForShutdown, Removed, Up};
    use super::*;

    fn member(address: &str, uid: i64, status: MemberStatus, up_number: i32) -> Member {
        let node = UniqueAddress::new(address.parse().unwrap(), uid);
        Member::with_parts(node, Roles::default(), AppVersion::default(), up_number, status)
    }

    /// MDL-19
    #[test]
    fn a_new_member_is_joining_and_has_no_up_number() {
        let node = UniqueAddress::new("a:1".parse().unwrap(), 1);
        let new = Member::joining(node, Roles::default(), AppVersion::default());
        assert_eq!((new.status(), new.up_number()), (Joining, UP_NUMBER_NONE));
    }

    /// MDL-22, MDL-23
    #[test]
    fn a_status_changes_only_by_the_table() {
        let up = member("a:1", 1, Joining, UP_NUMBER_NONE).up_with(4).unwrap();
        assert_eq!((up.status(), up.up_number()), (Up, 4));
        assert_eq!(up.up_with(5).unwrap().up_number(), 5);
        let leaving = up.with_status(Leaving).unwrap();
        assert_eq!(leaving.up_number(), 4);
        assert_eq!(leaving.up_with(9), Err(TransitionError { from: Leaving, to: Up }));
        assert!(leaving.with_status(Joining).is_err());
    }

    /// MDL-25
    #[test]
    fn a_stranger_is_removed_and_in_no_data_center() {
        let stranger = Member::placeholder(UniqueAddress::new("a:1".parse().unwrap(), 1));
        assert_eq!((stranger.status(), stranger.data_center()), (Removed, "-N/A"));
    }

    /// MDL-28, MDL-30
    #[test]
    fn age_is_the_up_number_then_the_address() {
        let old = member("b:1", 1, Up, 1);
        let young = member("a:1", 1, Up, 2);
        assert_eq!((old.is_older_than(&young), young.is_older_than(&old)), (Some(true), Some(false)));
        assert_eq!(young.is_older_than(&member("a:1", 1, Joining, UP_NUMBER_NONE)), Some(true));
        assert_eq!(member("a:1", 1, Up, 1).is_older_than(&member("b:1", 1, Up, 1)), Some(true));
        assert!(member("a:1", 1, Up, 1).age_order(&member("a:1", 2, Up, 1)).is_eq());
    }

    /// MDL-33, MDL-34, MDL-36
    #[test]
    fn a_merge_keeps_the_later_status_then_the_older_copy() {
        let pick = |a: &Member, b: &Member| Member::higher_priority(a, b, false).clone();
        let up = member("a:1", 1, Up, 5);
        let left_early = member("a:1", 1, Leaving, UP_NUMBER_NONE);
        assert_eq!(pick(&up, &left_early), left_early);
        assert_eq!(pick(&left_early, &up), left_early);
        let older = member("a:1", 1, Up, 3);
        assert_eq!(pick(&up, &older), older);
        assert_eq!(pick(&older, &up), older);
    }

    /// MDL-35, REP-90
    #[test]
    fn ready_wins_over_down_unless_the_order_of_life_decides() {
        let ready = member("a:1", 1, ReadyForShutdown, 1);
        let down = member("a:1", 1, Down, 1);
        assert_eq!(Member::higher_priority(&ready, &down, false), &ready);
        assert_eq!(Member::higher_priority(&ready, &down, true), &down);
        assert_eq!(Member::higher_priority(&down, &ready, true), &down);
    }

    /// REP-90
    #[test]
    fn with_the_order_of_life_the_kept_copy_does_not_depend_on_the_side() {
        let node = UniqueAddress::new("a:1".parse().unwrap(), 1);
        let copy = |version: &str| {
            Member::with_parts(node.clone(), Roles::default(), version.parse().unwrap(), 1, Up)
        };
        let (a, b) = (copy("1.0.0"), copy("2.0.0"));
        assert_eq!(Member::higher_priority(&a, &b, true), Member::higher_priority(&b, &a, true));
        assert_eq!(Member::higher_priority(&a, &b, false), &b);
    }

    /// MDL-31
    #[test]
    fn leadership_goes_by_status_then_by_address() {
        let up = member("z:1", 1, Up, 1);
        let joining = member("a:1", 1, Joining, UP_NUMBER_NONE);
        assert!(up.leadership_order(&joining).is_lt());
        assert!(member("a:1", 1, Leaving, 1).leadership_order(&up).is_lt());
    }

    #[test]
    fn a_member_is_small_beside_its_shared_strings() {
        assert!(size_of::<Member>() <= 48, "{} bytes", size_of::<Member>());
    }
}

#[cfg(test)]
#[path = "member_order_tests.rs"]
mod orders;
