//! Plain values: what a cluster is, without a node.

pub(crate) mod address;
pub(crate) mod bits;
pub(crate) mod clock;
pub(crate) mod diff;
pub(crate) mod event;
pub(crate) mod gossip;
pub(crate) mod grid;
pub(crate) mod member;
pub(crate) mod members;
mod packed;
pub(crate) mod reachability;
pub(crate) mod ring;
pub(crate) mod roles;
pub(crate) mod state;
pub(crate) mod statistics;
pub(crate) mod status;
pub(crate) mod tables;
pub(crate) mod targets;
pub(crate) mod version;
pub(crate) mod view;

pub use address::{Address, AddressError, HOST_BYTES_MAX, NodeKey, UniqueAddress};
pub use clock::{ClockError, ClockOrder, VectorClock};
pub use event::{ClusterEvent, SeenBy};
pub(crate) use gossip::CompactGossip;
pub use gossip::{Gossip, GossipError, SeenIter, Tombstones, TombstonesError};
pub use member::{Member, TransitionError, UP_NUMBER_NONE};
pub use members::{Members, MembersError};
pub(crate) use reachability::RowPairs;
pub use reachability::{Reachability, ReachabilityError, ReachabilityStatus, Record, Row};
pub use roles::{DataCenter, ROLE_BYTES_MAX, ROLES_MAX, Roles, RolesError};
pub use state::CurrentClusterState;
pub use statistics::{GossipStatistics, StateStatistics};
pub use status::MemberStatus;
pub use targets::{Candidates, GossipTargets, TargetDraws, TargetSettings};
pub use version::{APP_VERSION_BYTES_MAX, AppVersion, AppVersionError};
pub use view::LocalView;
