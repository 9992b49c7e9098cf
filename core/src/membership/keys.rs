//! Where a node's key stands among those of a table.

use super::address::NodeKey;

/// How many entries come before a key. Keys are hashes, spread evenly: so it is looked for around where its share of their
/// range says, in a few lines of a table that is mostly in no cache. Where they are not it only takes longer.
pub(super) fn first_of_key(index: &[(NodeKey, u32)], key: NodeKey) -> usize {
    let is_before = |entry: &(NodeKey, u32)| entry.0 < key;
    if index.len() <= 2 * REACH_MIN {
        return index.partition_point(is_before);
    }
    let guess = ((u128::from(key.0) * index.len() as u128) >> 64) as usize;
    let mut reach = REACH_MIN;
    loop {
        let (from, to) = (guess.saturating_sub(reach), index.len().min(guess + reach));
        let begins = from == 0 || is_before(&index[from - 1]);
        let ends = to == index.len() || !is_before(&index[to]);
        if begins && ends {
            return from + index[from..to].partition_point(is_before);
        }
        reach *= 2;
    }
}

/// How far from its share of the range a key is looked for at first: one standard deviation in a table of a thousand.
const REACH_MIN: usize = 16;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::membership::UniqueAddress;

    #[test]
    fn a_key_is_found_however_keys_are_spread() {
        let hashed = |n: u64| UniqueAddress::new("a:1".parse().unwrap(), n as i64).key().0;
        let spreads: [&dyn Fn(u64) -> u64; 5] =
            [&hashed, &|n| n, &|n| u64::MAX - n, &|n| (n / 50) << 60, &|_| 1 << 63];
        for (spread, count) in
            spreads.iter().flat_map(|spread| [0, 1, 2, 33, 300].map(|count| (spread, count)))
        {
            let mut index: Vec<_> = (0..count).map(|n| (NodeKey(spread(n)), n as u32)).collect();
            index.sort_unstable();
            let keys = (0..=count).flat_map(|n| [spread(n), spread(n).wrapping_add(1)]).chain([0, u64::MAX]);
            for key in keys.map(NodeKey) {
                assert_eq!(first_of_key(&index, key), index.partition_point(|entry| entry.0 < key), "{key}");
            }
        }
    }
}
