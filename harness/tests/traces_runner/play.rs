//! A trace's script in a simulated world of exact nodes, and what they tell.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use quorate::{Address, ClusterEvent, Command, Config, Downing, Instant, Member, Output, UniqueAddress};
use quorate_sim::{Action as Deed, Cut, Heal, HostId, HostSpec, NotApplicable, Outcome, StepKind, World};

use crate::traces_runner::script::Action;
use crate::traces_runner::trace::{Told, Trace};

/// How long nodes have been running before the script begins: their first ticks have come, at a keyed instant of each.
const LEAD: Duration = Duration::from_secs(2);
/// How long a `leave X while Joining` waits for its `Join` to arrive: so long that a seed node may be asked a second time.
const JOINING_WITHIN: Duration = Duration::from_secs(10);

/// What came of one seed.
pub(crate) struct Played {
    /// What each incarnation told: a group for each input that made it tell something.
    pub(crate) told: BTreeMap<String, Vec<Vec<Told>>>,
    /// The incarnations whose process ended: what they told last, nobody may have heard.
    pub(crate) ended: Vec<String>,
    pub(crate) alive: Vec<String>,
}

/// The settings of a trace: `defaults except SBR keep-majority stable-after 7s, min-nr-of-members 3, ...`. Names are Pekko's, with its
/// prefix or without it; a name that belongs to the strategy may stand behind it alone.
///
/// # Errors
/// A clause that is not known.
pub(crate) fn config(settings: &str) -> Result<Config, String> {
    let mut config = Config::pekko();
    let clauses = settings.strip_prefix("defaults except ").unwrap_or(settings);
    for clause in clauses.split(',').map(str::trim).filter(|clause| !matches!(*clause, "" | "defaults")) {
        match clause {
            // Of the JVM: nothing of a node.
            "Artery test-mode on" | "coordinated shutdown does not end the actor system" => {}
            "no SBR" | "SBR off" | "no downing" => config.downing = Downing::None,
            other => set_clause(&mut config, other).map_err(|why| format!("`{other}`: {why}"))?,
        }
    }
    config.validate().map_err(|errors| errors.to_string())?;
    Ok(config)
}

/// `SBR STRATEGY KEY VALUE ...`, or `KEY VALUE ...`.
fn set_clause(config: &mut Config, clause: &str) -> Result<(), String> {
    let mut words: Vec<String> = Vec::new();
    for word in clause.split([' ', '=']).filter(|word| !word.is_empty()) {
        // `7 s` is one value.
        match words.last_mut() {
            Some(last) if matches!(word, "ms" | "s" | "m") && last.parse::<f64>().is_ok() => {
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    let mut words = words.iter().map(String::as_str);
    let mut first = words.next();
    let mut prefixes = vec![String::new()];
    if first == Some("SBR") {
        config.downing = Downing::Sbr;
        let strategy = words.next().unwrap_or_default();
        set(config, "sbr.strategy", strategy)?;
        prefixes = vec!["sbr.".into(), format!("sbr.{strategy}.")];
        first = words.next();
    }
    while let Some(key) = first {
        let key = key.strip_prefix("pekko.cluster.").unwrap_or(key);
        let key = key.replace("split-brain-resolver.", "sbr.");
        let value = words.next().ok_or_else(|| format!("{key} has no value"))?;
        let set_as = prefixes.iter().map(|prefix| set(config, &format!("{prefix}{key}"), value));
        set_as.reduce(|one, other| one.or(other)).unwrap_or(Ok(()))?;
        first = words.next();
    }
    Ok(())
}

fn set(config: &mut Config, key: &str, value: &str) -> Result<(), String> {
    config.set(key, value).map_err(|error| error.to_string())
}

struct Player {
    world: World,
    names: BTreeMap<UniqueAddress, String>,
    played: Played,
}

/// Plays the script of a trace with a seed.
///
/// # Errors
/// Something in the script that can't be done.
pub(crate) fn play(trace: &Trace, config: &Arc<Config>, seed: u64) -> Result<Played, String> {
    let mut world = World::new(seed);
    for name in &trace.nodes {
        let address = Address::new(name, 1).map_err(|error| error.to_string())?;
        let host = world
            .add_host(HostSpec::new(name, address, config.clone()))
            .map_err(|error| error.to_string())?;
        world.schedule(
            Instant::ZERO,
            Deed::Start { host, seeds: Vec::new(), spread: Some(Duration::from_secs(1)) },
        );
    }
    let played = Played { told: BTreeMap::new(), ended: Vec::new(), alive: Vec::new() };
    let mut player = Player { world, names: BTreeMap::new(), played };
    for (at, action) in &trace.actions {
        player.advance(Instant::ZERO + LEAD + *at);
        player.act(trace, action)?;
    }
    player.advance(Instant::ZERO + LEAD + trace.end);
    Ok(player.finish())
}

impl Player {
    fn host(&self, label: &str) -> Result<HostId, String> {
        self.world.host_named(label).ok_or_else(|| format!("there is no node {label}"))
    }

    fn address(&self, label: &str) -> Result<Address, String> {
        Ok(self.world.host(self.host(label)?).address().clone())
    }

    /// Does something with each pair of nodes of two groups. Nodes that are in no group are not touched.
    fn between(
        &mut self,
        groups: &[Vec<String>],
        deed: impl Fn(HostId, HostId) -> Deed,
    ) -> Result<(), String> {
        for (place, group) in groups.iter().enumerate() {
            for (a, b) in group.iter().flat_map(|a| groups[place + 1..].iter().flatten().map(move |b| (a, b)))
            {
                self.deed(&deed(self.host(a)?, self.host(b)?))?;
            }
        }
        Ok(())
    }

    fn advance(&mut self, until: Instant) {
        while self.step(until).is_some() {}
    }

    /// One step, and what its node told in it. The outcome of an action, when it was one.
    fn step(&mut self, until: Instant) -> Option<Option<NotApplicable>> {
        let step = self.world.step_until(until)?;
        let refused = match step.what {
            StepKind::Action { outcome: Outcome::NotApplicable(why), .. } => Some(why.clone()),
            _ => None,
        };
        let Some(host) = step.host else { return Some(refused) };
        let events: Vec<ClusterEvent> = step
            .outputs
            .iter()
            .filter_map(|output| match output {
                Output::Event(event) => Some(event.clone()),
                _ => None,
            })
            .collect();
        let there = self.world.host(host);
        let name = format!("{}#{}", there.name(), there.incarnation());
        if let Some(node) = there.unique_address() {
            self.names.entry(node.clone()).or_insert_with(|| name.clone());
        }
        if !there.is_running() && there.node().is_some() && !self.played.ended.contains(&name) {
            self.played.ended.push(name.clone());
        }
        let told: Vec<Told> = events.iter().filter_map(|event| self.told(event)).collect();
        if !told.is_empty() {
            self.played.told.entry(name).or_default().push(told);
        }
        Some(refused)
    }

    fn name(&self, node: &UniqueAddress) -> String {
        self.names.get(node).cloned().unwrap_or_else(|| node.to_string())
    }

    /// An event as a trace tells it; nothing for those that are not compared.
    fn told(&self, event: &ClusterEvent) -> Option<Told> {
        use ClusterEvent as Event;
        let of = |kind, member: &Member| (kind, self.name(member.unique_address()));
        let (kind, about) = match event {
            Event::MemberJoined(member) => of("MemberJoined", member),
            Event::MemberWeaklyUp(member) => of("MemberWeaklyUp", member),
            Event::MemberUp(member) => {
                ("MemberUp", format!("{}, {}", self.name(member.unique_address()), member.up_number()))
            }
            Event::MemberLeft(member) => of("MemberLeft", member),
            Event::MemberExited(member) => of("MemberExited", member),
            Event::MemberDowned(member) => of("MemberDowned", member),
            Event::MemberPreparingForShutdown(member) => of("MemberPreparingForShutdown", member),
            Event::MemberReadyForShutdown(member) => of("MemberReadyForShutdown", member),
            Event::MemberRemoved { member, previous_status } => {
                ("MemberRemoved", format!("{}, {previous_status:?}", self.name(member.unique_address())))
            }
            Event::UnreachableMember(member) => of("UnreachableMember", member),
            Event::ReachableMember(member) => of("ReachableMember", member),
            Event::LeaderChanged(leader) => (
                "LeaderChanged",
                leader.as_ref().map_or_else(|| "None".to_owned(), |leader| leader.host().to_owned()),
            ),
            Event::ClusterShuttingDown => ("ClusterShuttingDown", String::new()),
            _ => return None,
        };
        Some(Told { kind, about })
    }

    fn act(&mut self, trace: &Trace, action: &Action) -> Result<(), String> {
        let deed = match action {
            Action::Join(node, via) => Deed::Join { host: self.host(node)?, via: self.host(via)? },
            Action::AllJoinSeedNodes(seeds) => {
                let seeds: Vec<Address> =
                    seeds.iter().map(|label| self.address(label)).collect::<Result<_, _>>()?;
                for label in &trace.nodes {
                    let host = self.host(label)?;
                    self.deed(&Deed::Command { host, command: Command::JoinSeedNodes(seeds.clone()) })?;
                }
                return Ok(());
            }
            Action::Leave { node, on, while_joining } => {
                let (host, at) = (self.host(node)?, self.host(on)?);
                if *while_joining {
                    self.wait_for_joining(host, at)?;
                }
                Deed::Leave { host, at }
            }
            Action::Down(node, on) => Deed::Down { host: self.host(node)?, at: self.host(on)? },
            Action::Prepare(on) => {
                Deed::Command { host: self.host(on)?, command: Command::PrepareForShutdown }
            }
            Action::Cut(groups) => return self.between(groups, |a, b| Deed::Cut(Cut::Pair(a, b))),
            Action::Heal(groups) => return self.between(groups, |a, b| Deed::Heal(Heal::Pair(a, b))),
            Action::Crash(node) => Deed::Crash { host: self.host(node)? },
            Action::Restart(node) => Deed::Start { host: self.host(node)?, seeds: Vec::new(), spread: None },
        };
        self.deed(&deed)
    }

    fn deed(&mut self, deed: &Deed) -> Result<(), String> {
        let now = self.world.now();
        self.world.schedule(now, deed.clone());
        match self.step(now) {
            Some(None) => Ok(()),
            Some(Some(why)) => Err(format!("{deed:?}: {why}")),
            None => Err(format!("{deed:?} was not done")),
        }
    }

    /// Until `at` has the node as a member: Joining, unless the leader was quicker.
    fn wait_for_joining(&mut self, host: HostId, at: HostId) -> Result<(), String> {
        let limit = self.world.now() + JOINING_WITHIN;
        let is_joining = |world: &World| {
            let node = world.host(host).unique_address()?;
            Some(world.host(at).node()?.gossip().members().contains(node))
        };
        while is_joining(&self.world) != Some(true) {
            self.step(limit).ok_or("nobody was Joining in time")?;
        }
        Ok(())
    }

    fn finish(mut self) -> Played {
        for host in self.world.hosts().iter().filter(|host| host.is_running()) {
            let members = host.node().into_iter().flat_map(|node| node.gossip().members().iter());
            let members: Vec<String> = members
                .map(|member| format!("{}:{:?}", self.name(member.unique_address()), member.status()))
                .collect();
            if !members.is_empty() {
                self.played.alive.push(format!("{}{{{}}}", host.name(), members.join(" ")));
            }
        }
        self.played.alive.sort();
        self.played
    }
}
