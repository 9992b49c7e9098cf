//! What the judge looks at: a thin view of a world, which a doctored one can stand in for.

use std::sync::Arc;
use std::time::Duration;

use quorate::{
    Address, CommandKind, Config, Gossip, Instant, MessageKind, Node, Output, Phase, UniqueAddress,
};
use quorate_sim::{Action, Application, HostId, Loss, Outcome, Step, StepKind, World};

/// A world as the judge sees it. Hosts are numbered from zero.
pub trait Stage {
    /// How many hosts there are.
    fn hosts(&self) -> usize;

    /// Whether a process is up at a host whose node has not ended.
    fn is_running(&self, host: usize) -> bool;

    /// The node of a host's present incarnation; after its end, the state that it ended in.
    fn node(&self, host: usize) -> Option<NodeView<'_>>;

    /// Whether no message gets from one host to another.
    fn is_cut(&self, from: usize, to: usize) -> bool;

    /// Whether the link from one host to another, cut or not, loses nothing by chance and is fast beside a
    /// second.
    fn is_sound(&self, from: usize, to: usize) -> bool;

    /// Whether a host does what it should, and when: it is not paused or slow, and its clock goes right.
    fn is_well(&self, host: usize) -> bool {
        let _ = host;
        true
    }

    /// Whether there is certainly no link that is cut or is not sound.
    fn is_untouched(&self) -> bool {
        false
    }

    /// What the node of the last event put out.
    fn outputs(&self) -> &[Output] {
        &[]
    }

    /// The state that the last event's message told, if it was gossip.
    fn told(&self) -> Option<&Gossip> {
        None
    }

    /// How many messages the nodes of a host have sent.
    fn sent(&self, host: usize) -> u64 {
        let _ = host;
        0
    }

    /// The seed nodes that a host's present incarnation was told to join.
    fn seeds(&self, host: usize) -> &[Address] {
        let _ = host;
        &[]
    }

    /// Whether the link from one host to another, cut or not, loses at most so many of a million messages, none of them in
    /// bursts, is fast beside a second, and both hosts do what they should.
    fn is_mild(&self, from: usize, to: usize, loss_max: u32) -> bool {
        let _ = loss_max;
        self.is_sound(from, to)
    }

    /// HB-46: whom the node of a host asks by the heartbeat ring; nothing if there is none, or if it is not known.
    fn asks(&self, host: usize) -> Option<Vec<UniqueAddress>> {
        let _ = host;
        None
    }

    /// Whether the clock of a host has always shown the world's time.
    fn keeps_time(&self, host: usize) -> bool {
        let _ = host;
        true
    }

    /// SIM-6: in whose name a lease is held, as its service knows.
    fn lease_holder(&self, lease: &str) -> Option<String> {
        let _ = lease;
        None
    }

    /// What a person calls an incarnation.
    fn name(&self, node: &UniqueAddress) -> String;
}

/// The same stage with other names for nodes.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a, S, F> {
    /// The stage.
    pub stage: &'a S,
    /// What a person calls an incarnation.
    pub name: F,
}

impl<S: Stage, F: Fn(&UniqueAddress) -> String> Stage for Named<'_, S, F> {
    fn hosts(&self) -> usize {
        self.stage.hosts()
    }

    fn is_running(&self, host: usize) -> bool {
        self.stage.is_running(host)
    }

    #[inline]
    fn node(&self, host: usize) -> Option<NodeView<'_>> {
        self.stage.node(host)
    }

    fn is_cut(&self, from: usize, to: usize) -> bool {
        self.stage.is_cut(from, to)
    }

    fn is_sound(&self, from: usize, to: usize) -> bool {
        self.stage.is_sound(from, to)
    }

    fn is_well(&self, host: usize) -> bool {
        self.stage.is_well(host)
    }

    fn is_untouched(&self) -> bool {
        self.stage.is_untouched()
    }

    fn outputs(&self) -> &[Output] {
        self.stage.outputs()
    }

    fn told(&self) -> Option<&Gossip> {
        self.stage.told()
    }

    fn sent(&self, host: usize) -> u64 {
        self.stage.sent(host)
    }

    fn seeds(&self, host: usize) -> &[Address] {
        self.stage.seeds(host)
    }

    fn is_mild(&self, from: usize, to: usize, loss_max: u32) -> bool {
        self.stage.is_mild(from, to, loss_max)
    }

    fn asks(&self, host: usize) -> Option<Vec<UniqueAddress>> {
        self.stage.asks(host)
    }

    fn keeps_time(&self, host: usize) -> bool {
        self.stage.keeps_time(host)
    }

    fn lease_holder(&self, lease: &str) -> Option<String> {
        self.stage.lease_holder(lease)
    }

    fn name(&self, node: &UniqueAddress) -> String {
        (self.name)(node)
    }
}

/// What the judge reads of one node.
#[derive(Clone, Copy, Debug)]
pub struct NodeView<'a> {
    /// Which incarnation it is.
    pub me: &'a UniqueAddress,
    /// Its settings.
    pub config: &'a Config,
    /// How far it has come.
    pub phase: &'a Phase,
    /// The state that it has.
    pub gossip: &'a Arc<Gossip>,
    /// Moves exactly when the state became another.
    pub revision: u64,
    /// LDR-34: who told it that it has finished exiting.
    pub confirmed: &'a [UniqueAddress],
}

impl<'a> From<&'a Node> for NodeView<'a> {
    #[inline]
    fn from(node: &'a Node) -> Self {
        Self {
            me: node.unique_address(),
            config: node.config(),
            phase: node.phase(),
            gossip: node.gossip(),
            revision: node.revision(),
            confirmed: node.confirmed_exits(),
        }
    }
}

/// One thing that happened in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// The index of the world's step.
    pub index: u64,
    /// At which host, if at one.
    pub host: Option<usize>,
    /// What.
    pub cause: Cause,
    /// Of a message that arrived: the host that sent it, and when.
    pub from: Option<(usize, Instant)>,
}

/// What kind of input a node handled, or what else happened: it says which changes are to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Timers fired.
    Tick,
    /// A peer told its whole state.
    Gossip,
    /// The node was let in.
    Welcome,
    /// Another node wants to be let in.
    Join,
    /// A peer said that it has finished exiting.
    ExitingConfirmed,
    /// A message of another kind arrived.
    Message,
    /// The host gave a command; starting a node is the command to join.
    Command(CommandKind),
    /// The work before exiting is done.
    ExitTasksDone,
    /// The lease service answered.
    Lease,
    /// Something was done to hosts or links: a cut, a heal, a crash.
    World,
    /// Nothing that concerns nodes.
    Nothing,
}

impl Cause {
    /// Whether the node took in what others know, rather than deciding something itself.
    #[must_use]
    pub const fn is_merge(self) -> bool {
        matches!(self, Self::Gossip | Self::Welcome)
    }

    /// As the middle of a sentence: "by ...".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Tick => "at a tick",
            Self::Gossip => "by gossip",
            Self::Welcome => "by a welcome",
            Self::Join => "by a join",
            Self::ExitingConfirmed | Self::Message => "by a message",
            Self::Command(_) => "by a command",
            Self::ExitTasksDone => "when its exit tasks were done",
            Self::Lease => "by an answer of the lease service",
            Self::World | Self::Nothing => "by nothing that it was told",
        }
    }
}

impl From<MessageKind> for Cause {
    #[inline]
    fn from(kind: MessageKind) -> Self {
        match kind {
            MessageKind::Gossip | MessageKind::Introduction => Self::Gossip,
            MessageKind::Welcome | MessageKind::WelcomeTo => Self::Welcome,
            MessageKind::Join => Self::Join,
            MessageKind::ExitingConfirmed => Self::ExitingConfirmed,
            _ => Self::Message,
        }
    }
}

impl Event {
    /// What the judge has to know of a step.
    #[must_use]
    #[inline]
    pub fn of(step: &Step<'_>) -> Self {
        let cause = match step.what {
            StepKind::Ticked => Cause::Tick,
            StepKind::Arrived { kind, .. } => kind.into(),
            StepKind::ExitTasksDone => Cause::ExitTasksDone,
            StepKind::Lease => Cause::Lease,
            StepKind::Commanded { command } => Cause::Command(command),
            StepKind::Action { action, outcome } => cause_of_action(action, outcome),
            _ => Cause::Nothing,
        };
        let from = match step.what {
            StepKind::Arrived { from, sent_at, .. } => Some((from.index(), sent_at)),
            _ => None,
        };
        Self { at: step.at, index: step.index, host: step.host.map(HostId::index), cause, from }
    }
}

fn cause_of_action(action: &Action, outcome: &Outcome) -> Cause {
    match (action, outcome) {
        (_, Outcome::NotApplicable(_)) => Cause::Nothing,
        // Of a restart that is deferred, the crash is done at once.
        (Action::Restart { .. }, Outcome::Deferred { .. }) => Cause::World,
        (_, Outcome::Deferred { .. }) => Cause::Nothing,
        (Action::Start { .. } | Action::Restart { .. }, _) => Cause::Command(CommandKind::JoinSeedNodes),
        (Action::Stop { .. } | Action::Leave { .. }, _) => Cause::Command(CommandKind::Leave),
        (Action::Down { .. }, _) => Cause::Command(CommandKind::Down),
        (Action::Join { .. }, _) => Cause::Command(CommandKind::Join),
        (Action::Command { command, .. }, _) => Cause::Command(command.kind()),
        (Action::Forge { envelope, .. }, _) => envelope.message.kind().into(),
        _ => Cause::World,
    }
}

/// The longest delay of a link that counts as fast.
const FAST: Duration = Duration::from_millis(500);

/// Whether nothing is held or dropped by its kind on a link, cut or not, and the hosts at its ends do what they should.
fn is_unobstructed<A: Application>(world: &World<A>, from: HostId, to: HostId) -> bool {
    let is_well = |host: HostId| world.host(host).is_sound(world.now());
    !world.is_held(from, to) && !world.blocks_any(from, to) && is_well(from) && is_well(to)
}

impl<A: Application> Stage for World<A> {
    fn hosts(&self) -> usize {
        World::hosts(self).len()
    }

    fn is_running(&self, host: usize) -> bool {
        World::hosts(self).get(host).is_some_and(quorate_sim::Host::is_running)
    }

    #[inline]
    fn node(&self, host: usize) -> Option<NodeView<'_>> {
        World::hosts(self).get(host).and_then(quorate_sim::Host::node).map(NodeView::from)
    }

    fn is_cut(&self, from: usize, to: usize) -> bool {
        World::is_cut(self, HostId::from_index(from), HostId::from_index(to))
    }

    fn is_sound(&self, from: usize, to: usize) -> bool {
        let (from, to) = (HostId::from_index(from), HostId::from_index(to));
        is_unobstructed(self, from, to) && self.link(from, to).is_sound_within(FAST)
    }

    fn asks(&self, host: usize) -> Option<Vec<UniqueAddress>> {
        let node = World::hosts(self).get(host).and_then(quorate_sim::Host::node)?;
        Some(node.heartbeat_receivers().to_vec())
    }

    fn is_mild(&self, from: usize, to: usize, loss_max: u32) -> bool {
        let (from, to) = (HostId::from_index(from), HostId::from_index(to));
        let mut link = self.link(from, to);
        let loss = std::mem::replace(&mut link.loss, Loss::NONE);
        let loses_little = loss.parts_per_million() <= loss_max && loss.burst().is_zero();
        is_unobstructed(self, from, to) && loses_little && link.is_sound_within(FAST)
    }

    fn is_well(&self, host: usize) -> bool {
        self.host(HostId::from_index(host)).is_sound(self.now())
    }

    fn is_untouched(&self) -> bool {
        World::is_untouched(self)
    }

    fn outputs(&self) -> &[Output] {
        World::outputs(self)
    }

    fn told(&self) -> Option<&Gossip> {
        World::told(self).map(|gossip| &**gossip)
    }

    fn sent(&self, host: usize) -> u64 {
        World::hosts(self).get(host).map_or(0, quorate_sim::Host::sent)
    }

    fn seeds(&self, host: usize) -> &[Address] {
        World::hosts(self).get(host).map_or(&[], quorate_sim::Host::seeds)
    }

    fn keeps_time(&self, host: usize) -> bool {
        World::hosts(self).get(host).is_none_or(quorate_sim::Host::keeps_time)
    }

    fn lease_holder(&self, lease: &str) -> Option<String> {
        self.lease().holder(lease, self.now()).map(str::to_owned)
    }

    fn name(&self, node: &UniqueAddress) -> String {
        let Some(host) = self.host_of(&node.address).map(|host| self.host(host)) else {
            return node.to_string();
        };
        match host.incarnation() {
            1 => host.name().into(),
            present if host.unique_address() == Some(node) => format!("{}#{present}", host.name()),
            // An earlier incarnation, whose number the world does not keep.
            _ => format!("{}#({})", host.name(), node.uid),
        }
    }
}

#[cfg(test)]
mod tests {
    use quorate::{Address, Command, Config, Target};
    use quorate_sim::{Cut, HostSpec};

    use super::*;

    /// INV-1: what a step of a world is to the judge.
    #[test]
    fn each_kind_of_step_is_told_by_its_cause() {
        let mut world: World = World::new(1);
        let address = Address::new("a", 1).unwrap();
        let host = world.add_host(HostSpec::new("a", address.clone(), Config::default())).unwrap();
        let other =
            world.add_host(HostSpec::new("b", Address::new("b", 1).unwrap(), Config::default())).unwrap();
        let script = [
            (Action::Crash { host }, Cause::Nothing),
            (
                Action::Start { host, seeds: vec![address.clone()], spread: None },
                Cause::Command(CommandKind::JoinSeedNodes),
            ),
            (Action::Cut(Cut::Pair(host, other)), Cause::World),
            (Action::Restart { host, after: Duration::from_secs(1) }, Cause::World),
            (Action::Start { host, seeds: vec![address.clone()], spread: Some(FAST) }, Cause::Nothing),
        ];
        for (action, cause) in script {
            world.schedule(Instant::ZERO, action.clone());
            let step = world.step().unwrap();
            assert_eq!(Event::of(&step).cause, cause, "{action:?}");
        }
        let down = Command::Down(Target::Address(address));
        let action = Action::Command { host, command: down };
        assert_eq!(cause_of_action(&action, &Outcome::Done), Cause::Command(CommandKind::Down));
        assert_eq!(Cause::from(MessageKind::Gossip), Cause::Gossip);
        assert_eq!(Cause::from(MessageKind::Heartbeat), Cause::Message);
    }

    /// INV-2: a person calls the second incarnation `a#2`, and may call nodes otherwise.
    #[test]
    fn nodes_are_called_by_their_hosts_and_lives() {
        let mut world: World = World::new(1);
        let address = Address::new("a", 1).unwrap();
        let host = world.add_host(HostSpec::new("a", address.clone(), Config::default())).unwrap();
        world.schedule(Instant::ZERO, Action::Start { host, seeds: Vec::new(), spread: None });
        world.schedule(Instant::ZERO, Action::Restart { host, after: Duration::ZERO });
        let mut lives = Vec::new();
        while world.step_until(Instant::ZERO).is_some() {
            lives.extend(world.host(host).unique_address().cloned());
        }
        assert_eq!(Stage::name(&world, &lives[1]), "a#2");
        assert_eq!(Stage::name(&world, &lives[0]), format!("a#({})", lives[0].uid));
        let named = Named { stage: &world, name: |_: &UniqueAddress| "somebody".into() };
        assert_eq!((named.name(&lives[1]), named.hosts()), ("somebody".into(), 1));
        assert!(
            named.is_running(0) && named.node(0).is_some() && !named.is_cut(0, 0) && named.is_sound(0, 0)
        );
    }
}
