//! Well-formed lies: messages that keep every rule of their own form, and say whatever the bytes choose.

use std::sync::Arc;

use quorate::internals::gossip_of_parts;
use quorate::{
    Address, AppVersion, ConfigVerdict, Destination, Envelope, Gossip, Instant, JoinConfig, JoinRefusal,
    Member, MemberStatus, Members, Message, MessageKind, NodeKey, Reachability, ReachabilityStatus, Record,
    Roles, Row, Tombstones, UP_NUMBER_NONE, UniqueAddress, VectorClock,
};

use super::script::Script;

const STATUSES: [MemberStatus; 8] = [
    MemberStatus::Up,
    MemberStatus::Down,
    MemberStatus::Joining,
    MemberStatus::WeaklyUp,
    MemberStatus::Leaving,
    MemberStatus::Exiting,
    MemberStatus::PreparingForShutdown,
    MemberStatus::ReadyForShutdown,
];

/// Whom and what a liar knows.
#[derive(Clone, Debug)]
pub(super) struct Liar {
    /// Members, other incarnations of theirs, and strangers.
    pub(super) nodes: Vec<UniqueAddress>,
    pub(super) wall_ms: i64,
}

impl Liar {
    /// What somebody knows who has seen a state.
    pub(super) fn of(state: &Gossip, wall_ms: i64) -> Self {
        let mut nodes: Vec<UniqueAddress> =
            state.members().iter().map(|member| member.unique_address().clone()).collect();
        let others: Vec<_> =
            nodes.iter().map(|node| UniqueAddress::new(node.address.clone(), node.uid ^ 1)).collect();
        nodes.extend(others);
        for name in ["x", "y"] {
            let address = Address::new(name, 1).expect("a short name is a host");
            nodes.extend([1, -1].map(|uid| UniqueAddress::new(address.clone(), uid)));
        }
        Self { nodes, wall_ms }
    }

    pub(super) fn node(&self, script: &mut Script<'_>) -> UniqueAddress {
        self.nodes[script.below(self.nodes.len())].clone()
    }

    /// A message for a node that has this state.
    pub(super) fn envelope(
        &self,
        script: &mut Script<'_>,
        to: &UniqueAddress,
        state: &Arc<Gossip>,
    ) -> Envelope {
        let from = self.node(script);
        let to = match script.below(8) {
            0 => Destination::Incarnation(self.node(script)),
            1 => Destination::Address(to.address.clone()),
            _ => Destination::Incarnation(to.clone()),
        };
        let cluster = if script.below(16) == 15 { "other" } else { "quorate" };
        Envelope { cluster: cluster.into(), from, to, message: self.message(script, state) }
    }

    fn message(&self, script: &mut Script<'_>, state: &Arc<Gossip>) -> Message {
        let kind = if script.coin() { MessageKind::Gossip } else { script.pick(&MessageKind::ALL) };
        let sent_at = Instant::from_nanos(script.number());
        match kind {
            MessageKind::InitJoin => {
                Message::InitJoin { attempt: script.number(), config: JoinConfig::empty() }
            }
            MessageKind::InitJoinAck => Message::InitJoinAck {
                attempt: script.number(),
                address: self.node(script).address,
                verdict: ConfigVerdict::Unchecked,
            },
            MessageKind::InitJoinNack => {
                Message::InitJoinNack { attempt: script.number(), address: self.node(script).address }
            }
            MessageKind::Join => Message::Join { roles: roles(script), app_version: AppVersion::default() },
            MessageKind::Welcome => Message::Welcome { gossip: self.gossip(script, state) },
            MessageKind::JoinRefused => Message::JoinRefused { why: JoinRefusal::Removed },
            MessageKind::Heartbeat => Message::Heartbeat { sequence: script.number(), sent_at },
            MessageKind::HeartbeatReply => Message::HeartbeatReply { sequence: script.number(), sent_at },
            MessageKind::GossipStatus => {
                Message::GossipStatus { clock: self.clock(script, state), seen: script.number() }
            }
            MessageKind::ExitingConfirmed => Message::ExitingConfirmed,
            MessageKind::WelcomeTo => {
                Message::WelcomeTo { gossip: self.gossip(script, state), founder: self.node(script) }
            }
            MessageKind::Introduction => {
                Message::Introduction { gossip: self.gossip(script, state), founder: self.node(script) }
            }
            MessageKind::ContentStatus => Message::ContentStatus {
                clock: self.clock(script, state),
                seen: script.number(),
                content: script.number(),
                introduces: script.coin(),
            },
            MessageKind::Removed => Message::Removed,
            MessageKind::Quarantined => Message::Quarantined,
            _ => Message::Gossip { gossip: self.gossip(script, state) },
        }
    }

    fn clock(&self, script: &mut Script<'_>, state: &Gossip) -> VectorClock {
        let mut entries: Vec<(NodeKey, u64)> = state.clock().entries().to_vec();
        for _ in 0..script.below(4) {
            let (key, count) = (self.node(script).key(), script.number().max(1));
            match entries.binary_search_by_key(&key, |entry| entry.0) {
                Ok(at) => entries[at].1 = count,
                Err(at) => entries.insert(at, (key, count)),
            }
        }
        VectorClock::try_from(entries).expect("ascending and none of them zero")
    }

    /// A gossip that is one, by what the wire asks of it: mostly the state with a few things changed.
    pub(super) fn gossip(&self, script: &mut Script<'_>, state: &Arc<Gossip>) -> Arc<Gossip> {
        let mut members: Vec<Member> = match script.below(8) {
            0 => Vec::new(),
            _ => state.members().iter().cloned().collect(),
        };
        let mut rows: Vec<Arc<Row>> = state.reachability().rows().to_vec();
        let mut tombstones: Vec<(UniqueAddress, i64)> = state.tombstones().iter().cloned().collect();
        let mut seen: Vec<UniqueAddress> = state.seen().cloned().collect();
        for _ in 0..script.below(6) {
            let node = self.node(script);
            match script.below(7) {
                0 | 1 => put(&mut members, self.member(script, node)),
                2 => members.retain(|member| *member.unique_address() != node),
                3 => {
                    let stamp = match script.below(4) {
                        0 => self.wall_ms,
                        1 => i64::MIN,
                        2 => i64::MAX,
                        _ => script.number().cast_signed(),
                    };
                    tombstones.retain(|(other, _)| *other != node);
                    tombstones.push((node, stamp));
                }
                4 => seen.push(node),
                5 => seen.retain(|other| *other != node),
                _ => rows.push(self.row(script, node)),
            }
        }
        for _ in 0..script.below(3) * script.below(16) {
            let host = format!("i{}", script.byte());
            let address = Address::new(&host, 1).expect("a short name is a host");
            put(&mut members, self.member(script, UniqueAddress::new(address, 1)));
        }
        tombstones.sort();
        rows.retain(|row| members.iter().any(|member| member.unique_address() == row.observer()));
        rows.sort_by(|a, b| a.observer().cmp(b.observer()));
        rows.dedup_by(|a, b| a.observer() == b.observer());
        let rows = Reachability::try_from(rows).expect("ascending by observer");
        let members = Members::try_from(members).expect("ascending and none of them Removed");
        let tombstones = Tombstones::try_from(tombstones).expect("ascending");
        let clock = self.clock(script, state);
        Arc::new(gossip_of_parts(members, rows, &seen, tombstones, clock).expect("observers are members"))
    }

    fn member(&self, script: &mut Script<'_>, node: UniqueAddress) -> Member {
        let up_number = match script.below(4) {
            0 => 1,
            1 => UP_NUMBER_NONE,
            2 => UP_NUMBER_NONE - 1,
            _ => script.number() as i32,
        };
        let status = script.pick(&STATUSES);
        Member::with_parts(node, roles(script), AppVersion::default(), up_number, status)
    }

    fn row(&self, script: &mut Script<'_>, observer: UniqueAddress) -> Arc<Row> {
        use ReachabilityStatus::{Reachable, Terminated, Unreachable};
        let version = script.number().max(1);
        let mut records: Vec<Record> = (0..script.below(4))
            .map(|_| {
                let subject = self.node(script);
                let status = script.pick(&[Unreachable, Terminated, Reachable]);
                Record { subject, status, version: (script.number() % version).max(1) }
            })
            .collect();
        records.sort_by(|a, b| a.subject.cmp(&b.subject));
        records.dedup_by(|a, b| a.subject == b.subject);
        Arc::new(Row::try_from((observer, version, records)).expect("ascending, and versions fit"))
    }
}

fn put(members: &mut Vec<Member>, member: Member) {
    match members.binary_search_by(|other| other.unique_address().cmp(member.unique_address())) {
        Ok(at) => members[at] = member,
        Err(at) => members.insert(at, member),
    }
}

fn roles(script: &mut Script<'_>) -> Roles {
    let data_center = script.pick(&["default", "default", "default", "east"]);
    Roles::of_user([Arc::from("web")], data_center).expect("short names")
}
