//! Rules that can be broken on purpose, to see whether the judge notices.
//!
//! Each is one condition at the place of the rule that it breaks, and is chosen by `Repairs::planted`, which exists only
//! with the feature `planted`. Without it the conditions are constant and nothing of them is left.

macro_rules! planted {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal, $rule:literal, $says:literal;)+) => {
        /// A rule that is broken on purpose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "planted", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "planted", serde(rename_all = "kebab-case"))]
        #[cfg_attr(not(feature = "planted"), allow(dead_code, unreachable_pub, reason = "only planted builds choose one"))]
        #[non_exhaustive]
        pub enum Planted { $($(#[$doc])+ $variant,)+ }

        #[cfg(feature = "planted")]
        impl Planted {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name, as commands and cases write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The rules that it breaks.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)+ }
            }

            /// What it does wrong, in words.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $says,)+ }
            }
        }
    };
}

planted! {
    /// MDL-37
    MergeKeepsLocalMembers = "merge-keeps-local-members", "MDL-37, MDL-38",
        "a merge keeps a member that only the receiver has, whether or not it was removed";
    /// MDL-38
    TombstoneIgnored = "tombstone-ignored", "MDL-38",
        "a merge does not look at tombstones";
    /// GSP-21
    TombstoneNotSet = "tombstone-not-set", "GSP-21, LDR-23",
        "a leader that removes a member keeps no tombstone of it";
    /// MDL-33
    DownNotTerminal = "down-not-terminal", "MDL-33",
        "of two copies of a member a merge keeps the one that is not Down";
    /// GSP-16
    SeenNotReset = "seen-not-reset", "GSP-16, GSP-37",
        "who had seen a state counts as having seen the change of it";
    /// GSP-33
    MergeKeepsSeen = "merge-keeps-seen", "GSP-33",
        "who had seen either side of a merge counts as having seen its result";
    /// GSP-34
    MergeCounts = "merge-counts", "GSP-34",
        "a merge counts as a change of the receiver's own";
    /// GSP-71
    OlderGossipTaken = "older-gossip-taken", "GSP-71, GSP-74",
        "a state that is older than the own one replaces it";
    /// GSP-69
    UnreachableSenderHeard = "unreachable-sender-heard", "GSP-69",
        "the state of a member that the receiver does not see is taken in";
    /// GSP-38
    ExitingMarksSeen = "exiting-marks-seen", "GSP-38",
        "an exiting node marks states as seen before its work is done";
    /// JOIN-73
    SecondIncarnationBesideFirst = "second-incarnation-beside-first", "JOIN-73",
        "a new incarnation is let in while an older one is a member";
    /// JOIN-92
    WelcomeFromAnybody = "welcome-from-anybody", "JOIN-92",
        "a welcome is accepted from nodes that were not asked";
    /// JOIN-75
    JoinerLosesRoles = "joiner-loses-roles", "JOIN-75",
        "a joiner becomes a member without its roles";
    /// LDR-1
    LeaderActsWithoutConvergence = "leader-acts-without-convergence", "LDR-1, CNV-6",
        "the leader acts whether or not its view is converged";
    /// CNV-9
    UnreachableIgnoredInConvergence = "unreachable-ignored-in-convergence", "CNV-9",
        "unreachable members do not hold convergence up";
    /// LDR-6
    WeaklyUpAtOnce = "weakly-up-at-once", "LDR-6",
        "Joining members become WeaklyUp without any delay";
    /// LDR-8
    MinimumIgnored = "minimum-ignored", "LDR-8",
        "members become Up below the minimum of members";
    /// LDR-16
    UpNumberReused = "up-number-reused", "LDR-16",
        "all members that become Up in one step get the same number";
    /// LDR-17
    LeavingGoesStraightToRemoved = "leaving-goes-straight-to-removed", "LDR-17",
        "a Leaving member is removed without ever being Exiting";
    /// LDR-17
    LeavingStays = "leaving-stays", "LDR-17",
        "a Leaving member never becomes Exiting";
    /// HB-48
    RingAsksNobody = "ring-asks-nobody", "HB-48",
        "nobody is asked whether it is there";
    /// RCH-2
    RowVersionNotRaised = "row-version-not-raised", "RCH-2, RCH-7",
        "an observer changes its row and keeps the version";
    /// RCH-22
    ReceivedRowsWin = "received-rows-win", "RCH-22",
        "a merge takes the rows of the received state, whatever their versions";
    /// EVT-10
    EventsDoubled = "events-doubled", "EVT-10",
        "every event is put out twice";
    /// SBR-64
    StableAfterIgnored = "stable-after-ignored", "SBR-64",
        "the resolver decides without waiting for rest";
    /// SBR-57
    EverybodyDecides = "everybody-decides", "SBR-57",
        "a resolver decides without being the leader's";
    /// SBR-42
    TieGoesToBoth = "tie-goes-to-both", "SBR-42",
        "of two halves each takes the lowest address to be on its side";
    /// SBR-42
    SmallerSideStays = "smaller-side-stays", "SBR-42",
        "the side with fewer members stays too";
    /// SBR-40
    QuorumOffByOne = "quorum-off-by-one", "SBR-40",
        "a side with one member less than the quorum stays";
    /// SBR-46
    EverySideHasTheOldest = "every-side-has-the-oldest", "SBR-46",
        "every side takes the oldest member to be on it";
    /// SBR-67
    DecisionHalfDone = "decision-half-done", "SBR-67",
        "of the nodes that a decision takes down the first is left out";
}
