//! What the judge remembers of all nodes together.

use std::collections::BTreeSet;

use quorate::{NodeKey, UniqueAddress};

use super::agreement::{Made, Versions};
use super::change::{Change, status};
use super::holding::Held;
use super::identity::Register;
use super::promotion::Numbers;
use super::rows::Newest;
use super::stage::Cause;

/// Facts about a run that no node has alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    pub(super) register: Register,
    pub(super) versions: Versions,
    pub(super) held: Held,
    pub(super) newest: Newest,
    pub(super) numbers: Numbers,
    /// Whom somebody has removed.
    pub(super) departed: BTreeSet<NodeKey>,
    /// The last version that a leader made with convergence.
    pub(super) made: Option<Made>,
    /// How many nodes have founded a cluster.
    pub(super) founded: usize,
    /// Whether somebody was told to join a node by its address.
    pub(super) joined_by_address: bool,
    /// Whether somebody let in a new incarnation and had not heard of the earlier one, which others had as a member.
    pub(super) joined_unheard: bool,
    /// Who was told to leave, and is undisturbed since; ascending.
    pub(super) leaving: Vec<UniqueAddress>,
}

impl Ledger {
    /// Takes in what a change says of others. `is_undisturbed`: whether a leave that begins with it can go its way.
    pub(super) fn follow(&mut self, change: &Change<'_>, is_undisturbed: bool) {
        self.register.hear_members(change);
        self.founded += usize::from(change.members_changed && change.is_founding());
        if is_undisturbed && change.cause == Cause::Command(quorate::CommandKind::Leave) {
            let leaves = |is: Option<&quorate::Member>| status(is) == quorate::MemberStatus::Leaving;
            for (was, is) in change.members().filter(|(was, is)| leaves(*is) && !leaves(*was)) {
                let Some(member) = is.or(was) else { continue };
                if let Err(place) = self.leaving.binary_search(member.unique_address()) {
                    self.leaving.insert(place, member.unique_address().clone());
                }
            }
        }
        self.departed.extend(change.gone().map(quorate::Member::key));
    }

    pub(super) fn is_leaving(&self, node: &UniqueAddress) -> bool {
        self.leaving.binary_search(node).is_ok()
    }
}
