//! A registry of names that the leader of the cluster keeps.
//!
//! Every member claims every name, again and again, at whoever leads as far as it can see. The leader grants a name to the
//! first who claims it. Leaders come one after the other, in *epochs*, and a grant says in which epoch it was made: that is
//! its fencing token, and whoever has seen a later one refuses it.
//!
//! A new leader takes the epoch after the last that it knows, and begins only when all members that it can reach have
//! promised to follow it in that epoch. A member promises each epoch once. So two leaders can have one epoch only if none of
//! the members that one can reach is reachable to the other: if the cluster is in two parts that both go on.
//!
//! Each data centre has a registry of its own, as it has a leader of its own. A registry is as old as its first member: when
//! all have gone and somebody begins anew, that is another one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use quorate::{Instant, MemberStatus, Node, UniqueAddress};
use quorate_sim::{Application, Context, World};

/// What is claimed.
pub(crate) type Name = &'static str;

const NAMES: [Name; 3] = ["clock", "printer", "till"];

/// How often claims and promises are asked for.
const EVERY: Duration = Duration::from_secs(1);

/// For how long a member must have seen itself lead before it takes over: longer than the resolver takes to end the side
/// that loses.
const PATIENCE: Duration = Duration::from_secs(40);

/// A fencing token. Later ones of the same registry are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Epoch {
    /// The uid of the member that began the registry.
    founder: i64,
    /// How many leaders there were.
    pub(crate) number: u64,
}

/// What members of the registry tell each other.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// I would have this name; this is the last epoch that I know.
    Claim { name: Name, epoch: Option<Epoch> },
    /// Will you follow me in this epoch?
    Lead { epoch: Epoch },
    /// I will, and nobody else.
    Follow { epoch: Epoch },
    /// I know of this epoch already, and of another leader in it.
    Refuse { epoch: Epoch },
    /// Who owns a name in an epoch.
    Grant { name: Name, epoch: Epoch, owner: UniqueAddress },
}

/// How far a member has come with leading.
#[derive(Clone, Debug, Default)]
enum Office {
    #[default]
    None,
    /// It leads the cluster since then, and waits.
    Waiting { since: Instant },
    /// It waits for the promises of these.
    Asking { missing: BTreeSet<UniqueAddress> },
    /// It has them all, and grants.
    Held,
}

/// One member of the registry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    /// The last epoch that it knows, and whom it follows in it.
    epoch: Option<Epoch>,
    follows: Option<UniqueAddress>,
    office: Office,
    /// What it has granted itself, in all epochs.
    granted: BTreeMap<(Name, Epoch), UniqueAddress>,
    /// What it has been told that others own, with the epoch of the grant.
    known: BTreeMap<Name, (Epoch, UniqueAddress)>,
}

impl Registry {
    /// What one would find here under a name.
    #[allow(dead_code, reason = "for those who use the registry; what is judged are the grants")]
    pub(crate) fn owner(&self, name: Name) -> Option<&UniqueAddress> {
        self.known.get(name).map(|(_, owner)| owner)
    }

    /// Moves on with leading: a step each second while the node sees itself lead.
    fn lead(&mut self, host: &mut Context<'_, Say>) {
        if host.node().view().leader().is_none_or(|leader| leader.unique_address() != host.me()) {
            self.office = Office::None;
            return;
        }
        let (now, me) = (host.now(), host.me().clone());
        match &mut self.office {
            Office::None => self.office = Office::Waiting { since: now },
            Office::Waiting { since } => {
                let next = match self.epoch {
                    Some(last) if now.since(*since) >= PATIENCE => Epoch { number: last.number + 1, ..last },
                    // Only the first member of all may begin with an epoch that nobody told it of.
                    None if up_number(host.node()) == Some(1) => Epoch { founder: me.uid, number: 1 },
                    _ => return,
                };
                (self.epoch, self.follows) = (Some(next), Some(me));
                self.office = Office::Asking { missing: reachable(host.node()).collect() };
            }
            Office::Asking { missing } => {
                // Who has gone or is out of reach need not promise.
                let there: BTreeSet<UniqueAddress> = reachable(host.node()).collect();
                missing.retain(|node| there.contains(node));
                if missing.is_empty() {
                    self.office = Office::Held;
                }
            }
            Office::Held => {}
        }
        if let (Office::Asking { missing }, Some(epoch)) = (&self.office, self.epoch) {
            for node in missing {
                host.send(&node.address, Say::Lead { epoch });
            }
        }
    }

    /// Answers a claim, if this member may.
    fn grant(&mut self, host: &mut Context<'_, Say>, from: &UniqueAddress, name: Name) {
        let (Office::Held, Some(epoch)) = (&self.office, self.epoch) else { return };
        let owner = self.granted.entry((name, epoch)).or_insert_with(|| from.clone()).clone();
        self.known.insert(name, (epoch, owner.clone()));
        host.send(&from.address, Say::Grant { name, epoch, owner });
    }

    /// Somebody knows a later epoch: whatever this member is, it is that no more. Of another registry it does not listen.
    fn hear_of(&mut self, epoch: Epoch) {
        if self.epoch.is_none_or(|known| known.founder == epoch.founder && known < epoch) {
            (self.epoch, self.follows, self.office) = (Some(epoch), None, Office::None);
        }
    }

    /// A member promises an epoch once, and none that is over.
    fn promise(&mut self, host: &mut Context<'_, Say>, from: &UniqueAddress, epoch: Epoch) {
        self.hear_of(epoch);
        let Some(known) = self.epoch else { return };
        let may = epoch == known && self.follows.as_ref().is_none_or(|leader| leader == from);
        if may {
            self.follows = Some(from.clone());
        }
        let answer = if may { Say::Follow { epoch } } else { Say::Refuse { epoch: known } };
        host.send(&from.address, answer);
    }
}

impl Application for Registry {
    type Message = Say;

    /// No two leaders grant one name in one epoch to different nodes, whatever has become of them since.
    fn judge(world: &World<Self>) -> Result<(), String> {
        let mut owners: BTreeMap<(Name, Epoch), (&UniqueAddress, &str)> = BTreeMap::new();
        for host in world.hosts() {
            for ((name, epoch), owner) in &host.application().granted {
                let (first, by) = owners.entry((*name, *epoch)).or_insert((owner, host.name()));
                if *first != owner {
                    let (number, one, other) = (epoch.number, &first.address, &owner.address);
                    return Err(format!(
                        "in epoch {number} {by} granted `{name}` to {one}, and {} granted it to {other}",
                        host.name()
                    ));
                }
            }
        }
        Ok(())
    }

    fn on_start(&mut self, host: &mut Context<'_, Say>) {
        host.wake_at(host.now() + EVERY);
    }

    fn on_wake(&mut self, host: &mut Context<'_, Say>) {
        host.wake_at(host.now() + EVERY);
        self.lead(host);
        let Some(leader) = host.node().view().leader().map(|leader| leader.unique_address().clone()) else {
            return;
        };
        for name in NAMES {
            if leader == *host.me() {
                self.grant(host, &leader, name);
            } else {
                host.send(&leader.address, Say::Claim { name, epoch: self.epoch });
            }
        }
    }

    fn on_message(&mut self, host: &mut Context<'_, Say>, from: &UniqueAddress, message: Say) {
        match message {
            Say::Claim { name, epoch } => {
                if let Some(epoch) = epoch {
                    self.hear_of(epoch);
                }
                self.grant(host, from, name);
            }
            Say::Lead { epoch } => self.promise(host, from, epoch),
            Say::Follow { epoch } => {
                if let Office::Asking { missing } = &mut self.office
                    && Some(epoch) == self.epoch
                {
                    missing.remove(from);
                }
            }
            Say::Refuse { epoch } => {
                self.hear_of(epoch);
                if matches!(self.office, Office::Asking { .. }) {
                    self.office = Office::None;
                }
            }
            Say::Grant { name, epoch, owner } => {
                self.hear_of(epoch);
                if Some(epoch) == self.epoch {
                    self.known.insert(name, (epoch, owner));
                }
            }
        }
    }
}

fn up_number(node: &Node) -> Option<i32> {
    node.view().own().map(quorate::Member::up_number)
}

/// The other Up members of its data centre that this node can reach.
fn reachable(node: &Node) -> impl Iterator<Item = UniqueAddress> + '_ {
    let others = node.view().data_center_members().filter(|member| member.status() == MemberStatus::Up);
    let others = others.map(|member| member.unique_address()).filter(|other| *other != node.unique_address());
    others.filter(|other| !node.view().is_unreachable_in_data_center(other)).cloned()
}
