//! SIM-14: lies that somebody can tell who can write to the network, made up from what the node that hears them knows.

use std::sync::Arc;

use quorate::internals::gossip_of_parts;
use quorate::{
    Address, AppVersion, Destination, Envelope, Gossip, Instant, Member, MemberStatus, Members, Message,
    NodeKey, Roles, Tombstones, UniqueAddress, VectorClock,
};

/// What a liar says, in the name of a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lie {
    /// HB-2: the sender answers a heartbeat.
    Alive,
    /// JOIN-20: another incarnation at the sender's address asks to join.
    Joins,
    /// LDR-33: the sender has finished exiting.
    ConfirmsExit,
    /// REP-50: the sender has removed the receiver.
    Removed,
    /// WCH-16: the sender has quarantined the receiver.
    Quarantined,
    /// GSP-43: the sender's state, in which a member is Down.
    Down(Address),
    /// GSP-43: the sender's state, in which a member is gone and has a tombstone.
    Tombstone(Address),
    /// GSP-43: the sender's state, in which there are so many members more, all Up, that nobody has.
    Invents(u32),
    /// JOIN-20: so many nodes that nobody has ask to join, at once.
    Flood(u32),
}

/// Who hears a lie: what of it the liar makes use of.
pub(crate) struct Hearer<'a> {
    pub(crate) me: &'a UniqueAddress,
    pub(crate) cluster: &'a Arc<str>,
    pub(crate) state: &'a Arc<Gossip>,
    pub(crate) data_center: &'a str,
    pub(crate) wall_ms: i64,
    pub(crate) now: Instant,
}

impl Hearer<'_> {
    /// What it hears when a lie is told in the name of whoever is at an address.
    pub(crate) fn hears(&self, sender: &Address, lie: &Lie) -> Vec<Envelope> {
        let from = self.incarnation(sender);
        let message = match lie {
            Lie::Alive => Message::HeartbeatReply { sequence: 0, sent_at: self.now },
            Lie::Joins => return vec![self.join(UniqueAddress::new(sender.clone(), !from.uid))],
            Lie::ConfirmsExit => Message::ExitingConfirmed,
            Lie::Removed => Message::Removed,
            Lie::Quarantined => Message::Quarantined,
            Lie::Down(member) => self.gossip(&from, |said| said.downs(member)),
            Lie::Tombstone(member) => self.gossip(&from, |said| said.removes(member, self.wall_ms)),
            Lie::Invents(count) => self.gossip(&from, |said| said.invents(*count, &self.roles())),
            Lie::Flood(count) => return (0..*count).map(|number| self.join(nobody(number))).collect(),
        };
        vec![self.envelope(from, message)]
    }

    /// The incarnation at an address that it knows, or else one that has never been.
    fn incarnation(&self, address: &Address) -> UniqueAddress {
        let mut members = self.state.members().iter().map(Member::unique_address);
        let known = members.rfind(|member| member.address == *address);
        known.cloned().unwrap_or_else(|| UniqueAddress::new(address.clone(), 1))
    }

    fn roles(&self) -> Roles {
        Roles::of_user([], self.data_center).expect("a data centre that is in use has a name that can be")
    }

    fn join(&self, from: UniqueAddress) -> Envelope {
        self.envelope(from, Message::Join { roles: self.roles(), app_version: AppVersion::default() })
    }

    fn envelope(&self, from: UniqueAddress, message: Message) -> Envelope {
        let to = Destination::Incarnation(self.me.clone());
        Envelope { cluster: self.cluster.clone(), from, to, message }
    }

    /// Its own state with something changed, in a version that is newer by a change of the sender's, who alone has seen it.
    fn gossip(&self, from: &UniqueAddress, change: impl FnOnce(&mut Said)) -> Message {
        let state = self.state;
        let mut said = Said {
            members: state.members().iter().cloned().collect(),
            tombstones: state.tombstones().iter().cloned().collect(),
        };
        change(&mut said);
        let mut rows = state.reachability().rows().to_vec();
        rows.retain(|row| said.members.iter().any(|member| member.unique_address() == row.observer()));
        said.members.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
        said.tombstones.sort();
        let gossip = gossip_of_parts(
            Members::try_from(said.members).expect("ascending, none of them twice or Removed"),
            rows.try_into().expect("ascending by observer, as they were"),
            std::slice::from_ref(from),
            Tombstones::try_from(said.tombstones).expect("ascending, none of them twice"),
            newer(state.clock(), from.key()),
        );
        Message::Gossip { gossip: Arc::new(gossip.expect("observers that are no members were left out")) }
    }
}

/// What a lying gossip says.
struct Said {
    members: Vec<Member>,
    tombstones: Vec<(UniqueAddress, i64)>,
}

impl Said {
    fn downs(&mut self, address: &Address) {
        for member in self.members.iter_mut().filter(|member| member.unique_address().address == *address) {
            *member = Member::with_parts(
                member.unique_address().clone(),
                member.roles().clone(),
                member.app_version().clone(),
                member.up_number(),
                MemberStatus::Down,
            );
        }
    }

    fn removes(&mut self, address: &Address, wall_ms: i64) {
        self.members.retain(|member| {
            let stays = member.unique_address().address != *address;
            if !stays {
                self.tombstones.push((member.unique_address().clone(), wall_ms));
            }
            stays
        });
    }

    fn invents(&mut self, count: u32, roles: &Roles) {
        let oldest = self.members.iter().map(Member::up_number).filter(|number| *number < i32::MAX).max();
        let first = oldest.unwrap_or_default() + 1;
        for (number, up_number) in (0..count).zip(first..) {
            let (roles, version) = (roles.clone(), AppVersion::default());
            let invented = Member::with_parts(nobody(number), roles, version, up_number, MemberStatus::Up);
            if !self.members.iter().any(|member| member.unique_address() == invented.unique_address()) {
                self.members.push(invented);
            }
        }
    }
}

/// A node that there is not.
fn nobody(number: u32) -> UniqueAddress {
    let host = format!("nobody{number}");
    UniqueAddress::new(Address::new(&host, 1).expect("a short name is a host"), 1)
}

fn newer(clock: &VectorClock, key: NodeKey) -> VectorClock {
    let mut entries = clock.entries().to_vec();
    match entries.binary_search_by_key(&key, |entry| entry.0) {
        Ok(at) => entries[at].1 += 1,
        Err(at) => entries.insert(at, (key, 1)),
    }
    VectorClock::try_from(entries).expect("ascending and none of them zero")
}
