//! Who can't hear whom.

use crate::host::HostId;

/// A cut, as data. Cuts add up: what one of them separates stays separated until it is healed.
///
/// A message is lost when its link is cut at the instant at which it is sent, and also when it is cut at the instant at
/// which it would arrive: a cut takes what is on the wire with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// No messages between hosts of different groups.
    Groups {
        /// The groups; no host is in two.
        groups: Vec<Vec<HostId>>,
        /// Whether all that are in none of them form one more; else every host must be in one.
        rest_is_group: bool,
    },
    /// No messages from one host to another; the other way stays open.
    OneWay {
        /// Who is not heard.
        from: HostId,
        /// By whom.
        to: HostId,
    },
    /// No messages between two hosts.
    Pair(HostId, HostId),
}

/// What is healed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heal {
    /// All cuts; there may be none.
    All,
    /// One direction between two hosts, whatever separates them.
    OneWay {
        /// Who will be heard.
        from: HostId,
        /// By whom.
        to: HostId,
    },
    /// Both directions between two hosts, whatever separates them.
    Pair(HostId, HostId),
}

/// Why a cut by groups can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadGroups {
    InTwo(HostId),
    InNone(HostId),
    Unknown(HostId),
    /// Everybody is in one group.
    NothingToSeparate,
}

/// One bit for each ordered pair: asking is one look, whatever cuts there are. Empty while nothing is cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cuts {
    hosts: usize,
    words_per_row: usize,
    bits: Vec<u64>,
}

impl Cuts {
    #[inline]
    pub(crate) fn is_cut(&self, from: HostId, to: HostId) -> bool {
        // While nothing is cut the table has no hosts.
        if from.index().max(to.index()) >= self.hosts {
            return false;
        }
        let (word, bit) = self.place(from, to);
        self.bits[word] & bit != 0
    }

    fn place(&self, from: HostId, to: HostId) -> (usize, u64) {
        (from.index() * self.words_per_row + to.index() / 64, 1 << (to.index() % 64))
    }

    /// Makes the table fit a world; hosts that came after a cut are separated from nobody.
    fn fit(&mut self, hosts: usize) {
        if self.hosts != hosts {
            let mut larger =
                Self { hosts, words_per_row: hosts.div_ceil(64), bits: vec![0; hosts * hosts.div_ceil(64)] };
            for from in (0..self.hosts.min(hosts)).map(HostId::from_index) {
                for to in (0..self.hosts.min(hosts)).map(HostId::from_index) {
                    if self.is_cut(from, to) {
                        larger.set(from, to);
                    }
                }
            }
            *self = larger;
        }
    }

    fn set(&mut self, from: HostId, to: HostId) {
        let (word, bit) = self.place(from, to);
        self.bits[word] |= bit;
    }

    /// Closes one direction in a world of so many hosts.
    pub(crate) fn cut_one_way(&mut self, hosts: usize, from: HostId, to: HostId) {
        self.fit(hosts);
        self.set(from, to);
    }

    /// Separates groups in a world of so many hosts.
    pub(crate) fn cut_groups(
        &mut self,
        hosts: usize,
        groups: &[Vec<HostId>],
        rest_is_group: bool,
    ) -> Result<(), BadGroups> {
        let group_of = assign(hosts, groups, rest_is_group)?;
        self.fit(hosts);
        let words = self.words_per_row;
        // Each group's members as bits; a row is closed towards everybody who is not in its own group.
        let mut members = vec![0u64; (groups.len() + 1) * words];
        for (host, group) in group_of.iter().enumerate() {
            members[group * words + host / 64] |= 1 << (host % 64);
        }
        let everybody: Vec<u64> = (0..words)
            .map(|word| members[word..].iter().step_by(words).fold(0, |all, some| all | some))
            .collect();
        for (row, group) in self.bits.chunks_exact_mut(words).zip(&group_of) {
            for (word, bits) in row.iter_mut().enumerate() {
                *bits |= everybody[word] & !members[group * words + word];
            }
        }
        Ok(())
    }

    pub(crate) fn heal_all(&mut self) {
        *self = Self::default();
    }

    /// Opens one direction; false if it was open.
    pub(crate) fn heal_one_way(&mut self, from: HostId, to: HostId) -> bool {
        let was_cut = self.is_cut(from, to);
        if was_cut {
            let (word, bit) = self.place(from, to);
            self.bits[word] &= !bit;
            if self.bits.iter().all(|bits| *bits == 0) {
                self.heal_all();
            }
        }
        was_cut
    }
}

/// The group of each host; the rest is the one after the last.
fn assign(hosts: usize, groups: &[Vec<HostId>], rest_is_group: bool) -> Result<Vec<usize>, BadGroups> {
    let mut group_of = vec![None; hosts];
    for (group, members) in groups.iter().enumerate() {
        for host in members {
            match group_of.get_mut(host.index()) {
                None => return Err(BadGroups::Unknown(*host)),
                Some(Some(_)) => return Err(BadGroups::InTwo(*host)),
                Some(free) => *free = Some(group),
            }
        }
    }
    if let Some(left_out) = group_of.iter().position(Option::is_none)
        && !rest_is_group
    {
        return Err(BadGroups::InNone(HostId::from_index(left_out)));
    }
    let group_of: Vec<usize> = group_of.into_iter().map(|group| group.unwrap_or(groups.len())).collect();
    if group_of.windows(2).all(|pair| pair[0] == pair[1]) {
        return Err(BadGroups::NothingToSeparate);
    }
    Ok(group_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(index: usize) -> HostId {
        HostId::from_index(index)
    }

    fn group(hosts: impl IntoIterator<Item = usize>) -> Vec<HostId> {
        hosts.into_iter().map(host).collect()
    }

    /// Who is cut off from whom, as pairs.
    fn pairs(cuts: &Cuts, hosts: usize) -> Vec<(usize, usize)> {
        let all = (0..hosts).flat_map(|a| (0..hosts).map(move |b| (a, b)));
        all.filter(|(a, b)| cuts.is_cut(host(*a), host(*b))).collect()
    }

    /// CASE-9: also with more hosts than a word has bits.
    #[test]
    fn groups_hear_themselves_and_nobody_else() {
        let mut cuts = Cuts::default();
        cuts.cut_groups(150, &[group(0..70), group([149])], true).unwrap();
        let side = |index: usize| if index < 70 { 0 } else { 1 + usize::from(index == 149) };
        for a in 0..150 {
            for b in 0..150 {
                assert_eq!(cuts.is_cut(host(a), host(b)), side(a) != side(b), "{a} {b}");
            }
        }
    }

    /// CASE-9
    #[test]
    fn cuts_add_up_until_all_are_healed() {
        let mut cuts = Cuts::default();
        cuts.cut_groups(4, &[group([0, 1]), group([2, 3])], false).unwrap();
        cuts.cut_groups(4, &[group([0]), group([1, 2, 3])], false).unwrap();
        cuts.cut_one_way(4, host(3), host(2));
        assert_eq!(
            pairs(&cuts, 4),
            [(0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (1, 3), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]
        );
        cuts.heal_all();
        assert_eq!(cuts, Cuts::default());
    }

    #[test]
    fn healing_a_link_opens_that_direction_only_whatever_cut_it() {
        let mut cuts = Cuts::default();
        cuts.cut_groups(3, &[group([0]), group([1, 2])], false).unwrap();
        cuts.cut_one_way(3, host(0), host(1));
        assert!(cuts.heal_one_way(host(0), host(1)));
        assert!(!cuts.heal_one_way(host(0), host(1)));
        assert_eq!(pairs(&cuts, 3), [(0, 2), (1, 0), (2, 0)]);
    }

    /// CASE-9: nobody may be left out or be on two sides.
    #[test]
    fn groups_that_are_no_partition_are_refused() {
        let mut cuts = Cuts::default();
        assert_eq!(cuts.cut_groups(3, &[group([0]), group([2])], false), Err(BadGroups::InNone(host(1))));
        assert_eq!(
            cuts.cut_groups(3, &[group([0, 1]), group([1, 2])], false),
            Err(BadGroups::InTwo(host(1)))
        );
        assert_eq!(cuts.cut_groups(3, &[group([0]), group([3])], true), Err(BadGroups::Unknown(host(3))));
        assert_eq!(cuts.cut_groups(3, &[group([0, 1, 2])], true), Err(BadGroups::NothingToSeparate));
        assert_eq!(cuts, Cuts::default());
    }

    #[test]
    fn a_host_that_comes_after_a_cut_is_separated_from_nobody() {
        let mut cuts = Cuts::default();
        cuts.cut_one_way(2, host(0), host(1));
        cuts.cut_one_way(2, host(1), host(0));
        assert_eq!(pairs(&cuts, 130), [(0, 1), (1, 0)]);
        cuts.cut_one_way(130, host(129), host(0));
        assert_eq!(pairs(&cuts, 200), [(0, 1), (1, 0), (129, 0)]);
    }
}
