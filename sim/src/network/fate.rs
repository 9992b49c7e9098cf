//! CASE-6: what becomes of one message, whatever its link would have done.

use std::time::Duration;

use quorate::MessageKind;

use crate::host::HostId;

/// CASE-6: what becomes of one message on a link: the next that is sent there, of this kind if one is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextMessage {
    /// Who sends it.
    pub from: HostId,
    /// For whom it is.
    pub to: HostId,
    /// What kind of message it is; `None` for any of a node's.
    pub kind: Option<MessageKind>,
    /// What becomes of it, whatever the link would have done.
    pub fate: Fate,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It is lost.
    Dropped,
    /// It takes this long.
    Delayed(Duration),
    /// It arrives twice; each copy takes its own time.
    Duplicated,
    /// It arrives as it would have, and once more so long after it was sent, whoever is at the address by then.
    Again(Duration),
}

/// The fates that are settled and have met no message yet, in the order in which they were settled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled(Vec<NextMessage>);

impl Settled {
    pub(crate) fn push(&mut self, next: NextMessage) {
        self.0.push(next);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out the fate of a message of a node that is sent now.
    pub(crate) fn take(&mut self, from: HostId, to: HostId, kind: usize) -> Option<Fate> {
        let is_next = |next: &NextMessage| {
            let of_kind = next.kind.map_or(kind < MessageKind::COUNT, |other| other as usize == kind);
            of_kind && (next.from, next.to) == (from, to)
        };
        let place = self.0.iter().position(is_next)?;
        Some(self.0.remove(place).fate)
    }
}
