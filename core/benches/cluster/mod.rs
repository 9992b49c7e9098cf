//! A node among so many members, and what a peer sends it.

use quorate::{
    Address, AppVersion, Command, Config, Destination, Envelope, Input, InputKind, Instant, Message, Node,
    Roles, UniqueAddress,
};

pub(crate) fn node_of(place: usize) -> UniqueAddress {
    UniqueAddress::new(Address::new("n", u16::try_from(place).unwrap() + 1).unwrap(), 1)
}

pub(crate) fn input(kind: InputKind) -> Input {
    Input { now: Instant::ZERO, wall_ms: 0, kind }
}

pub(crate) fn envelope(node: &Node, from: usize, message: Message) -> Envelope {
    Envelope {
        cluster: node.config().cluster_name.clone(),
        from: node_of(from),
        to: Destination::Incarnation(node.unique_address().clone()),
        message,
    }
}

/// The first of a cluster of so many members, all of which joined it.
pub(crate) fn member(nodes: usize, config: Config) -> Node {
    let mut node = Node::new(config, node_of(0), 1, Instant::ZERO).unwrap();
    node.handle(input(InputKind::Command(Command::Join(node_of(0).address))));
    for place in 1..nodes {
        let join = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
        node.handle(input(InputKind::Received(envelope(&node, place, join))));
    }
    assert_eq!(node.gossip().members().len(), nodes);
    node
}

/// A whole state in which one member has changed: the first that is Joining is Up.
pub(crate) fn gossip_of_one_change(node: &Node) -> Message {
    let joining = node.gossip().members().iter().nth(1).unwrap().up_with(2).unwrap();
    let changed = node.gossip().update(&[joining]).bump(node_of(1).key()).only_seen(&node_of(1));
    Message::Gossip { gossip: changed.into() }
}
