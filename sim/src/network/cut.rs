//! Who can't hear whom.

use crate::host::HostId;

/// A cut, as data. Cuts add up: what one of them separates stays separated until it is healed.
///
/// A message is lost when its link is cut at the instant at which it is sent, and also when it is cut at the instant at
/// which it would arrive: a cut takes what is on the wire with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// No messages between hosts of different groups.
    Groups {
        /// The groups; no host is in two.
        groups: Vec<Vec<HostId>>,
        /// Whether all that are in none of them form one more; else every host must be in one.
        rest_is_group: bool,
    },
    /// No messages from one host to another; the other way stays open.
    OneWay {
        /// Who is not heard.
        from: HostId,
        /// By whom.
        to: HostId,
    },
    /// No messages between two hosts.
    Pair(HostId, HostId),
    /// No messages between hosts of different groups, but some hosts stay connected to all.
    Bridge {
        /// Who stays connected to everybody.
        bridge: Vec<HostId>,
        /// The groups; no host is in two, and none is a bridge.
        groups: Vec<Vec<HostId>>,
        /// Whether all that are in none of them and no bridge form one more group.
        rest_is_group: bool,
    },
    /// Majorities ring: the hosts stand in a ring and each hears only those so near that with itself they are a
    /// majority. No two hear the same majority.
    Ring {
        /// All hosts, in the order of the ring.
        order: Vec<HostId>,
    },
}

/// What is healed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heal {
    /// All cuts; there may be none.
    All,
    /// One direction between two hosts, whatever separates them.
    OneWay {
        /// Who will be heard.
        from: HostId,
        /// By whom.
        to: HostId,
    },
    /// Both directions between two hosts, whatever separates them.
    Pair(HostId, HostId),
    /// All links between hosts of different groups, whatever separates them; what else is cut stays so.
    Groups {
        /// The groups; no host is in two.
        groups: Vec<Vec<HostId>>,
        /// Whether all that are in none of them form one more; else they keep the cuts that they have.
        rest_is_group: bool,
    },
}
