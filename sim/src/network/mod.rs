//! What lies between hosts: addresses, links that do their worst to messages, and cuts that separate.

pub(crate) mod block;
pub(crate) mod cut;
pub(crate) mod cuts;
pub(crate) mod delay;
pub(crate) mod fate;
pub(crate) mod link;
pub(crate) mod links;
pub(crate) mod loss;
pub(crate) mod mishap;
mod pipe;
pub(crate) mod routes;
mod treatment;

use quorate::Address;

use crate::host::HostId;
use block::{Blocks, Holds};
use cuts::Cuts;
use links::{Links, Odd, Way};
use routes::Routes;

/// The network of a world.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) routes: Routes,
    pub(crate) links: Links,
    pub(crate) cuts: Cuts,
    pub(crate) blocks: Blocks,
    pub(crate) holds: Holds,
    /// Whether anything is blocked or held: asked for each message.
    is_obstructed: bool,
    /// What the hosts' names stand for in draws.
    names: Vec<u64>,
}

/// Why a message goes nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsent {
    NoSuchAddress,
    Cut,
    Lost,
    Blocked,
    TooLong,
    NoRoom,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            routes: Routes::default(),
            links: Links::new(seed),
            cuts: Cuts::default(),
            blocks: Blocks::default(),
            holds: Holds::default(),
            is_obstructed: false,
            names: Vec::new(),
        }
    }

    pub(crate) fn add_host(&mut self, address: Address, name_key: u64) {
        self.routes.add(address);
        self.links.add_host();
        self.names.push(name_key);
    }

    /// From here on the draws of all links are those of another seed.
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.links.reseed(seed, &self.names);
    }

    /// What becomes of a message that is sent now, and for whom it is.
    ///
    /// A message counts on its link even if a cut stops it, so that a cut that is taken out of a case moves no draw.
    #[inline]
    pub(crate) fn send(
        &mut self,
        now: u64,
        from: HostId,
        to: &Address,
        kind: usize,
    ) -> Result<(HostId, Way), Unsent> {
        let to = self.routes.host_of(to).ok_or(Unsent::NoSuchAddress)?;
        let way = self.links.send(now, from, to, kind, &self.names);
        if self.cuts.is_cut(from, to) {
            return Err(Unsent::Cut);
        }
        if self.is_obstructed {
            self.obstructed(from, to, kind, way)
        } else {
            way.map(|way| (to, way)).ok_or(Unsent::Lost)
        }
    }

    /// CASE-7: what is blocked is dropped; what is held neither gets lost nor grows old until it is released.
    #[cold]
    fn obstructed(
        &mut self,
        from: HostId,
        to: HostId,
        kind: usize,
        way: Option<Way>,
    ) -> Result<(HostId, Way), Unsent> {
        if self.blocks.drops(from, to, kind) {
            return Err(Unsent::Blocked);
        }
        if self.holds.holds(from, to) {
            return Ok((to, Way::Odd(Odd { is_held: true, ..Odd::default() })));
        }
        way.map(|way| (to, way)).ok_or(Unsent::Lost)
    }

    /// Whether every link is as it is unless something else is said of it, and nothing is cut, blocked or held.
    pub(crate) fn is_untouched(&self) -> bool {
        !self.is_obstructed && self.cuts.are_none() && self.links.are_usual()
    }

    /// Is to be called after blocks or holds have changed.
    pub(crate) fn note_obstructions(&mut self) {
        self.is_obstructed = !(self.blocks.is_empty() && self.holds.is_empty());
    }

    /// The number that a host's name stands for in draws.
    pub(crate) fn name_key(&self, host: HostId) -> u64 {
        self.names[host.index()]
    }
}
