//! SIM-3: what chance did to a message, for those who want the same without chance.

use std::time::Duration;

use quorate::MessageKind;

use crate::host::HostId;

/// A message of a node with which its link did more, by chance, than delay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mishap {
    /// Who sent it.
    pub from: HostId,
    /// For whom it was.
    pub to: HostId,
    /// What kind of message it was.
    pub kind: MessageKind,
    /// What became of it.
    pub what: Misfortune,
}

/// What chance does to messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misfortune {
    /// It was lost.
    Lost,
    /// One of its bits was flipped, and so nobody can read it.
    Garbled,
    /// It arrives twice.
    Doubled,
    /// It is held back, and takes this long in all.
    HeldBack(Duration),
}
