//! M: who lets a node in.

use quorate::Address;

use super::change::Change;
use super::invariant::{Group, Invariant, Watches};
use super::stage::Cause;
use super::violation::Finding;

/// M11
pub(super) static M11: Invariant = Invariant::new(
    "M11",
    "who has asked one node to let it in, and still waits for it, is let in by nobody else",
    Group::Safety,
    Watches::Change,
    "JOIN-91, JOIN-92",
);

/// M11: a welcome that was taken came from whom it was asked of. `asked`: whom the node waited for, if for anybody;
/// `welcomed`: where the welcome came from.
pub(super) fn welcomed_by_who_was_asked(
    change: &Change<'_>,
    asked: Option<&Address>,
    welcomed: &Address,
) -> Option<Finding> {
    let is_let_in = change.cause == Cause::Welcome
        && change.before.member(change.me).is_none()
        && change.after.member(change.me).is_some();
    let asked = asked.filter(|asked| is_let_in && *asked != welcomed)?;
    let me = change.names.of(change.me);
    let one = format!("{me} waits for {asked} to let it in");
    Some(Finding::new(&[change.me], one, format!("it takes the welcome of {welcomed}")))
}

#[cfg(test)]
mod tests {
    use quorate::Gossip;
    use quorate::MemberStatus::{Joining, Up};

    use super::super::testing::{Doctored, gossip, node};
    use super::*;

    /// M11
    #[test]
    fn a_welcome_of_who_was_not_asked_violates() {
        let state = gossip(&[("a", Joining), ("b", Up)]);
        let welcomed = Doctored::of(Gossip::new(), state.clone(), Cause::Welcome);
        let check = |change: &Doctored, asked: Option<&str>, by: &str| {
            let asked = asked.map(|name| node(name).address);
            change.check(|change| welcomed_by_who_was_asked(change, asked.as_ref(), &node(by).address))
        };
        assert_eq!(check(&welcomed, Some("b"), "b"), None);
        assert_eq!(check(&welcomed, None, "b"), None, "JOIN-91: one that waits for nobody takes any");
        assert_eq!(check(&welcomed, Some("c"), "b").unwrap().who, [node("a")]);
        let dropped = Doctored::of(Gossip::new(), Gossip::new(), Cause::Welcome);
        assert_eq!(check(&dropped, Some("c"), "b"), None);
        let gossiped = Doctored::of(Gossip::new(), state, Cause::Gossip);
        assert_eq!(check(&gossiped, Some("c"), "b"), None);
    }
}
