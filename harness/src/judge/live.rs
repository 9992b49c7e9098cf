//! Which incarnations live, and where each is.

use std::collections::BTreeMap;

use quorate::NodeKey;

use super::by_key::ByKey;

/// The live incarnations and the hosts where they are. It is asked for one of them far more often than for all, and so keeps them twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Live {
    ordered: BTreeMap<NodeKey, usize>,
    by_key: ByKey<usize>,
}

impl Live {
    pub(super) fn insert(&mut self, key: NodeKey, host: usize) {
        self.ordered.insert(key, host);
        self.by_key.insert(key, host);
    }

    pub(super) fn remove(&mut self, key: &NodeKey) {
        self.ordered.remove(key);
        self.by_key.remove(*key);
    }

    pub(super) fn get(&self, key: &NodeKey) -> Option<&usize> {
        self.by_key.get(*key)
    }

    pub(super) fn contains_key(&self, key: &NodeKey) -> bool {
        self.by_key.contains(*key)
    }

    /// The hosts, in the order of the keys.
    pub(super) fn values(&self) -> impl Iterator<Item = &usize> + Clone {
        self.ordered.values()
    }

    pub(super) fn len(&self) -> usize {
        self.ordered.len()
    }
}
