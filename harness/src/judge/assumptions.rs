//! The named assumptions of invariants.

use super::invariant::Assumption;

/// Of M4.
pub(super) static TOMBSTONES_KEPT: Assumption = Assumption {
    name: "tombstones-kept",
    sentence: "the run is shorter than the time for which tombstones are kept",
};

/// Of M4: part 07 leaves zombies out.
pub(super) static OBSERVER_NOT_REMOVED: Assumption = Assumption {
    name: "observer-not-removed",
    sentence: "no live node has removed the one whose view it is",
};

/// Of S1.
pub(super) static CLEAN_PARTITION: Assumption = Assumption {
    name: "clean-partition",
    sentence: "since all nodes last agreed there was at most one fault, and the network, if it fell apart, fell into \
               groups that hear themselves and nobody else, on links that lose nothing by chance",
};

/// Of S3 to S6, and of S11.
pub(super) static NOTHING_IN_FLIGHT: Assumption = Assumption {
    name: "nothing-in-flight",
    sentence: "all nodes agreed when the fault came, and since then nobody was told to join or to leave, or moved to Up or \
               Exiting by the leader",
};

/// Of S11.
pub(super) static ONLY_CRASHES: Assumption = Assumption {
    name: "only-crashes",
    sentence: "since all nodes last agreed the network was whole among those that run, on links that lose nothing by chance",
};

/// Of S1.
pub(super) static LITTLE_IN_FLIGHT: Assumption = Assumption {
    name: "little-in-flight",
    sentence: "all nodes had one state when the fault came, but for at most one join or leave and one step of the \
               leader, also counting what came since, and then there are at most three sides",
};

/// Of S1.
pub(super) static NO_MANUAL_DOWN: Assumption =
    Assumption { name: "no-manual-down", sentence: "nobody was told to down a member" };

/// Of S1.
pub(super) static RESOLVER_ON: Assumption = Assumption {
    name: "resolver-on",
    sentence: "all nodes have the split brain resolver, with the same settings, and a strategy other than \
               down-all",
};

/// Of S3 to S5, and of S11.
pub(super) static DETECTED: Assumption = Assumption {
    name: "detected",
    sentence: "the node that decides sees exactly those members as unreachable that are not on its side",
};

/// Of S3 to S5, and of S11.
pub(super) static UP_WAS_HEARD: Assumption = Assumption {
    name: "up-was-heard",
    sentence: "whoever prepares for shutdown was Up to the resolver that decides, which does not store that status (SBR-18)",
};

/// Of S6.
pub(super) static LEASE_ASKED_IN_REST: Assumption = Assumption {
    name: "lease-asked-in-rest",
    sentence: "for asking: nothing that counts has changed since the node began to wait, the partition is clean, the node \
               sees exactly those members as unreachable that are not on its side, and none of them has called anybody unreachable",
};

/// Of L1.
pub(super) static QUIET_SINCE: Assumption = Assumption {
    name: "quiet-since",
    sentence: "for long enough nothing was done to nodes or links, and no live node saw an unreachable, dead or \
               Down member",
};

/// Of L1.
pub(super) static FAULTS_OFF: Assumption = Assumption {
    name: "faults-off",
    sentence: "no live node is cut off from another, and no link between them loses anything by chance",
};

/// Of L1.
pub(super) static NO_ORPHANS: Assumption = Assumption {
    name: "no-orphans",
    sentence: "of any two live nodes that are in a cluster one knows the other, or knows somebody who does, and \
               so on, and nobody of them is in a cluster that somebody else has founded",
};

/// Of L1.
pub(super) static MINIMUM_MET: Assumption = Assumption {
    name: "minimum-met",
    sentence: "there are as many members as the settings ask for before one becomes Up",
};

/// Of M5.
pub(super) static SEED_NODES_ONLY: Assumption = Assumption {
    name: "seed-nodes-only",
    sentence: "nobody was told to join a node by its address: all began with their seed nodes",
};

/// Of V7.
pub(super) static SENDER_KNOWN: Assumption = Assumption {
    name: "sender-known",
    sentence: "the node that sent the message has not been started anew since",
};

/// Of C8.
pub(super) static SEVERAL_DATA_CENTERS: Assumption =
    Assumption { name: "several-data-centers", sentence: "the members belong to more than one data centre" };

/// Of C4 and others.
pub(super) static ONE_DATA_CENTER: Assumption =
    Assumption { name: "one-data-center", sentence: "all members belong to one data centre" };

/// Of U2, U3.
pub(super) static ONE_LINEAGE: Assumption =
    Assumption { name: "one-lineage", sentence: "only one node has founded a cluster" };

/// Of U1 to U3.
pub(super) static SAME_SIDE: Assumption = Assumption {
    name: "same-side",
    sentence: "who gave a number had not given up the one that had given it to another, or another to the same member: what a leader \
               does last before a split one side only may hear of (REP-121). Of numbers that nobody saw given: of those who saw \
               convergence with them none had given up the other",
};

/// Of L1, L8.
pub(super) static EXITS_DONE: Assumption = Assumption {
    name: "exits-done",
    sentence: "no host still does the work that comes before the exit of its node",
};

/// Of L1, L4, L6, L8.
pub(super) static NO_SHUTDOWN: Assumption = Assumption {
    name: "no-shutdown",
    sentence: "no member prepares for a shutdown of the whole cluster, during which nobody becomes Up (LDR-46)",
};

/// Of L1.
pub(super) static WELCOMED: Assumption =
    Assumption { name: "welcomed", sentence: "nobody who was let in still waits to hear of it" };

/// Of L2 and L4 to L8.
pub(super) static DATA_CENTERS_MEET: Assumption = Assumption {
    name: "data-centers-meet",
    sentence: "of each data centre one of the oldest, which alone talk to the others, lives (CNV-26)",
};

/// Of L4, L5.
pub(super) static NOBODY_MISSED: Assumption = Assumption {
    name: "nobody-missed",
    sentence: "no live node sees an unreachable or a Down member, but for the one that it is about",
};

/// Of L4, L5, L6.
pub(super) static NOT_REPLACED: Assumption = Assumption {
    name: "not-replaced",
    sentence: "nobody with the address of the node has asked to be let in meanwhile, which downs it (JOIN-73)",
};

/// Of L5.
pub(super) static LAST_WORDS_HEARD: Assumption = Assumption {
    name: "last-words-heard",
    sentence: "somebody whom the leaver told of its end goes on, or somebody of its data centre, or has heard that it exits",
};

/// Of L7.
pub(super) static CONTACT: Assumption = Assumption {
    name: "contact",
    sentence: "somebody who has removed the node is still a member to it: it has not removed all of them itself",
};

/// Of C6, S7.
pub(super) static CLOCK_RIGHT: Assumption =
    Assumption { name: "clock-right", sentence: "the clock of the node was never wrong" };

/// Of S7.
pub(super) static NOT_SUSPENDED: Assumption = Assumption {
    name: "not-suspended",
    sentence: "the node was never called later than it had asked for, while it waited to decide",
};

/// Of S1: part 04 says what sparse monitoring costs (S-57, LEASE-23).
pub(super) static ALL_FOUND_OUT: Assumption = Assumption {
    name: "all-found-out",
    sentence: "each node watches all others (monitored-by-nr-of-members), or sbr.stable-after is longer than it takes to find \
               out those whom it begins to watch when the ones before are gone, and a lease is kept until all are found out",
};

/// Of C5, U2.
pub(super) static SOMEBODY_UP: Assumption = Assumption {
    name: "somebody-up",
    sentence: "some member was Up when the leader acted: until then convergence asks nobody (CNV-6), and several may lead",
};

/// Of M5.
pub(super) static EARLIER_KNOWN: Assumption = Assumption {
    name: "earlier-known",
    sentence: "whoever let in a new incarnation had heard of the earlier one, if somebody had let that in",
};

/// Of S8.
pub(super) static MEANT_ARE_FOUND: Assumption = Assumption {
    name: "meant-are-found",
    sentence: "at the address of whom a decision downs there is no other incarnation: its command names an address (SBR-67)",
};

/// Of L6.
pub(super) static SEED_LIVES: Assumption = Assumption {
    name: "seed-lives",
    sentence: "a seed node of the one that was started anew, other than itself, is a member",
};

/// Of U4.
pub(super) static WHOLE_NETWORK: Assumption = Assumption {
    name: "whole-network",
    sentence: "no live node is cut off from another, and none was, since all agreed",
};

/// Of X2.
pub(super) static NO_FAULT_DURING: Assumption = Assumption {
    name: "no-fault-during",
    sentence: "since then nothing was done to nodes or links, nobody was told to down a member, and no new incarnation of \
               the leaver was started",
};

/// Of X2.
pub(super) static REST_OUTLASTS_LEAVES: Assumption = Assumption {
    name: "rest-outlasts-leaves",
    sentence: "nobody was found unreachable meanwhile, or there is no resolver, or its stable-after is no shorter than T(N), \
               within which all agree and those that have left are removed",
};

/// Of R5.
pub(super) static SAME_VIEW: Assumption = Assumption {
    name: "same-view",
    sentence: "all members of the data centre run, have the same members, and see nobody unreachable or Down",
};

/// Of L9.
pub(super) static MILD: Assumption = Assumption {
    name: "mild",
    sentence: "there are at most ten nodes, none has crashed, and at all times every link between live ones was open, lost at most \
               one message in ten and took at most half a second, and every host did what it should",
};

/// Of L10.
pub(super) static GENTLE: Assumption = Assumption {
    name: "gentle",
    sentence: "at all times every link between live nodes was open, lost at most one message in a hundred and took at most half a \
               second, and every host did what it should",
};

/// Of L9, L10.
pub(super) static PATIENT: Assumption = Assumption {
    name: "patient",
    sentence: "failure detectors are at least as patient as by default; for L9 resolvers wait at least ten seconds, too",
};

/// Of L11.
pub(super) static STEADY: Assumption = Assumption {
    name: "steady",
    sentence: "for ten seconds all nodes agreed on members that are all live, Up and reachable",
};
