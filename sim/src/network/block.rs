//! CASE-7: messages of one kind that are dropped, and links whose messages are held.

use quorate::MessageKind;

use super::link::LinkSet;
use crate::host::HostId;

/// What is dropped by its kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks(Vec<Block>);

#[derive(Clone, Copy, Debug)]
struct Block {
    id: u64,
    kind: MessageKind,
    links: LinkSet,
}

impl Blocks {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn drops(&self, from: HostId, to: HostId, kind: usize) -> bool {
        self.0.iter().any(|block| block.kind as usize == kind && block.links.holds(from, to))
    }

    /// Whether anything is dropped on a link.
    pub(crate) fn touches(&self, from: HostId, to: HostId) -> bool {
        self.0.iter().any(|block| block.links.holds(from, to))
    }

    pub(crate) fn add(&mut self, id: u64, kind: MessageKind, links: LinkSet) {
        self.0.push(Block { id, kind, links });
    }

    /// Ends one block, if it has not been ended.
    pub(crate) fn end(&mut self, id: u64) {
        self.0.retain(|block| block.id != id);
    }

    /// Ends all blocks of a kind, or of any, whose links are all among these; false if there was none.
    pub(crate) fn unblock(&mut self, kind: Option<MessageKind>, links: LinkSet) -> bool {
        let before = self.0.len();
        self.0.retain(|block| kind.is_some_and(|kind| kind != block.kind) || !links.covers(block.links));
        self.0.len() < before
    }
}

/// The links whose messages are held until they are released.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holds(Vec<LinkSet>);

impl Holds {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn holds(&self, from: HostId, to: HostId) -> bool {
        self.0.iter().any(|links| links.holds(from, to))
    }

    pub(crate) fn add(&mut self, links: LinkSet) {
        self.0.push(links);
    }

    /// Ends all holds whose links are all among these; false if there was none.
    pub(crate) fn release(&mut self, links: LinkSet) -> bool {
        let before = self.0.len();
        self.0.retain(|held| !links.covers(*held));
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: HostId = HostId::from_index(0);
    const B: HostId = HostId::from_index(1);
    const GOSSIP: usize = MessageKind::Gossip as usize;
    const JOIN: usize = MessageKind::Join as usize;

    /// CASE-7
    #[test]
    fn a_block_drops_its_kind_on_its_links_until_it_is_ended() {
        let mut blocks = Blocks::default();
        let one_way = LinkSet::OneWay { from: A, to: B };
        blocks.add(1, MessageKind::Gossip, one_way);
        blocks.add(2, MessageKind::Join, LinkSet::All);
        assert!(blocks.drops(A, B, GOSSIP) && !blocks.drops(B, A, GOSSIP) && blocks.drops(B, A, JOIN));
        assert!(!blocks.unblock(Some(MessageKind::Welcome), LinkSet::All));
        assert!(!blocks.unblock(Some(MessageKind::Join), one_way));
        assert!(blocks.unblock(None, LinkSet::Between(A, B)));
        assert!(!blocks.drops(A, B, GOSSIP) && blocks.drops(A, B, JOIN));
        blocks.end(1);
        blocks.end(2);
        assert!(blocks.is_empty());
    }
}
