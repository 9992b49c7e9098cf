//! Who takes part in a run: names, hosts, and every incarnation that lived.

use std::fmt;

use quorate::{Address, Instant, UniqueAddress};
use quorate_sim::{HostId, HostState};

use crate::case::{Case, NodeName, NodeRef, address_parts};

/// One life of a node.
#[derive(Clone, Debug)]
pub struct Life {
    /// Whose.
    pub host: HostId,
    /// The so manieth, from 1.
    pub incarnation: u32,
    /// Who it is to others.
    pub node: UniqueAddress,
    /// When it began.
    pub from: Instant,
    /// When it ended, and how; `None` while it runs.
    pub end: Option<(Instant, HostState)>,
}

/// The nodes of a case, and their lives so far.
#[derive(Clone, Debug)]
pub struct Cast {
    names: Vec<NodeName>,
    /// Where each is; empty if each is where its name says.
    addresses: Vec<Address>,
    lives: Vec<Life>,
}

impl Cast {
    /// The nodes of a case, none of which has lived yet.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        Self::at(case, Vec::new())
    }

    /// The same for nodes that are at other addresses than their names say; in the order of the case.
    pub(crate) fn at(case: &Case, addresses: Vec<Address>) -> Self {
        Self { names: case.nodes.clone(), addresses, lives: Vec::new() }
    }

    /// CASE-9: where a node is.
    pub(super) fn address(&self, name: &NodeName) -> Result<Address, String> {
        let place = self.names.iter().position(|other| other == name);
        let given = place.and_then(|place| self.addresses.get(place));
        given.cloned().map_or_else(|| address_of(name), Ok)
    }

    fn name_at(&self, address: &Address) -> Option<&NodeName> {
        let says_so = |name: &&NodeName| address_parts(name) == (address.host(), address.port());
        match self.addresses.iter().position(|other| other == address) {
            Some(place) => self.names.get(place),
            None if self.addresses.is_empty() => self.names.iter().find(says_so),
            None => None,
        }
    }

    /// The host of a node.
    #[must_use]
    pub fn host(&self, name: &NodeName) -> Option<HostId> {
        self.names.iter().position(|other| other == name).map(HostId::from_index)
    }

    /// The name of a host.
    #[must_use]
    pub fn name(&self, host: HostId) -> &str {
        self.names.get(host.index()).map_or("?", NodeName::as_str)
    }

    /// All names, in the order of the case.
    #[must_use]
    pub fn names(&self) -> &[NodeName] {
        &self.names
    }

    /// All lives, in the order in which they began.
    #[must_use]
    pub fn lives(&self) -> &[Life] {
        &self.lives
    }

    /// A life began.
    pub fn begin(&mut self, host: HostId, incarnation: u32, node: UniqueAddress, from: Instant) {
        self.lives.push(Life { host, incarnation, node, from, end: None });
    }

    /// The life of a host that was still going on has ended.
    pub fn end(&mut self, host: HostId, at: Instant, how: HostState) {
        if let Some(life) = self.lives.iter_mut().rfind(|life| life.host == host && life.end.is_none()) {
            life.end = Some((at, how));
        }
    }

    /// The life that a question means: the incarnation that it names, else the latest.
    #[must_use]
    pub fn life(&self, node: &NodeRef) -> Option<&Life> {
        let host = self.host(&node.name)?;
        self.lives.iter().rfind(|life| {
            life.host == host && node.incarnation.is_none_or(|incarnation| incarnation == life.incarnation)
        })
    }

    /// What a person calls an incarnation: the name of its node, with the number of the life if it is not the first.
    #[must_use]
    pub fn call(&self, node: &UniqueAddress) -> String {
        match self.lives.iter().find(|life| life.node == *node) {
            Some(life) => self.call_life(life),
            None => self.call_next(&node.address).unwrap_or_else(|| node.to_string()),
        }
    }

    /// What the life is called that begins at an address with the very step that tells of it.
    fn call_next(&self, address: &Address) -> Option<String> {
        let name = self.name_at(address)?;
        Some(match self.lives.iter().filter(|life| life.node.address == *address).count() {
            0 => name.to_string(),
            lived => format!("{name}#{}", lived + 1),
        })
    }

    /// The same for a life.
    #[must_use]
    pub fn call_life(&self, life: &Life) -> String {
        let name = self.name(life.host);
        if life.incarnation == 1 { name.into() } else { format!("{name}#{}", life.incarnation) }
    }

    /// A text of a node's in which incarnations are called by their names.
    #[must_use]
    pub fn by_name(&self, text: String) -> String {
        self.lives.iter().fold(text, |text, life| text.replace(&life.node.to_string(), &self.call_life(life)))
    }

    /// What a person calls the first node at an address.
    #[must_use]
    pub fn call_address(&self, address: &Address) -> String {
        self.name_at(address).map_or_else(|| address.to_string(), ToString::to_string)
    }
}

/// Names in a row, in short when there are many.
pub(super) struct NameList<'a>(pub(super) &'a [String]);

/// How many names are spelled out.
const NAMES_MAX: usize = 10;

impl fmt::Display for NameList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            0 => f.write_str("nobody"),
            n if n > NAMES_MAX => write!(f, "{n} nodes"),
            _ => f.write_str(&self.0.join(" ")),
        }
    }
}

/// CASE-9: where a node is by its name.
fn address_of(name: &NodeName) -> Result<Address, String> {
    let (host, port) = address_parts(name);
    Address::new(host, port).map_err(|error| format!("{name}: {error}"))
}
