//! Every area of the vectors, and what is run of it.

use serde_json::Value;

use super::{
    Outcome, clocks, daemon, daemon_failing, detectors, events, gossips, leading, members, observations,
    orders, resolver, resolver_sides, resolver_timed, rings, senders, versions, views,
};

/// The result of a case, computed from its inputs.
pub(crate) type Check = fn(&Value) -> Outcome;

/// What a case expects, and what comes out instead.
pub(crate) type LineCheck = fn(&Value) -> (Value, Value);

/// What happens with cases.
pub(crate) enum State {
    Run(Check),
    /// A case without `in` and `out`: the check finds both.
    RunLine(LineCheck),
    /// Nothing yet, for a reason.
    Pending(&'static str),
    /// Nothing ever, for a reason.
    LeftOut(&'static str),
}

/// What a state holds for.
pub(crate) enum Scope {
    /// All cases of an area.
    Whole(State),
    /// Each operation by itself.
    Operations(&'static [(&'static str, State)]),
}

pub(crate) struct Area {
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
}

use State::{LeftOut, Pending, Run, RunLine};

const ROUTING: State = Pending("routing is built with a later issue");

pub(crate) const AREAS: &[Area] = &[
    Area {
        name: "app_version",
        scope: Scope::Operations(&[
            ("parse", Run(versions::parse)),
            ("compare", Run(versions::compare)),
            ("compare_wrapping", LeftOut("numbers are compared, not subtracted: MDL-47")),
        ]),
    },
    Area {
        name: "ordering",
        scope: Scope::Operations(&[
            ("sort_addresses", Run(orders::sort_addresses)),
            ("sort_nodes", Run(orders::sort_nodes)),
            ("compare_nodes", Run(orders::compare_nodes)),
            ("compare_address_parts", Run(orders::compare_address_parts)),
            ("sort_members", Run(orders::sort_members)),
            ("sort_age", Run(orders::sort_age)),
            ("age_set", Run(orders::age_set)),
            ("is_older", Run(orders::is_older)),
            ("sort_leader_status", Run(orders::sort_leader_status)),
            ("compare_leader_status", Run(orders::compare_leader_status)),
        ]),
    },
    Area {
        name: "vector_clock",
        scope: Scope::Operations(&[
            ("compare", Run(clocks::compare)),
            ("merge", Run(clocks::merge)),
            ("increment", Run(clocks::increment)),
            ("prune", Run(clocks::prune)),
            ("key", Run(clocks::key)),
        ]),
    },
    Area {
        name: "member_merge",
        scope: Scope::Operations(&[
            ("transition", Run(members::transition)),
            ("up_with", Run(members::up_with)),
            ("highest_priority", Run(members::highest_priority)),
            ("pick", Run(members::pick)),
        ]),
    },
    Area {
        name: "reachability",
        scope: Scope::Operations(&[
            ("sequence", Run(observations::sequence)),
            ("equal", Run(observations::equal)),
        ]),
    },
    Area {
        name: "gossip_ops",
        scope: Scope::Operations(&[
            ("seen", Run(gossips::seen)),
            ("only_seen", Run(gossips::only_seen)),
            ("clear_seen", Run(gossips::clear_seen)),
            ("merge_seen", Run(gossips::merge_seen)),
            ("bump", Run(gossips::bump)),
            ("prune", Run(gossips::prune)),
            ("add", Run(gossips::add)),
            ("update", Run(gossips::update)),
            ("remove", Run(gossips::remove)),
            ("mark_down", Run(gossips::mark_down)),
            ("prune_tombstones", Run(gossips::prune_tombstones)),
            ("queries", Run(gossips::queries)),
        ]),
    },
    Area { name: "gossip_merge", scope: Scope::Operations(&[("merge", Run(gossips::merge))]) },
    Area {
        name: "membership_state",
        scope: Scope::Operations(&[
            ("different_view_probability", Run(views::different_view_probability)),
            ("state", Run(views::state)),
        ]),
    },
    Area { name: "event_diff", scope: Scope::Operations(&[("diff", Run(events::diff))]) },
    Area {
        name: "heartbeat_ring",
        scope: Scope::Operations(&[
            ("fold", Run(rings::fold)),
            ("ring", Run(rings::ring)),
            ("ring_slots", Run(rings::ring_slots)),
            ("sender", Run(senders::sender)),
        ]),
    },
    Area {
        name: "phi",
        scope: Scope::Operations(&[
            ("phi", Run(detectors::phi)),
            ("phi_detector", Run(detectors::phi_detector)),
            ("deadline_detector", Run(detectors::deadline_detector)),
        ]),
    },
    Area { name: "cross_dc", scope: Scope::Operations(&[("sequence", Run(senders::across))]) },
    Area {
        name: "hash_ring",
        scope: Scope::Operations(&[("hash_str", ROUTING), ("hash_bytes", ROUTING), ("ring", ROUTING)]),
    },
    Area {
        name: "daemon",
        scope: Scope::Operations(&[
            ("receive_gossip", Run(daemon::receive_gossip)),
            ("receive_status", Run(daemon::receive_status)),
            ("leader_tick", Run(leading::leader_tick)),
            ("command leave", Run(leading::leave)),
            ("command down", Run(leading::down)),
            ("command quarantined", Run(daemon_failing::quarantined)),
            ("command prepare_for_shutdown", Run(leading::prepare_for_shutdown)),
            ("reap", Run(daemon_failing::reap)),
        ]),
    },
    Area { name: "sbr_decide", scope: Scope::Whole(RunLine(resolver::decide)) },
    Area { name: "sbr_sides", scope: Scope::Whole(RunLine(resolver_sides::sides)) },
    Area { name: "sbr_timed", scope: Scope::Whole(RunLine(resolver_timed::timed)) },
];
