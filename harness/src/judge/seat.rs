//! What the judge remembers of each node.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use quorate::{
    Address, AppVersion, Config, Downing, FailureDetectorConfig, Gossip, Instant, LocalView, Member,
    MemberStatus, Phase, Repairs, ResolverConfig, Roles, StrategyName, UniqueAddress,
};

use super::change::version;
use super::deciding::Rest;
use super::leading::{ConvergenceWatch, LeaderTerms};
use super::leaving::Exit;
use super::naive::Naive;
use super::stage::NodeView;
use super::staying::LeaseTerms;
use super::telling::Told;

/// One incarnation, as it was after its last event.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) me: UniqueAddress,
    pub(super) terms: Arc<Terms>,
    pub(super) revision: u64,
    pub(super) gossip: Arc<Gossip>,
    /// The nodes that this one knows to have finished exiting.
    pub(super) confirmed: Vec<UniqueAddress>,
    pub(super) is_live: bool,
    /// Whether it is in a cluster.
    pub(super) is_initialized: bool,
    /// JOIN-92: whom it has asked to let it in, while it waits for an answer.
    pub(super) asks: Option<Address>,
    /// Who left its members; ascending.
    pub(super) departed: Vec<UniqueAddress>,
    /// Whether it sees an unreachable or a Down member.
    pub(super) sees_trouble: bool,
    /// Whether it may believe itself the oldest of something.
    pub(super) is_oldest: bool,
    /// Whether it sees convergence.
    pub(super) sees_convergence: bool,
    pub(super) watch: ConvergenceWatch,
    /// The version on which it was last seen converged.
    pub(super) converged_on: Option<u64>,
    /// When it was started.
    pub(super) started: Instant,
    /// Of a node that exits, until its exit tasks have ended.
    pub(super) exit: Option<Exit>,
    /// REP-43: who founded its cluster, if that is known.
    pub(super) founder: Option<UniqueAddress>,
    pub(super) told: Told,
    pub(super) rest: Rest,
}

/// What of a node's settings the judge needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Terms {
    pub(super) data_center: String,
    pub(super) identity: Arc<Identity>,
    pub(super) repairs: Repairs,
    pub(super) resolver: Option<ResolverConfig>,
    pub(super) lease: Option<LeaseTerms>,
    pub(super) stable_after: Duration,
    /// SBR-14: how long a resolver waits before it downs anybody, whatever its strategy; none if there is no resolver.
    pub(super) downs_after: Option<Duration>,
    pub(super) detector: FailureDetectorConfig,
    pub(super) heartbeat_interval: Duration,
    pub(super) heartbeat_pause: Duration,
    pub(super) reaper_interval: Duration,
    pub(super) expected_response_after: Duration,
    pub(super) monitored_by: usize,
    pub(super) unrest_limit: Option<Duration>,
    pub(super) tombstone_life: Duration,
    pub(super) weakly_up_after: Option<Duration>,
    pub(super) leader_interval: Duration,
    pub(super) gossip_interval: Duration,
    /// GSP-50
    pub(super) different_view: u32,
    /// GSP-54
    pub(super) cross_connections: u32,
    pub(super) cross_probability: f64,
    /// DC-42
    pub(super) always_speeds_up: bool,
    pub(super) initial_delay: Duration,
    pub(super) members_min: usize,
    pub(super) role_members_min: BTreeMap<Arc<str>, u32>,
}

impl Terms {
    /// The settings of some nodes. Of many with the same ones, one after the other, they come once.
    pub(super) fn differing<'a>(seats: impl Iterator<Item = &'a Seat>) -> Vec<&'a Arc<Self>> {
        let mut differing: Vec<&Arc<Self>> = Vec::new();
        for seat in seats {
            if differing.last().is_none_or(|last| !Arc::ptr_eq(last, &seat.terms)) {
                differing.push(&seat.terms);
            }
        }
        differing
    }

    pub(super) fn of(config: &Config) -> Self {
        let roles = config.member_roles().unwrap_or_default();
        let resolves = config.downing == Downing::Sbr && config.sbr.strategy != StrategyName::DownAll;
        Self {
            data_center: roles.data_center().into(),
            identity: Arc::new(Identity { app_version: config.app_version.clone(), roles }),
            repairs: config.repairs,
            resolver: resolves.then(|| config.sbr.clone()),
            lease: LeaseTerms::of(config),
            stable_after: config.sbr.stable_after,
            downs_after: (config.downing == Downing::Sbr).then_some(config.sbr.stable_after),
            detector: config.failure_detector.clone(),
            heartbeat_interval: config.failure_detector.heartbeat_interval,
            heartbeat_pause: config.failure_detector.acceptable_heartbeat_pause,
            reaper_interval: config.unreachable_nodes_reaper_interval,
            expected_response_after: config.failure_detector.expected_response_after,
            monitored_by: config.failure_detector.monitored_by_nr_of_members as usize,
            unrest_limit: config.sbr.unrest_limit(),
            tombstone_life: config.prune_gossip_tombstones_after,
            weakly_up_after: config.allow_weakly_up_members,
            leader_interval: config.leader_actions_interval,
            gossip_interval: config.gossip_interval,
            different_view: config.reduce_gossip_different_view_probability,
            cross_connections: config.multi_data_center.cross_data_center_connections,
            cross_probability: config.multi_data_center.cross_data_center_gossip_probability,
            always_speeds_up: config.multi_data_center.always_speed_up_gossip,
            initial_delay: config.periodic_tasks_initial_delay,
            members_min: config.min_nr_of_members as usize,
            role_members_min: config.role_min_nr_of_members.clone(),
        }
    }

    /// The least time after which the leader's timer has fired for certain, if any timer fires then.
    pub(super) fn leader_fires_within(&self) -> Duration {
        self.leader_interval.max(self.initial_delay)
    }
}

impl Seat {
    /// Its timers were looked at. Some fire at least with every heartbeat, so a longer time since the last ones says that it was
    /// suspended, be it that its host is slow. RCH-74: then it judges nobody at once, but asks to be called again, so what counts is the
    /// longer time, and not the short one after it.
    pub(super) fn ticked(&mut self, at: Instant) {
        if at.since(self.watch.last_tick()) > self.terms.heartbeat_interval {
            self.rest.suspended(at);
        }
        self.watch.ticked(at);
    }

    /// A node that has just been started.
    pub(super) fn new(node: &NodeView<'_>, terms: Arc<Terms>, at: Instant) -> Self {
        Self {
            me: node.me.clone(),
            terms,
            revision: 0,
            gossip: Arc::new(Gossip::new()),
            confirmed: Vec::new(),
            is_live: true,
            is_initialized: false,
            asks: None,
            departed: Vec::new(),
            sees_trouble: false,
            is_oldest: false,
            sees_convergence: false,
            watch: ConvergenceWatch::new(at),
            converged_on: None,
            started: at,
            exit: None,
            founder: None,
            told: Told::default(),
            rest: Rest::new(at),
        }
    }

    /// Whether it takes part in a cluster, as far as anybody outside can tell.
    pub(super) fn takes_part(&self) -> bool {
        self.is_live && self.is_initialized
    }

    pub(super) fn view(&self) -> LocalView<'_> {
        LocalView::new(&self.gossip, &self.me, &self.terms.data_center, &self.terms.repairs)
    }

    pub(super) fn is_converged(&self) -> bool {
        self.view().has_convergence(&self.confirmed)
    }

    pub(super) fn naive(&self) -> Naive<'_> {
        Naive {
            gossip: &self.gossip,
            me: &self.me,
            data_center: &self.terms.data_center,
            repairs: &self.terms.repairs,
            confirmed: &self.confirmed,
        }
    }

    pub(super) fn leader_terms(&self, at: Instant) -> LeaderTerms {
        LeaderTerms {
            without_convergence: self.watch.waited(at),
            weakly_up_after: self.terms.weakly_up_after,
            interval: self.terms.leader_interval,
        }
    }

    /// Whether the work before its exit goes on.
    pub(super) fn is_exiting(&self) -> bool {
        self.exit.is_some() && self.own_status() == MemberStatus::Exiting
    }

    /// REP-10: which version of its cluster's state it has.
    pub(super) fn version(&self) -> u64 {
        version(&self.gossip, !self.terms.repairs.content_decides)
    }

    pub(super) fn own_status(&self) -> MemberStatus {
        self.gossip.member(&self.me).map_or(MemberStatus::Removed, |member| member.status())
    }

    pub(super) fn has_removed(&self, node: &UniqueAddress) -> bool {
        self.departed.binary_search(node).is_ok()
    }

    /// Takes in how the node came on.
    pub(super) fn follow(&mut self, node: &NodeView<'_>) {
        self.is_initialized = *node.phase == Phase::Initialized;
        self.asks = match node.phase {
            Phase::TryingToJoin { join_with } => Some(join_with.clone()),
            _ => None,
        };
        if self.confirmed != node.confirmed {
            self.confirmed.clear();
            self.confirmed.extend_from_slice(node.confirmed);
        }
        self.sees_convergence = self.is_converged();
    }

    /// Remembers who left its members.
    pub(super) fn remember_departed<'b>(&mut self, gone: impl Iterator<Item = &'b Member>) {
        for node in gone.map(Member::unique_address) {
            if let Err(place) = self.departed.binary_search(node) {
                self.departed.insert(place, node.clone());
            }
        }
    }

    /// Looks for trouble in the present state.
    pub(super) fn find_trouble(&self) -> bool {
        self.gossip.reachability().anybody_is_unreachable()
            || self.gossip.members().has_status(MemberStatus::Down)
    }
}

/// What an incarnation is by its own settings.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Identity {
    pub(super) roles: Roles,
    pub(super) app_version: AppVersion,
}

impl Identity {
    /// Whether a member is said to be what this is.
    pub(super) fn is_told_by(&self, member: &Member) -> bool {
        self.roles == *member.roles() && self.app_version == *member.app_version()
    }
}
