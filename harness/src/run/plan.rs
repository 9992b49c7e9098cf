//! From a case to a world, and from its statements to what is done to that world.

use std::sync::Arc;
use std::time::Duration;

use quorate::{Address, Command, Config, Target};
use quorate_sim::{
    Action as Deed, Application, Cut, Delay as LinkDelay, Heal, HostId, HostSpec, LinkChange as Change,
    LinkSet, Loss, Share, World,
};

use super::cast::Cast;
use crate::case::{
    self, Action, Between, Bytes, Case, Delay, LinkEffect, Links, NodeName, NodeRef, Percent, Time,
};
use crate::settings::{
    WORLD_EXIT_TASKS, WORLD_MEMORY_CAP, WORLD_MEMORY_CAP_DEFAULT, WORLD_PLANTED, WORLD_WIRE, planted,
};

/// Why a case can't be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRunnable {
    /// The line of the case that asks for it; 0 for none.
    pub line: u32,
    /// What can't be done, and why.
    pub why: String,
}

impl std::fmt::Display for NotRunnable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        f.write_str(&self.why)
    }
}

impl std::error::Error for NotRunnable {}

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
    cast: &Cast,
    overrides: &[(String, String)],
    configs: &[Arc<Config>],
) -> Result<World<A>, NotRunnable> {
    let mut world = World::new(case.seed);
    let written = case.settings.iter().flat_map(|set| set.settings.iter().map(|one| (set.line.0, one)));
    let written = written.map(|(line, set)| (line, set.key.as_str(), set.value.as_str()));
    let settings = written.chain(overrides.iter().map(|(key, value)| (0, key.as_str(), value.as_str())));
    let (mut memory_cap, mut exit_tasks) = ((0, WORLD_MEMORY_CAP_DEFAULT), Duration::ZERO);
    for (line, key, value) in settings {
        match key {
            WORLD_WIRE => world.set_wire(value == "on"),
            WORLD_MEMORY_CAP => memory_cap = (line, value.parse().unwrap_or(WORLD_MEMORY_CAP_DEFAULT)),
            WORLD_EXIT_TASKS => {
                let time = value.parse().map_err(|_| NotRunnable { line, why: format!("{key}: {value}") })?;
                exit_tasks = duration(time);
            }
            _ => {}
        }
    }
    for (name, config) in case.nodes.iter().zip(configs) {
        let address = cast.address(name).map_err(|why| NotRunnable { line: 0, why })?;
        let mut spec = HostSpec::new(name.as_str(), address, config.clone());
        spec.exit_tasks = exit_tasks;
        world.add_host(spec).map_err(|error| NotRunnable { line: 0, why: error.to_string() })?;
    }
    cap_memory(&mut world, memory_cap)?;
    Ok(world)
}

/// SIM-13: a cap that the world exceeds before anything has happened is a mistake of the case, and no violation.
fn cap_memory<A: Application>(world: &mut World<A>, (line, cap): (u32, Bytes)) -> Result<(), NotRunnable> {
    let (takes, nodes) = (Bytes(world.memory_bytes()), world.hosts().len());
    if takes > cap {
        let why = format!("a cap of {cap} is too small: {nodes} nodes take {takes} before they start");
        return Err(NotRunnable { line, why });
    }
    world.set_memory_cap(Some(cap.0));
    Ok(())
}

/// What a statement does to the world: one deed or several.
pub(crate) struct Deeds<'a> {
    pub(crate) case: &'a Case,
    pub(crate) cast: &'a Cast,
    pub(crate) configs: &'a [Arc<Config>],
}

impl Deeds<'_> {
    /// The deeds of an action; none for one that only asks. What each does stands with its form, in the case language.
    pub(crate) fn of(&self, action: &Action) -> Result<Vec<Deed>, String> {
        case::play(action, self).unwrap_or_else(|| Ok(Vec::new()))
    }

    pub(crate) fn start_all(&self, at_once: bool) -> Result<Vec<Deed>, String> {
        let spread = |host: HostId| {
            let config = &self.configs[host.index()];
            let first_tick = config.gossip_interval.max(config.periodic_tasks_initial_delay);
            (!at_once).then_some(first_tick)
        };
        let hosts = (0..self.case.nodes.len()).map(HostId::from_index);
        let seeds = self.addresses(&self.case.seeds)?;
        Ok(hosts.map(|host| Deed::Start { host, seeds: seeds.clone(), spread: spread(host) }).collect())
    }

    pub(crate) fn start(&self, nodes: &[NodeName], seeds: Option<&[NodeName]>) -> Result<Vec<Deed>, String> {
        let seeds = self.addresses(seeds.unwrap_or(&self.case.seeds))?;
        self.each(nodes, |host| Deed::Start { host, seeds: seeds.clone(), spread: None })
    }

    pub(crate) fn cut_groups(&self, groups: &[Vec<NodeName>], rest_is_group: bool) -> Result<Cut, String> {
        Ok(Cut::Groups { groups: self.groups(groups)?, rest_is_group })
    }

    pub(crate) fn cut_link(&self, between: &Between) -> Result<Cut, String> {
        Ok(match self.between(between)? {
            (from, to, true) => Cut::OneWay { from, to },
            (a, b, false) => Cut::Pair(a, b),
        })
    }

    pub(crate) fn bridge(
        &self,
        bridge: &[NodeName],
        groups: &[Vec<NodeName>],
        rest_is_group: bool,
    ) -> Result<Deed, String> {
        let (bridge, groups) = (self.hosts(bridge)?, self.groups(groups)?);
        Ok(Deed::Cut(Cut::Bridge { bridge, groups, rest_is_group }))
    }

    pub(crate) fn ring(&self, nodes: &[NodeName]) -> Result<Deed, String> {
        let order = self.hosts(if nodes.is_empty() { &self.case.nodes } else { nodes })?;
        Ok(Deed::Cut(Cut::Ring { order }))
    }

    pub(crate) fn heal_link(&self, between: &Between) -> Result<Deed, String> {
        Ok(Deed::Heal(match self.between(between)? {
            (from, to, true) => Heal::OneWay { from, to },
            (a, b, false) => Heal::Pair(a, b),
        }))
    }

    pub(crate) fn heal_groups(&self, groups: &[Vec<NodeName>], rest_is_group: bool) -> Result<Deed, String> {
        Ok(Deed::Heal(Heal::Groups { groups: self.groups(groups)?, rest_is_group }))
    }

    pub(crate) fn links(&self, links: &Links) -> Result<LinkSet, String> {
        Ok(match links {
            Links::All => LinkSet::All,
            Links::Between(between) => match self.between(between)? {
                (from, to, true) => LinkSet::OneWay { from, to },
                (a, b, false) => LinkSet::Between(a, b),
            },
        })
    }

    /// What a `link` statement does.
    pub(crate) fn link(&self, change: &case::LinkChange) -> Result<Deed, String> {
        let links = self.links(&change.links)?;
        let lasts = change.lasts.map(duration);
        let change = match change.effect {
            LinkEffect::Delay(delay) => Change::delay(link_delay(delay)),
            LinkEffect::Loss(percent) => Change::loss(loss(percent)),
            LinkEffect::BurstyLoss { share, burst } => {
                Change::loss(loss(share).in_bursts_of(duration(burst)))
            }
            LinkEffect::Duplicate(percent) => Change::duplicate(share(percent)),
            LinkEffect::Reorder { share: percent, by } => Change::reorder(share(percent), duration(by)),
            LinkEffect::Corrupt(percent) => Change::corrupt(share(percent)),
            LinkEffect::Bandwidth(bytes) => Change::bandwidth(bytes.0),
            LinkEffect::Queue(bytes) => Change::queue(bytes.0),
            LinkEffect::Mtu(bytes) => Change::mtu(bytes.0),
        };
        Ok(Deed::Link { links, change, lasts })
    }

    /// One deed.
    pub(crate) fn one(&self, deed: Result<Deed, String>) -> Result<Vec<Deed>, String> {
        deed.map(|deed| vec![deed])
    }

    /// One deed for each node.
    pub(crate) fn each(
        &self,
        nodes: &[NodeName],
        deed: impl Fn(HostId) -> Deed,
    ) -> Result<Vec<Deed>, String> {
        nodes.iter().map(|node| self.host(node).map(&deed)).collect()
    }

    /// One deed that is about two nodes.
    pub(crate) fn two(
        &self,
        one: &NodeName,
        other: &NodeName,
        deed: impl Fn(HostId, HostId) -> Deed,
    ) -> Result<Vec<Deed>, String> {
        Ok(vec![deed(self.host(one)?, self.host(other)?)])
    }

    /// A command about a member: by its address, or by its unique address if the case names an incarnation, which must have lived.
    pub(crate) fn told_of(
        &self,
        member: &NodeRef,
        at: &NodeName,
        by_address: impl Fn(HostId, HostId) -> Deed,
        by_name: impl Fn(Target) -> Command,
    ) -> Result<Vec<Deed>, String> {
        if member.incarnation.is_none() {
            return self.two(&member.name, at, by_address);
        }
        let life = self.cast.life(member).ok_or_else(|| format!("{member} has not lived so far"))?;
        let command = by_name(Target::Incarnation(life.node.clone()));
        Ok(vec![Deed::Command { host: self.host(at)?, command }])
    }

    pub(crate) fn host(&self, name: &NodeName) -> Result<HostId, String> {
        self.cast.host(name).ok_or_else(|| format!("there is no node {name}"))
    }

    fn hosts(&self, names: &[NodeName]) -> Result<Vec<HostId>, String> {
        names.iter().map(|name| self.host(name)).collect()
    }

    fn groups(&self, groups: &[Vec<NodeName>]) -> Result<Vec<Vec<HostId>>, String> {
        groups.iter().map(|group| self.hosts(group)).collect()
    }

    /// CASE-9: where a node is.
    pub(crate) fn address(&self, name: &NodeName) -> Result<Address, String> {
        self.cast.address(name)
    }

    fn addresses(&self, names: &[NodeName]) -> Result<Vec<Address>, String> {
        names.iter().map(|name| self.address(name)).collect()
    }

    fn between(&self, between: &Between) -> Result<(HostId, HostId, bool), String> {
        Ok(match between {
            Between::OneWay { from, to } => (self.host(from)?, self.host(to)?, true),
            Between::BothWays { one, other } => (self.host(one)?, self.host(other)?, false),
        })
    }
}

fn share(percent: Percent) -> Share {
    Share::from_parts_per_million(percent.parts_per_million()).unwrap_or(Share::ALL)
}

fn loss(percent: Percent) -> Loss {
    Loss::from_parts_per_million(percent.parts_per_million()).unwrap_or(Loss::ALL)
}

fn link_delay(delay: Delay) -> LinkDelay {
    match delay {
        Delay::Constant(delay) => LinkDelay::Constant(duration(delay)),
        Delay::Uniform { from, to } => LinkDelay::Uniform { min: duration(from), max: duration(to) },
        Delay::Exponential { mean } => LinkDelay::Exponential { mean: duration(mean) },
        Delay::Bimodal { usual, other, share } => LinkDelay::Bimodal {
            usual: duration(usual),
            other: duration(other),
            other_parts_per_million: share.parts_per_million(),
        },
        Delay::LogNormal { median, p99 } => {
            LinkDelay::LogNormal { median: duration(median), p99: duration(p99) }
        }
    }
}

/// A time of a case as a duration.
pub(crate) const fn duration(time: Time) -> Duration {
    Duration::from_nanos(time.nanos())
}
