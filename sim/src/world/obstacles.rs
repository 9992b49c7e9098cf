//! CASE-7: what scripts do to the network.

use std::time::Duration;

use quorate::MessageKind;

use super::World;
use super::act::Applied;
use super::step::Outcome;
use crate::action::{Action, Ending, NotApplicable};
use crate::application::Application;
use crate::host::HostId;
use crate::keyed::{self, Purpose};
use crate::network::cut::{Cut, Heal};
use crate::network::cuts::BadCut;
use crate::network::delay::Delay;
use crate::network::link::{LinkChange, LinkSet};

/// A share of delays is in millionths.
const ALL: u32 = 1_000_000;

impl<A: Application> World<A> {
    pub(super) fn cut(&mut self, cut: &Cut) -> Applied {
        self.cut_makes_sense(cut)?;
        let done = self.network.cuts.cut(self.hosts.len(), cut);
        self.cut_outcome(done)
    }

    fn cut_makes_sense(&self, cut: &Cut) -> Result<(), NotApplicable> {
        match cut {
            Cut::OneWay { from: a, to: b } | Cut::Pair(a, b) => self.link_of(*a, *b),
            _ => Ok(()),
        }
    }

    fn cut_outcome(&self, done: Result<(), BadCut>) -> Applied {
        done.map_err(|bad| NotApplicable::of_cut(bad, |host| self.name(host)))?;
        Ok(Outcome::Done)
    }

    pub(super) fn flap(&mut self, cut: &Cut, every: Duration, lasts: Duration) -> Applied {
        self.cut_makes_sense(cut)?;
        let turn = every / 2;
        if turn.is_zero() {
            return Err(NotApplicable::NoPeriod);
        }
        let id = self.statement();
        let done = self.network.cuts.flap(self.hosts.len(), id, cut);
        let outcome = self.cut_outcome(done)?;
        let until = self.now + lasts;
        let first = (self.now + turn).min(until);
        self.schedule(first, Action::Ends(Ending::FlapTurn { id, turn, until }));
        Ok(outcome)
    }

    pub(super) fn heal(&mut self, heal: &Heal) -> Applied {
        if let Heal::OneWay { from: a, to: b } | Heal::Pair(a, b) = heal {
            self.link_of(*a, *b)?;
            return self
                .network
                .cuts
                .heal(self.hosts.len(), heal)
                .map(|()| Outcome::Done)
                .map_err(|_| NotApplicable::NotCut { from: self.name(*a), to: self.name(*b) });
        }
        let done = self.network.cuts.heal(self.hosts.len(), heal);
        self.cut_outcome(done)
    }

    fn links_exist(&self, links: LinkSet) -> Result<(), NotApplicable> {
        match links {
            LinkSet::All => Ok(()),
            LinkSet::OneWay { from, to } | LinkSet::Between(from, to) => self.link_of(from, to),
        }
    }

    /// CASE-9: a later statement about a property of a link replaces an earlier one, for as long as it lasts.
    pub(super) fn change_links(
        &mut self,
        links: LinkSet,
        change: LinkChange,
        lasts: Option<Duration>,
    ) -> Applied {
        self.links_exist(links)?;
        match change.delay {
            Some(Delay::Uniform { min, max } | Delay::LogNormal { median: min, p99: max }) if max < min => {
                return Err(NotApplicable::DelayRange { min, max });
            }
            Some(Delay::Bimodal { other_parts_per_million: parts_per_million, .. })
                if parts_per_million > ALL =>
            {
                return Err(NotApplicable::DelayShare { parts_per_million });
            }
            _ => {}
        }
        if change.bandwidth == Some(0) {
            return Err(NotApplicable::NoBandwidth);
        }
        let id = lasts.map(|lasts| {
            let id = self.statement();
            self.schedule(self.now + lasts, Action::Ends(Ending::Link { id, links }));
            id
        });
        self.network.links.change(links, change, id);
        Ok(Outcome::Done)
    }

    pub(super) fn block(&mut self, kind: MessageKind, links: LinkSet, lasts: Option<Duration>) -> Applied {
        self.links_exist(links)?;
        let id = self.statement();
        self.network.blocks.add(id, kind, links);
        self.network.note_obstructions();
        if let Some(lasts) = lasts {
            self.schedule(self.now + lasts, Action::Ends(Ending::Block { id }));
        }
        Ok(Outcome::Done)
    }

    pub(super) fn unblock(&mut self, kind: Option<MessageKind>, links: LinkSet) -> Applied {
        self.links_exist(links)?;
        let was_blocked = self.network.blocks.unblock(kind, links);
        self.network.note_obstructions();
        if was_blocked { Ok(Outcome::Done) } else { Err(NotApplicable::NotBlocked) }
    }

    pub(super) fn hold(&mut self, links: LinkSet) -> Applied {
        self.links_exist(links)?;
        self.network.holds.add(links);
        self.network.note_obstructions();
        Ok(Outcome::Done)
    }

    /// What was held arrives at this instant, in the order in which it was sent or in one that is drawn; what another
    /// statement still holds stays.
    pub(super) fn release(&mut self, links: LinkSet, swizzled: bool) -> Applied {
        self.links_exist(links)?;
        if !self.network.holds.release(links) {
            return Err(NotApplicable::NotHeld);
        }
        self.network.note_obstructions();
        let is_held = |to: HostId, from: HostId| self.network.holds.holds(from, to);
        let (stay, mut go): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.held).into_iter().partition(|(to, parcel)| is_held(*to, parcel.from));
        self.held = stay;
        if swizzled {
            let mut drawn: Vec<_> = go
                .into_iter()
                .enumerate()
                .map(|(count, (to, parcel))| {
                    let (a, b) = (self.network.name_key(parcel.from), self.network.name_key(to));
                    (keyed::draw(self.seed, a, b, Purpose::Swizzle, 0, count as u64), (to, parcel))
                })
                .collect();
            drawn.sort_by_key(|(draw, _)| *draw);
            go = drawn.into_iter().map(|(_, held)| held).collect();
        }
        for (to, parcel) in go {
            self.queue.push_parcel(self.now, to, parcel);
        }
        Ok(Outcome::Done)
    }

    /// The number of a statement that will end.
    fn statement(&mut self) -> u64 {
        self.statements += 1;
        self.statements
    }

    /// Ends what was to last for a time; what was ended before, or replaced, is over already.
    pub(super) fn end(&mut self, ending: &Ending) -> Outcome {
        match *ending {
            Ending::Link { id, .. } => drop(self.network.links.end(id)),
            Ending::Block { id } => {
                self.network.blocks.end(id);
                self.network.note_obstructions();
            }
            Ending::FlapTurn { id, turn, until } => {
                let hosts = self.hosts.len();
                if self.now >= until {
                    self.network.cuts.end_flap(hosts, id);
                } else if self.network.cuts.turn_flap(hosts, id) {
                    let next = (self.now + turn).min(until);
                    self.schedule(next, Action::Ends(Ending::FlapTurn { id, turn, until }));
                }
            }
        }
        Outcome::Done
    }
}
