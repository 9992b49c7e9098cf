//! REP-126: which Exiting members are known to have seen that they are.

use alloc::vec::Vec;

use crate::membership::UniqueAddress;

/// The Exiting members of a view, by what is known of them. Who has seen itself Exiting tells its own side so, and none there
/// counts it any more; of one that may not have heard, its side may still count it as Leaving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exits {
    /// Ascending: those that may not have heard of it.
    unheard: Vec<UniqueAddress>,
    /// Ascending: those that have.
    heard: Vec<UniqueAddress>,
}

impl Exits {
    /// Of a view that was kept.
    pub(super) fn heard_by(mut heard: Vec<UniqueAddress>) -> Self {
        heard.sort_unstable();
        heard.dedup();
        Self { unheard: Vec::new(), heard }
    }

    /// Those that have heard of it, ascending.
    pub(super) fn heard(&self) -> &[UniqueAddress] {
        &self.heard
    }

    /// A node is stored as Exiting now, or is not.
    pub(super) fn file(&mut self, node: &UniqueAddress, is_exiting: bool) {
        if !is_exiting && self.unheard.is_empty() && self.heard.is_empty() {
            return;
        }
        if is_exiting {
            if !contains(&self.heard, node)
                && let Err(at) = self.unheard.binary_search(node)
            {
                self.unheard.insert(at, node.clone());
            }
            return;
        }
        for list in [&mut self.unheard, &mut self.heard] {
            if let Ok(at) = list.binary_search(node) {
                list.remove(at);
            }
        }
    }

    /// REP-126: some nodes have seen a state in which all that are filed as Exiting are so. What is known once stays known. Whether this
    /// is news of one of them.
    pub(super) fn hear(&mut self, has_seen: impl Fn(&UniqueAddress) -> bool) -> bool {
        let before = self.heard.len();
        self.heard.extend(self.unheard.extract_if(.., |node| has_seen(node)));
        self.heard.sort_unstable();
        self.heard.len() > before
    }
}

fn contains(list: &[UniqueAddress], node: &UniqueAddress) -> bool {
    list.binary_search(node).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::view::ResolverView;
    use crate::membership::ClusterEvent;

    fn told(events: &[ClusterEvent]) -> ResolverView {
        let mut view = view(&keep_majority(), "a b c", "");
        events.iter().for_each(|event| {
            view.apply(event);
        });
        view
    }

    fn heard(events: &[ClusterEvent]) -> alloc::string::String {
        names(told(events).exits_heard())
    }

    /// REP-126: what a node had seen before it was Exiting says nothing of its exit; and what is known stays known when the
    /// next change empties who has seen.
    #[test]
    fn who_is_in_the_seen_of_a_state_in_which_it_is_exiting_has_heard() {
        assert_eq!(heard(&[seen("a b c"), event("ce")]), "");
        assert_eq!(heard(&[event("ce"), seen("a b")]), "");
        assert_eq!(heard(&[event("ce"), seen("a c")]), "c");
        assert_eq!(heard(&[event("ce"), seen("a c"), event("be"), seen("a"), unreachable("ce")]), "c");
        assert_eq!(heard(&[event("cl"), seen("a c")]), "");
    }

    /// REP-126: of an incarnation, not of an address.
    #[test]
    fn what_another_incarnation_has_seen_says_nothing() {
        assert_eq!(heard(&[event("ce#2"), seen("a c")]), "");
        assert_eq!(heard(&[event("ce#2"), seen("a c#2")]), "c#2");
    }

    #[test]
    fn who_is_gone_or_down_is_forgotten() {
        assert_eq!(heard(&[event("ce"), seen("a c"), removed("ce")]), "");
        assert_eq!(heard(&[event("ce"), seen("a c"), event("cd")]), "");
        assert_eq!(told(&[event("ce"), seen("a c"), removed("ce"), removed("b")]), {
            let mut view = view(&keep_majority(), "a", "");
            view.set_seen_by(seen_by("a c"));
            view
        });
    }
}
