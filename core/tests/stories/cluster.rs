//! The smallest possible host: nodes, a list of messages on their way, and a clock that a story moves.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use quorate::{
    Address, AppVersion, ClusterEvent, Command, Config, Effect, Envelope, Input, InputKind, Instant, Member,
    MemberStatus, Message, Node, Output, Rejection, Roles, StopReason, Target, UniqueAddress,
};

/// Nodes by name, and what they have put out.
pub(crate) struct Cluster {
    pub(crate) nodes: BTreeMap<String, Node>,
    pub(crate) now: Instant,
    pub(crate) config: Arc<Config>,
    pub(crate) outputs: Vec<(String, Output)>,
    /// Pairs of names between which no message passes, in this direction.
    pub(crate) cut: Vec<(String, String)>,
    on_the_way: VecDeque<Envelope>,
}

pub(crate) fn address(name: &str) -> Address {
    Address::new(name, 1).unwrap()
}

/// The node of that name in its first life.
pub(crate) fn node(name: &str) -> UniqueAddress {
    UniqueAddress::new(address(name), 1)
}

pub(crate) fn joining(name: &str) -> Member {
    Member::joining(node(name), Roles::default(), AppVersion::default())
}

pub(crate) fn join() -> Message {
    Message::Join { roles: Roles::default(), app_version: AppVersion::default() }
}

impl Cluster {
    pub(crate) fn new(settings: &[(&str, &str)]) -> Self {
        let mut config = Config::pekko();
        settings.iter().for_each(|(name, value)| config.set(name, value).unwrap());
        Self {
            nodes: BTreeMap::new(),
            now: Instant::ZERO,
            config: Arc::new(config),
            outputs: Vec::new(),
            cut: Vec::new(),
            on_the_way: VecDeque::new(),
        }
    }

    /// A node in its first life.
    pub(crate) fn start(&mut self, name: &str) {
        self.start_as(name, 1);
    }

    pub(crate) fn start_as(&mut self, name: &str, uid: i64) {
        let node = UniqueAddress::new(address(name), uid);
        let node = Node::new(self.config.clone(), node, 7, self.now).unwrap();
        self.nodes.insert(name.into(), node);
    }

    /// A node in its first life, of a data centre.
    pub(crate) fn start_in(&mut self, name: &str, data_center: &str) {
        self.start_in_as(name, data_center, 1);
    }

    /// A node of a data centre, in one of its lives.
    pub(crate) fn start_in_as(&mut self, name: &str, data_center: &str, uid: i64) {
        let mut config = (*self.config).clone();
        config.set("multi-data-center.self-data-center", data_center).unwrap();
        let node = UniqueAddress::new(address(name), uid);
        self.nodes.insert(name.into(), Node::new(config, node, 7, self.now).unwrap());
    }

    /// Hands one input to a node, then delivers everything that follows from it.
    pub(crate) fn give(&mut self, name: &str, kind: InputKind) -> Vec<Output> {
        let outputs = self.give_only(name, kind);
        self.deliver();
        outputs
    }

    /// Nodes that have formed a cluster, the first of which founded it.
    pub(crate) fn formed(names: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut cluster = Self::new(settings);
        names.iter().for_each(|name| cluster.start(name));
        names.iter().for_each(|name| {
            cluster.join(name, names[0]);
        });
        cluster.run_secs(10);
        for name in names {
            assert!(!cluster.view(name).contains("joining"), "{}", cluster.view(name));
        }
        cluster.outputs.clear();
        cluster
    }

    /// A message from one node to another, which need not have sent it.
    pub(crate) fn receive(&mut self, to: &str, from: &str, message: Message) -> Vec<Output> {
        let node = |cluster: &Self, name: &str| match cluster.nodes.get(name) {
            Some(node) => node.unique_address().clone(),
            None => UniqueAddress::new(address(name), 1),
        };
        let cluster = self.config.cluster_name.clone();
        let (from, to_node) = (node(self, from), node(self, to));
        let to_node = quorate::Destination::Incarnation(to_node);
        self.give(to, InputKind::Received(Envelope { cluster, from, to: to_node, message }))
    }

    /// The host of a node that is exiting says that it has finished its work.
    pub(crate) fn finish_exit(&mut self, name: &str) -> Vec<Output> {
        let id = self.outputs.iter().rev().find_map(|(at, output)| match output {
            Output::StartExitTasks { id } if at == name => Some(*id),
            _ => None,
        });
        let id = id.expect("the node asked its host to finish");
        self.give(name, InputKind::ExitTasksDone { id })
    }

    /// Whether a node has put out something.
    pub(crate) fn told(&self, name: &str, is: fn(&Output) -> bool) -> bool {
        self.outputs.iter().any(|(at, output)| at == name && is(output))
    }

    /// The process of a node is gone.
    pub(crate) fn crash(&mut self, name: &str) {
        self.nodes.remove(name);
    }

    fn give_only(&mut self, name: &str, kind: InputKind) -> Vec<Output> {
        let wall_ms = 1_700_000_000_000 + self.now.as_millis() as i64;
        let Some(node) = self.nodes.get_mut(name) else { return Vec::new() };
        let outputs = node.handle(Input { now: self.now, wall_ms, kind });
        for output in &outputs {
            if let Output::Send(envelope) = output {
                self.on_the_way.push_back(envelope.clone());
            }
        }
        self.outputs.extend(outputs.iter().map(|output| (name.to_string(), output.clone())));
        outputs
    }

    fn deliver(&mut self) {
        while let Some(envelope) = self.on_the_way.pop_front() {
            let (from, to) = (envelope.from.address.host(), envelope.to.address().host().to_string());
            if !self.cut.iter().any(|(a, b)| a == from && *b == to) {
                self.give_only(&to, InputKind::Received(envelope));
            }
        }
    }

    pub(crate) fn command(&mut self, name: &str, command: Command) -> Vec<Output> {
        self.give(name, InputKind::Command(command))
    }

    pub(crate) fn join(&mut self, name: &str, via: &str) -> Vec<Output> {
        self.command(name, Command::Join(address(via)))
    }

    pub(crate) fn leave(&mut self, name: &str, at: &str) -> Vec<Output> {
        self.command(at, Command::Leave(Target::Address(address(name))))
    }

    pub(crate) fn down(&mut self, name: &str, at: &str) -> Vec<Output> {
        self.command(at, Command::Down(Target::Address(address(name))))
    }

    /// Messages between two nodes are lost, both ways.
    pub(crate) fn cut_pair(&mut self, a: &str, b: &str) {
        self.cut.push((a.into(), b.into()));
        self.cut.push((b.into(), a.into()));
    }

    /// Lets time pass, each node ticking when it asks to, in the order of time and then of names.
    pub(crate) fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            let due = self
                .nodes
                .iter()
                .filter_map(|(name, node)| Some((node.next_deadline()?, name.clone())))
                .min();
            match due {
                Some((at, name)) if at <= end => {
                    self.now = self.now.max(at);
                    self.give(&name, InputKind::Tick);
                }
                _ => break,
            }
        }
        self.now = end;
    }

    pub(crate) fn run_secs(&mut self, secs: u64) {
        self.run(Duration::from_secs(secs));
    }

    /// What a node sees: `a up, b joining`.
    pub(crate) fn view(&self, name: &str) -> String {
        let gossip = self.nodes[name].gossip();
        let members = gossip.members().iter().map(|m| format!("{} {}", m.address().host(), m.status()));
        members.collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn status(&self, name: &str, at: &str) -> MemberStatus {
        let members = self.nodes[at].gossip().members();
        members.first_at(&address(name)).map_or(MemberStatus::Removed, |member| member.status())
    }

    /// What a node told its users, in the words of the events: `Up(a) Joined(b)`; seen, observations and role leaders left
    /// out.
    pub(crate) fn events(&self, name: &str) -> String {
        let events =
            self.outputs.iter().filter(|(at, _)| at == name).filter_map(|(_, output)| match output {
                Output::Event(event) => word(event),
                _ => None,
            });
        events.collect::<Vec<_>>().join(" ")
    }

    /// The messages of a kind that a node was seen to send, by receiver.
    pub(crate) fn sent<'a>(&'a self, name: &'a str, is: fn(&Message) -> bool) -> Vec<&'a str> {
        let sent = self.outputs.iter().filter_map(move |(at, output)| match output {
            Output::Send(envelope) if at == name && is(&envelope.message) => {
                Some(envelope.to.address().host())
            }
            _ => None,
        });
        sent.collect()
    }

    pub(crate) fn stopped(&self, name: &str) -> Option<StopReason> {
        self.outputs.iter().find_map(|(at, output)| match output {
            Output::Stopped { why } if at == name => Some(*why),
            _ => None,
        })
    }
}

/// What a command did.
pub(crate) fn effect(outputs: &[Output]) -> Option<&Effect> {
    outputs.iter().find_map(|output| match output {
        Output::Accepted { effect, .. } => Some(effect),
        _ => None,
    })
}

/// Why a command did nothing.
pub(crate) fn rejection(outputs: &[Output]) -> Option<&Rejection> {
    outputs.iter().find_map(|output| match output {
        Output::Rejected { why, .. } => Some(why),
        _ => None,
    })
}

fn word(event: &ClusterEvent) -> Option<String> {
    let host = |member: &Member| member.address().host().to_string();
    Some(match event {
        ClusterEvent::MemberJoined(m) => format!("Joined({})", host(m)),
        ClusterEvent::MemberWeaklyUp(m) => format!("WeaklyUp({})", host(m)),
        ClusterEvent::MemberUp(m) => format!("Up({})", host(m)),
        ClusterEvent::MemberLeft(m) => format!("Left({})", host(m)),
        ClusterEvent::MemberExited(m) => format!("Exited({})", host(m)),
        ClusterEvent::MemberDowned(m) => format!("Downed({})", host(m)),
        ClusterEvent::MemberPreparingForShutdown(m) => format!("Preparing({})", host(m)),
        ClusterEvent::MemberReadyForShutdown(m) => format!("Ready({})", host(m)),
        ClusterEvent::MemberRemoved { member, previous_status } => {
            format!("Removed({},{previous_status})", host(member))
        }
        ClusterEvent::UnreachableMember(m) => format!("Unreachable({})", host(m)),
        ClusterEvent::ReachableMember(m) => format!("Reachable({})", host(m)),
        ClusterEvent::LeaderChanged(leader) => {
            format!("leader={}", leader.as_ref().map_or("none", |address| address.host()))
        }
        ClusterEvent::ClusterShuttingDown => "ClusterShuttingDown".into(),
        _ => return None,
    })
}
