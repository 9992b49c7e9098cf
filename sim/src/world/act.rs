//! What scripted actions do.

use std::sync::Arc;
use std::time::Duration;

use quorate::{Address, Codec, Command, Envelope, InputKind, Node, Target, UniqueAddress};

use super::run::{Happened, What};
use super::step::Outcome;
use super::wire::heard;
use super::{World, own_address};
use crate::action::{Action, NotApplicable};
use crate::application::Application;
use crate::host::{HostId, HostState};
use crate::keyed::{self, Purpose};
use crate::lie::{Hearer, Lie};
use crate::network::cut::Cut;
use crate::network::delay::nanos;

pub(super) type Applied = Result<Outcome, NotApplicable>;

impl<A: Application> World<A> {
    /// CASE-7: does an action, or finds out why it can't be done. Nothing is left half done.
    pub(super) fn act(&mut self, action: Action) -> Happened {
        let host = action.host();
        let outcome = match self.put_off(&action) {
            Some(until) => Outcome::Deferred { until },
            None => self.apply(&action).unwrap_or_else(Outcome::NotApplicable),
        };
        self.acted = Some((action, outcome));
        Happened { host, what: What::Action }
    }

    fn apply(&mut self, action: &Action) -> Applied {
        match action {
            Action::Start { host, seeds, spread } => self.start_within(*host, seeds, *spread),
            Action::Stop { host } => self.stop(*host),
            Action::Crash { host } => self.crash(*host),
            Action::Restart { host, after } => self.restart(*host, *after),
            Action::Leave { host, at } => {
                let address = self.known(*host)?;
                self.command(*at, Command::Leave(Target::Address(address)))
            }
            Action::Down { host, at } => {
                let address = self.known(*host)?;
                self.command(*at, Command::Down(Target::Address(address)))
            }
            Action::Join { host, via } => {
                let address = self.known(*via)?;
                self.command(*host, Command::Join(address))
            }
            Action::Command { host, command } => self.command(*host, command.clone()),
            Action::Forge { host, envelope } => self.forge(*host, envelope),
            Action::Lie { host, sender, lie, again } => self.lie(*host, *sender, lie, *again),
            Action::Pause { host, lasts } => self.pause(*host, *lasts),
            Action::Slow { host, factor, lasts } => self.slow_down(*host, *factor, *lasts),
            Action::ClockJump { host, nanos } => self.clock_jumps(*host, *nanos),
            Action::ClockDrift { host, parts_per_million } => self.clock_drifts(*host, *parts_per_million),
            Action::Cut(cut) => self.cut(cut),
            Action::Flap { cut, every, lasts } => self.flap(cut, *every, *lasts),
            Action::Isolate { host } => {
                self.known(*host)?;
                self.cut(&Cut::Groups { groups: vec![vec![*host]], rest_is_group: true })
            }
            Action::Heal(heal) => self.heal(heal),
            Action::Link { links, change, lasts } => self.change_links(*links, *change, *lasts),
            Action::Block { kind, links, lasts } => self.block(*kind, *links, *lasts),
            Action::Unblock { kind, links } => self.unblock(*kind, *links),
            Action::Hold { links } => self.hold(*links),
            Action::Release { links, swizzled } => self.release(*links, *swizzled),
            Action::Lease(change) => {
                self.lease.change(*change);
                Ok(Outcome::Done)
            }
            Action::Next(next) => {
                self.link_of(next.from, next.to)?;
                self.network.links.settled.push(*next);
                Ok(Outcome::Done)
            }
            Action::Ends(ending) => Ok(self.end(ending)),
        }
    }

    pub(super) fn known(&self, host: HostId) -> Result<Address, NotApplicable> {
        let known = self.hosts.get(host.index()).ok_or(NotApplicable::UnknownHost { host })?;
        Ok(known.spec.address.clone())
    }

    pub(super) fn name(&self, host: HostId) -> Arc<str> {
        self.hosts[host.index()].spec.name.clone()
    }

    pub(super) fn must_run(&self, host: HostId) -> Result<(), NotApplicable> {
        self.known(host)?;
        match self.hosts[host.index()].state {
            HostState::Running => Ok(()),
            state => Err(NotApplicable::NotRunning { name: self.name(host), state }),
        }
    }

    fn must_not_run(&self, host: HostId) -> Result<(), NotApplicable> {
        self.known(host)?;
        match self.hosts[host.index()].state {
            HostState::Running => Err(NotApplicable::AlreadyRunning { name: self.name(host) }),
            _ => Ok(()),
        }
    }

    /// CASE-9: the instant within the spread is keyed by name and incarnation, so another host's start doesn't move it.
    fn start_within(&mut self, host: HostId, seeds: &[Address], spread: Option<Duration>) -> Applied {
        self.must_not_run(host)?;
        let Some(spread) = spread else {
            self.start(host, seeds.iter().map(|seed| self.address_here(seed)).collect());
            return Ok(Outcome::Done);
        };
        let incarnation = self.hosts[host.index()].incarnation + 1;
        let draw = self.draw(host, Purpose::StartSpread, incarnation);
        let until = self.now + Duration::from_nanos(keyed::below(draw, nanos(spread)));
        self.schedule(until, Action::Start { host, seeds: seeds.to_vec(), spread: None });
        Ok(Outcome::Deferred { until })
    }

    /// SIM-9: another future: from here on all that is left to chance, in the network and in every node, is drawn from
    /// another seed. What has happened, and what is on its way, stays as it is.
    pub fn reseed(&mut self, seed: u64) {
        self.seed = seed;
        self.network.reseed(seed);
        for host in 0..self.hosts.len() {
            let own = self.draw(HostId::from_index(host), Purpose::NodeSeed, self.hosts[host].incarnation);
            if let Some(node) = &mut self.hosts[host].node {
                quorate::internals::reseed(node, own);
            }
        }
    }

    fn draw(&self, host: HostId, purpose: Purpose, incarnation: u32) -> u64 {
        keyed::draw(self.seed, self.network.name_key(host), 0, purpose, 0, u64::from(incarnation))
    }

    /// The same address, by the pointer that this world's nodes have.
    fn address_here(&self, address: &Address) -> Address {
        let here = self.host_of(address).map(|host| self.network.routes.address(host).clone());
        here.unwrap_or_else(|| own_address(address))
    }

    /// MDL-9: a new incarnation has a new uid, a function of name, incarnation and seed, never of what happened before.
    fn start(&mut self, host: HostId, seeds: Vec<Address>) {
        let incarnation = self.hosts[host.index()].incarnation + 1;
        let uid = self.draw(host, Purpose::Uid, incarnation).cast_signed();
        let node_seed = self.draw(host, Purpose::NodeSeed, incarnation);
        let starting = &mut self.hosts[host.index()];
        let me = UniqueAddress::new(starting.spec.address.clone(), uid);
        let now = starting.clock().at(self.now);
        let node = Node::new(starting.spec.config.clone(), me, node_seed, now)
            .expect("the settings were tried when the host was added");
        starting.node = Some(node);
        starting.incarnation = incarnation;
        starting.forget_codec();
        starting.state = HostState::Running;
        starting.started_at = Some(self.now);
        starting.seeds.clone_from(&seeds);
        starting.application = starting.fresh_application.clone();
        if let Some(condition) = &mut starting.condition {
            condition.process_ended();
        }
        self.arm(host);
        if !seeds.is_empty() {
            self.give(host, Command::JoinSeedNodes(seeds));
        }
        self.application_starts(host);
    }

    /// What the process was to do is gone. What others sent to it is still on its way: the next incarnation may hear it.
    fn crash(&mut self, host: HostId) -> Applied {
        self.must_run(host)?;
        let crashing = &mut self.hosts[host.index()];
        crashing.state = HostState::Crashed;
        if let Some(condition) = &mut crashing.condition {
            condition.process_ended();
        }
        self.queue.arm(host, None);
        Ok(Outcome::Done)
    }

    fn restart(&mut self, host: HostId, after: Duration) -> Applied {
        self.known(host)?;
        match self.hosts[host.index()].state {
            HostState::NotStarted => return Err(NotApplicable::NeverStarted { name: self.name(host) }),
            HostState::Running => drop(self.crash(host)?),
            HostState::Stopped(_) | HostState::Crashed => {}
        }
        let seeds = self.hosts[host.index()].seeds.clone();
        if after.is_zero() {
            self.start(host, seeds);
            return Ok(Outcome::Done);
        }
        let until = self.now + after;
        self.schedule(until, Action::Start { host, seeds, spread: None });
        Ok(Outcome::Deferred { until })
    }

    fn command(&mut self, host: HostId, command: Command) -> Applied {
        self.must_run(host)?;
        self.give(host, command);
        Ok(Outcome::Done)
    }

    /// SIM-14: over the wire, whoever forged it has a codec of its own, and the receiver's learns from it what it would of any.
    fn forge(&mut self, host: HostId, envelope: &Envelope) -> Applied {
        self.must_run(host)?;
        self.counts.forged += 1;
        let kind = if self.wire {
            let mut liar = Codec::new(self.hosts[host.index()].spec.config.limits);
            heard(&mut liar, self.hosts[host.index()].codec(), envelope)
        } else {
            InputKind::Received(envelope.clone())
        };
        if let InputKind::Received(envelope) = &kind {
            self.told = envelope.message.told_state().cloned();
        }
        self.hand_hashed(host, kind);
        Ok(Outcome::Done)
    }

    /// SIM-14: what is made up is heard at this very instant, after whatever else is done at it.
    fn lie(
        &mut self,
        host: HostId,
        sender: HostId,
        lie: &Lie,
        again: Option<(Duration, Duration)>,
    ) -> Applied {
        self.must_run(host)?;
        let sender_address = self.known(sender)?;
        if again.is_some_and(|(every, _)| every.is_zero()) {
            return Err(NotApplicable::NoPause);
        }
        let hearing = &self.hosts[host.index()];
        let node = hearing.node().expect("a host that runs has a node");
        let hearer = Hearer {
            me: node.unique_address(),
            cluster: &hearing.spec.config.cluster_name,
            state: node.gossip(),
            data_center: &hearing.spec.config.multi_data_center.self_data_center,
            wall_ms: self.wall_ms(),
            now: hearing.clock().at(self.now),
        };
        for envelope in hearer.hears(&sender_address, lie) {
            self.schedule(self.now, Action::Forge { host, envelope: Box::new(envelope) });
        }
        if let Some((every, lasts)) = again
            && let Some(rest) = lasts.checked_sub(every)
        {
            let next = Action::Lie { host, sender, lie: lie.clone(), again: Some((every, rest)) };
            self.schedule(self.now + every, next);
        }
        Ok(Outcome::Done)
    }

    pub(super) fn give(&mut self, host: HostId, command: Command) {
        self.counts.commands += 1;
        self.hand_hashed(host, InputKind::Command(command));
    }

    pub(super) fn link_of(&self, from: HostId, to: HostId) -> Result<(), NotApplicable> {
        self.known(from)?;
        self.known(to)?;
        if from == to { Err(NotApplicable::LinkWithItself { name: self.name(from) }) } else { Ok(()) }
    }
}
