//! What is told when: the worked trace of part 05, section 1.9, message by message, and traps of its section 7 over whole runs.

use quorate::{
    ClusterEvent, Command, Config, Destination, Envelope, Input, InputKind, Instant, Message, MessageKind,
    Node, Output, Target, UniqueAddress,
};

use crate::cluster::{Cluster, address};

fn name(address: &quorate::Address) -> String {
    address.host().to_uppercase()
}

/// An event in the words of the trace; observations are not spelled out.
fn word(event: &ClusterEvent) -> String {
    let of = |leader: &Option<quorate::Address>| leader.as_ref().map_or("None".into(), name);
    match event {
        ClusterEvent::MemberRemoved { member, previous_status } => {
            format!("MemberRemoved({}, {previous_status})", name(member.address()))
        }
        ClusterEvent::UnreachableMember(member) | ClusterEvent::ReachableMember(member) => {
            format!("{}({})", event.kind().name(), name(member.address()))
        }
        ClusterEvent::LeaderChanged(leader) => format!("LeaderChanged({})", of(leader)),
        ClusterEvent::RoleLeaderChanged { role, leader } => {
            format!("RoleLeaderChanged({role}, {})", of(leader))
        }
        ClusterEvent::SeenChanged { convergence, seen_by } => {
            let nodes: Vec<String> = seen_by.nodes().map(|node| name(&node.address)).collect();
            format!("SeenChanged({convergence}, {{{}}})", nodes.join(","))
        }
        ClusterEvent::MemberTombstonesChanged(stones) => {
            let nodes: Vec<String> = stones.iter().map(|(node, _)| name(&node.address)).collect();
            format!("MemberTombstonesChanged({{{}}})", nodes.join(","))
        }
        event => match event.member() {
            Some(member) => format!("{}({})", event.kind().name(), name(member.address())),
            None => event.kind().name().into(),
        },
    }
}

fn words(outputs: &[Output]) -> Vec<String> {
    let one = |output: &Output| match output {
        Output::Event(event) => Some(word(event)),
        _ => None,
    };
    outputs.iter().filter_map(one).collect()
}

/// Two nodes between which messages are carried by hand.
struct Pair {
    a: Node,
    b: Node,
    now: Instant,
}

impl Pair {
    fn new() -> Self {
        let mut config = Config::pekko();
        config.set("roles", "r").unwrap();
        let [a, b] = ["a", "b"].map(|name| {
            Node::new(config.clone(), UniqueAddress::new(address(name), 1), 1, Instant::ZERO).unwrap()
        });
        Self { a, b, now: Instant::ZERO }
    }

    fn node(&mut self, name: &str) -> &mut Node {
        if name == "a" { &mut self.a } else { &mut self.b }
    }

    fn give(&mut self, to: &str, kind: InputKind) -> Vec<Output> {
        let now = self.now;
        self.node(to).handle(Input { now, wall_ms: now.as_millis() as i64, kind })
    }

    /// Carries the one message of a kind that was put out to the other node.
    fn carry(&mut self, outputs: &[Output], kind: MessageKind) -> Vec<Output> {
        let sent = outputs.iter().find_map(|output| match output {
            Output::Send(envelope) if envelope.message.kind() == kind => Some(envelope.clone()),
            _ => None,
        });
        let envelope = sent.unwrap_or_else(|| panic!("no {kind} in {outputs:?}"));
        let to = envelope.to.address().host().to_string();
        self.give(&to, InputKind::Received(envelope))
    }

    /// The whole state of a node reaches the other one.
    fn gossip(&mut self, from: &str, to: &str) -> Vec<Output> {
        let (cluster, gossip) = (self.a.config().cluster_name.clone(), self.node(from).gossip().clone());
        let [from, to] = [from, to].map(|name| UniqueAddress::new(address(name), 1));
        let receiver = to.address.host().to_string();
        let to = Destination::Incarnation(to);
        let envelope = Envelope { cluster, from, to, message: Message::Gossip { gossip } };
        self.give(&receiver, InputKind::Received(envelope))
    }

    /// Lets a node tick until it tells something.
    fn tick_until_told(&mut self, name: &str) -> Vec<String> {
        for _ in 0..1000 {
            self.now = self.node(name).next_deadline().unwrap().max(self.now);
            let told = words(&self.give(name, InputKind::Tick));
            if !told.is_empty() {
                return told;
            }
        }
        panic!("{name} tells nothing")
    }
}

/// EVT-10, EVT-12, EVT-28, EVT-41, EVT-42, EVT-46: the trace, step by step; every kind of event is heard.
#[test]
fn the_worked_trace() {
    let mut pair = Pair::new();
    let founded = pair.give("a", InputKind::Command(Command::Join(address("a"))));
    let leads = ["LeaderChanged(A)", "RoleLeaderChanged(dc-default, A)", "RoleLeaderChanged(r, A)"];
    assert_eq!(words(&founded), [&["MemberUp(A)"], &leads[..], &["SeenChanged(true, {A})"]].concat());

    let asked = pair.give("b", InputKind::Command(Command::Join(address("a"))));
    let let_in = pair.carry(&asked, MessageKind::Join);
    assert_eq!(words(&let_in), ["MemberJoined(B)"]);
    let welcomed = pair.carry(&let_in, MessageKind::Welcome);
    let first = ["MemberUp(A)", "MemberJoined(B)"];
    assert_eq!(words(&welcomed), [&first, &leads[..], &["SeenChanged(true, {A,B})"]].concat());
    let heard = pair.carry(&welcomed, MessageKind::Gossip);
    assert_eq!(words(&heard), ["SeenChanged(true, {A,B})"]);

    assert_eq!(pair.tick_until_told("a"), ["MemberUp(B)", "SeenChanged(false, {A})"]);
    let told = pair.gossip("a", "b");
    assert_eq!(words(&told), ["MemberUp(B)"]);
    let answered = pair.carry(&told, MessageKind::Gossip);
    assert_eq!(words(&answered), ["SeenChanged(true, {A,B})"]);

    let lost = ["UnreachableMember(B)", "SeenChanged(false, {A})", "ReachabilityChanged"];
    assert_eq!(pair.tick_until_told("a"), lost);
    let downed = pair.give("a", InputKind::Command(Command::Down(Target::Address(address("b")))));
    assert_eq!(words(&downed), ["MemberDowned(B)", "SeenChanged(true, {A})"]);
    let gone = ["MemberTombstonesChanged({B})", "MemberRemoved(B, down)", "ReachabilityChanged"];
    assert_eq!(pair.tick_until_told("a"), gone);
}

/// EVT-46: what happens is told when it is first seen, though there is no convergence.
#[test]
fn changes_are_told_without_convergence() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &[]);
    for other in ["a", "b", "c"] {
        cluster.cut_pair("d", other);
    }
    cluster.run_secs(10);
    cluster.outputs.clear();
    cluster.leave("b", "b");
    cluster.run_secs(3);
    assert_eq!(cluster.events("c"), "Left(b)");
    cluster.down("b", "a");
    cluster.run_secs(3);
    assert!(cluster.events("c").starts_with("Left(b) Downed(b)"), "{}", cluster.events("c"));
}

/// EVT-24, EVT-61, CNV-18: whom others can't see tells its users nothing of that, and leads on.
#[test]
fn nobody_is_told_of_itself() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    // The others do not hear what a says; a hears them.
    cluster.cut = vec![("a".into(), "b".into()), ("a".into(), "c".into())];
    cluster.run_secs(12);
    assert!(cluster.events("b").contains("Unreachable(a)"), "{}", cluster.events("b"));
    let told = cluster.events("a");
    assert!(!told.contains("(a)") && !told.contains("leader"), "{told}");
    let view = cluster.nodes["a"].view();
    assert!(view.is_leader() && !view.reachability().all_unreachable_or_terminated().is_empty());
    assert!(!view.unreachable_members().any(|member| member.address().host() == "a"));
}

/// DC-14, DC-20, DC-21, DC-40: two nodes of a new data centre join at the same time by way of different nodes. One of them is the first,
/// and everybody hears once that each is Up.
#[test]
fn two_first_nodes_of_a_data_centre_are_counted_apart() {
    let mut cluster = Cluster::new(&[("multi-data-center.cross-data-center-connections", "1")]);
    for name in ["a1", "a2", "a3"] {
        cluster.start_in(name, "a");
        cluster.join(name, "a1");
        cluster.run_secs(8);
    }
    cluster.outputs.clear();
    for (name, via) in [("b1", "a2"), ("b2", "a3")] {
        cluster.start_in(name, "b");
        cluster.join(name, via);
    }
    cluster.run_secs(20);
    let gossip = cluster.nodes["a1"].gossip();
    let number = |name| gossip.members().first_at(&address(name)).unwrap().up_number();
    let mut numbers = [number("b1"), number("b2")];
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
    for observer in ["a1", "a2", "a3"] {
        let told = cluster.events(observer);
        for name in ["b1", "b2"] {
            assert_eq!(told.matches(&format!("Up({name})")).count(), 1, "{observer}: {told}");
        }
    }
}
