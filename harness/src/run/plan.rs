//! From a case to a world, and from its statements to what is done to that world.

use std::sync::Arc;
use std::time::Duration;

use quorate::{Address, Config};
use quorate_sim::{
    Action as Deed, Application, Cut, Delay as LinkDelay, Heal, HostId, HostSpec, LinkChange as Change,
    LinkSet, Loss, World,
};

use super::cast::Cast;
use crate::case::{self, Action, Between, Case, Delay, LinkEffect, Links, NodeName, Time, address_parts};
use crate::settings::{WORLD_EXIT_TASKS, WORLD_PLANTED, WORLD_WIRE, planted};

/// Why a case can't be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRunnable {
    /// The line of the case that asks for it; 0 for none.
    pub line: u32,
    /// What can't be done, and why.
    pub why: String,
}

/// The address of a node (CASE-9).
pub(crate) fn address(name: &NodeName) -> Result<Address, String> {
    let (host, port) = address_parts(name);
    Address::new(host, port).map_err(|error| format!("{name}: {error}"))
}

/// The configuration of each node: the defaults, what the case sets for all, what it sets for one; in the order written.
/// Overrides come last.
pub(crate) fn configs(case: &Case, overrides: &[(String, String)]) -> Result<Vec<Arc<Config>>, NotRunnable> {
    case.nodes.iter().map(|name| one_config(case, name, overrides).map(Arc::new)).collect()
}

fn one_config(case: &Case, name: &NodeName, overrides: &[(String, String)]) -> Result<Config, NotRunnable> {
    let mut config = Config::default();
    let fail = |line: u32, why: String| NotRunnable { line, why };
    let mut roles: Vec<Arc<str>> = Vec::new();
    for of in case.roles.iter().filter(|of| of.nodes.contains(name)) {
        roles.extend(of.roles.iter().map(|role| Arc::from(role.as_str())));
    }
    for set in case.settings.iter().filter(|set| set.nodes.is_empty() || set.nodes.contains(name)) {
        for setting in set.settings.iter().filter(|setting| !setting.key.starts_with("world.")) {
            config.set(&setting.key, &setting.value).map_err(|error| fail(set.line.0, error.to_string()))?;
        }
    }
    for (key, value) in overrides.iter().filter(|(key, _)| !key.starts_with("world.")) {
        config.set(key, value).map_err(|error| fail(0, error.to_string()))?;
    }
    let settings = case.settings.iter().flat_map(|set| &set.settings).map(|set| (&set.key, &set.value));
    let overrides = overrides.iter().map(|(key, value)| (key, value));
    for (_, value) in settings.chain(overrides).filter(|(key, _)| *key == WORLD_PLANTED) {
        config.repairs.planted = match value.as_str() {
            "off" => None,
            name => Some(planted(name).map_err(|why| fail(0, why))?),
        };
    }
    roles.extend(config.roles.iter().cloned());
    config.roles = roles;
    config.validate().map_err(|errors| fail(0, format!("{name}: {errors}")))?;
    Ok(config)
}

/// The world of a case at its beginning.
pub(crate) fn world<A: Application + Default>(
    case: &Case,
    overrides: &[(String, String)],
    configs: &[Arc<Config>],
) -> Result<World<A>, NotRunnable> {
    let mut world = World::new(case.seed);
    let settings = case.settings.iter().flat_map(|set| &set.settings).map(|set| (&set.key, &set.value));
    let overrides = overrides.iter().map(|(key, value)| (key, value));
    let mut exit_tasks = Duration::ZERO;
    for (key, value) in settings.chain(overrides) {
        match key.as_str() {
            WORLD_WIRE => world.set_wire(value == "on"),
            WORLD_EXIT_TASKS => {
                let time =
                    value.parse().map_err(|_| NotRunnable { line: 0, why: format!("{key}: {value}") })?;
                exit_tasks = duration(time);
            }
            _ => {}
        }
    }
    for (name, config) in case.nodes.iter().zip(configs) {
        let address = address(name).map_err(|why| NotRunnable { line: 0, why })?;
        let mut spec = HostSpec::new(name.as_str(), address, config.clone());
        spec.exit_tasks = exit_tasks;
        world.add_host(spec).map_err(|error| NotRunnable { line: 0, why: error.to_string() })?;
    }
    Ok(world)
}

/// What a statement does to the world: one deed or several.
pub(crate) struct Deeds<'a> {
    pub(crate) case: &'a Case,
    pub(crate) cast: &'a Cast,
    pub(crate) configs: &'a [Arc<Config>],
}

impl Deeds<'_> {
    /// The deeds of an action; none for one that only asks.
    pub(crate) fn of(&self, action: &Action) -> Result<Vec<Deed>, String> {
        Ok(match action {
            Action::StartAll { at_once } => {
                let spread = |host: HostId| {
                    let config = &self.configs[host.index()];
                    let first_tick = config.gossip_interval.max(config.periodic_tasks_initial_delay);
                    (!at_once).then_some(first_tick)
                };
                let hosts = (0..self.case.nodes.len()).map(HostId::from_index);
                let seeds = self.addresses(&self.case.seeds)?;
                hosts.map(|host| Deed::Start { host, seeds: seeds.clone(), spread: spread(host) }).collect()
            }
            Action::Start { nodes, seeds } => {
                let seeds = self.addresses(seeds.as_ref().unwrap_or(&self.case.seeds))?;
                self.each(nodes, |host| Deed::Start { host, seeds: seeds.clone(), spread: None })?
            }
            Action::Stop { nodes } => self.each(nodes, |host| Deed::Stop { host })?,
            Action::Crash { nodes } => self.each(nodes, |host| Deed::Crash { host })?,
            Action::Restart { nodes, after } => {
                let after = duration(*after);
                self.each(nodes, |host| Deed::Restart { host, after })?
            }
            Action::Leave { node, at } => {
                let host = self.host(node)?;
                vec![Deed::Leave { host, at: at.as_ref().map_or(Ok(host), |at| self.host(at))? }]
            }
            Action::Down { node, at } => vec![Deed::Down { host: self.host(node)?, at: self.host(at)? }],
            Action::Join { node, via } => vec![Deed::Join { host: self.host(node)?, via: self.host(via)? }],
            Action::CutGroups { groups, rest } => {
                let groups = groups.iter().map(|group| self.hosts(group)).collect::<Result<_, _>>()?;
                vec![Deed::Cut(Cut::Groups { groups, rest_is_group: *rest })]
            }
            Action::CutLink { between } => vec![Deed::Cut(match self.between(between)? {
                (from, to, true) => Cut::OneWay { from, to },
                (a, b, false) => Cut::Pair(a, b),
            })],
            Action::Isolate { node } => vec![Deed::Isolate { host: self.host(node)? }],
            Action::Heal { between: None } => vec![Deed::Heal(Heal::All)],
            Action::Heal { between: Some(between) } => vec![Deed::Heal(match self.between(between)? {
                (from, to, true) => Heal::OneWay { from, to },
                (a, b, false) => Heal::Pair(a, b),
            })],
            Action::Link(change) => vec![self.link(change)?],
            Action::Check { .. } | Action::End => Vec::new(),
        })
    }

    /// What a `link` statement does.
    pub(crate) fn link(&self, change: &case::LinkChange) -> Result<Deed, String> {
        let links = match &change.links {
            Links::All => LinkSet::All,
            Links::Between(between) => match self.between(between)? {
                (from, to, true) => LinkSet::OneWay { from, to },
                (a, b, false) => LinkSet::Between(a, b),
            },
        };
        let change = match change.effect {
            LinkEffect::Delay(Delay::Constant(delay)) => Change::delay(LinkDelay::Constant(duration(delay))),
            LinkEffect::Delay(Delay::Uniform { from, to }) => {
                Change::delay(LinkDelay::Uniform { min: duration(from), max: duration(to) })
            }
            LinkEffect::Loss(share) => {
                Change::loss(Loss::from_parts_per_million(share.parts_per_million()).unwrap_or(Loss::ALL))
            }
        };
        Ok(Deed::Link { links, change })
    }

    fn each(&self, nodes: &[NodeName], deed: impl Fn(HostId) -> Deed) -> Result<Vec<Deed>, String> {
        nodes.iter().map(|node| self.host(node).map(&deed)).collect()
    }

    fn host(&self, name: &NodeName) -> Result<HostId, String> {
        self.cast.host(name).ok_or_else(|| format!("there is no node {name}"))
    }

    fn hosts(&self, names: &[NodeName]) -> Result<Vec<HostId>, String> {
        names.iter().map(|name| self.host(name)).collect()
    }

    fn addresses(&self, names: &[NodeName]) -> Result<Vec<Address>, String> {
        names.iter().map(address).collect()
    }

    fn between(&self, between: &Between) -> Result<(HostId, HostId, bool), String> {
        Ok(match between {
            Between::OneWay { from, to } => (self.host(from)?, self.host(to)?, true),
            Between::BothWays { one, other } => (self.host(one)?, self.host(other)?, false),
        })
    }
}

/// A time of a case as a duration.
pub(crate) const fn duration(time: Time) -> Duration {
    Duration::from_nanos(time.nanos())
}
