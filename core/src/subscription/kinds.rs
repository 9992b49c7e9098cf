//! Kinds of events, and sets of them.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::{BitOr, Sub};
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::membership::ClusterEvent;

macro_rules! kinds {
    ($($kind:ident),+ $(,)?) => {
        /// The kind of a [`ClusterEvent`], named as it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum EventKind {
            $(
                #[doc = concat!("[`ClusterEvent::", stringify!($kind), "`]")]
                $kind,
            )+
        }

        impl EventKind {
            /// All kinds, in the order of [`ClusterEvent`].
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The name, that of the variant.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind)),+ }
            }
        }

        impl ClusterEvent {
            /// EVT-6: the kind of the event, by which subscribers choose.
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$kind { .. } => EventKind::$kind),+ }
            }
        }
    };
}

kinds! {
    MemberJoined, MemberWeaklyUp, MemberUp, MemberLeft, MemberExited, MemberDowned, MemberPreparingForShutdown,
    MemberReadyForShutdown, MemberRemoved, UnreachableMember, ReachableMember, UnreachableDataCenter,
    ReachableDataCenter, LeaderChanged, RoleLeaderChanged, SeenChanged, ReachabilityChanged, MemberTombstonesChanged,
    CurrentInternalStats, ClusterShuttingDown,
}

/// EVT-6: a set of kinds of events. Written and read as names with `,` between them, families among them: `MemberEvent`,
/// `ReachabilityEvent`, `DataCenterReachabilityEvent` and `All`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventKinds(u32);

/// A name that is neither a kind of events nor a family of kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventKindsError {
    /// The name.
    pub name: String,
}

impl fmt::Display for EventKindsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no kind of event; families are", self.name)?;
        EventKinds::FAMILIES.iter().try_for_each(|(name, _)| write!(f, " {name}"))?;
        f.write_str(", kinds are")?;
        EventKind::ALL.iter().try_for_each(|kind| write!(f, " {}", kind.name()))
    }
}

impl core::error::Error for EventKindsError {}

impl EventKinds {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every kind.
    pub const ALL: Self = Self((1 << EventKind::ALL.len()) - 1);
    /// The nine kinds that tell the status of a member, its removal included.
    pub const MEMBER: Self = Self((1 << 9) - 1);
    /// Members of the own data centre that became unreachable, or reachable again.
    pub const REACHABILITY: Self =
        Self(1 << EventKind::UnreachableMember as u32 | 1 << EventKind::ReachableMember as u32);
    /// Other data centres that became unreachable, or reachable again.
    pub const DATA_CENTER_REACHABILITY: Self =
        Self(1 << EventKind::UnreachableDataCenter as u32 | 1 << EventKind::ReachableDataCenter as u32);

    const FAMILIES: [(&'static str, Self); 4] = [
        ("All", Self::ALL),
        ("MemberEvent", Self::MEMBER),
        ("ReachabilityEvent", Self::REACHABILITY),
        ("DataCenterReachabilityEvent", Self::DATA_CENTER_REACHABILITY),
    ];

    /// Whether a kind is among them.
    #[must_use]
    pub const fn contains(self, kind: EventKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds, in the order of [`ClusterEvent`].
    pub fn iter(self) -> impl Iterator<Item = EventKind> {
        EventKind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }
}

impl From<EventKind> for EventKinds {
    fn from(kind: EventKind) -> Self {
        Self(1 << kind as u32)
    }
}

impl FromIterator<EventKind> for EventKinds {
    fn from_iter<I: IntoIterator<Item = EventKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, |set, kind| set | kind.into())
    }
}

impl BitOr for EventKinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Sub for EventKinds {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl FromStr for EventKinds {
    type Err = EventKindsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        names.map(kinds_named).try_fold(Self::NONE, |set, named| Ok(set | named?))
    }
}

fn kinds_named(name: &str) -> Result<EventKinds, EventKindsError> {
    let family = EventKinds::FAMILIES.iter().find(|family| family.0 == name).map(|family| family.1);
    let kind = || EventKind::ALL.iter().find(|kind| kind.name() == name).map(|kind| (*kind).into());
    family.or_else(kind).ok_or_else(|| EventKindsError { name: name.to_string() })
}

impl TryFrom<String> for EventKinds {
    type Error = EventKindsError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EventKinds> for String {
    fn from(kinds: EventKinds) -> Self {
        kinds.iter().map(EventKind::name).collect::<Vec<_>>().join(",")
    }
}

impl fmt::Display for EventKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from(*self))
    }
}

impl fmt::Debug for EventKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventKinds({self})")
    }
}
