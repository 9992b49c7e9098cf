//! What lies between hosts: addresses, links that delay and lose, and cuts that separate.

pub(crate) mod cut;
pub(crate) mod link;
pub(crate) mod links;
pub(crate) mod routes;

use quorate::Address;

use crate::host::HostId;
use cut::Cuts;
use links::Links;
use routes::Routes;

/// The network of a world.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) routes: Routes,
    pub(crate) links: Links,
    pub(crate) cuts: Cuts,
    /// What the hosts' names stand for in draws.
    names: Vec<u64>,
}

/// Why a message goes nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsent {
    NoSuchAddress,
    Cut,
    Lost,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self { routes: Routes::default(), links: Links::new(seed), cuts: Cuts::default(), names: Vec::new() }
    }

    pub(crate) fn add_host(&mut self, address: Address, name_key: u64) {
        self.routes.add(address);
        self.links.add_host();
        self.names.push(name_key);
    }

    /// What becomes of a message that is sent now: for whom it is, and how many nanoseconds it takes.
    ///
    /// A message counts on its link even if a cut stops it, so that a cut that is taken out of a case moves no draw.
    #[inline]
    pub(crate) fn send(&mut self, from: HostId, to: &Address, kind: usize) -> Result<(HostId, u64), Unsent> {
        let to = self.routes.host_of(to).ok_or(Unsent::NoSuchAddress)?;
        let delay = self.links.send(from, to, kind, &self.names);
        if self.cuts.is_cut(from, to) {
            return Err(Unsent::Cut);
        }
        delay.map(|delay| (to, delay)).ok_or(Unsent::Lost)
    }

    /// The number that a host's name stands for in draws.
    pub(crate) fn name_key(&self, host: HostId) -> u64 {
        self.names[host.index()]
    }
}
