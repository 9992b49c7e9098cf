//! Which links are cut: one bit for each ordered pair, whatever cuts there are.

use super::cut::{Cut, Heal};
use crate::host::HostId;

/// Why a cut can't be made, or not be healed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadCut {
    InTwo(HostId),
    InNone(HostId),
    Unknown(HostId),
    /// Everybody is in one group, or hears everybody.
    NothingToSeparate,
    /// Nothing is cut between the groups.
    NothingToHeal,
}

/// One bit for each ordered pair: asking is one look. Empty while nothing is cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bits {
    hosts: usize,
    words_per_row: usize,
    bits: Vec<u64>,
}

impl Bits {
    #[inline]
    fn is_cut(&self, from: HostId, to: HostId) -> bool {
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

    /// Opens one direction; false if it was open.
    fn clear(&mut self, from: HostId, to: HostId) -> bool {
        let was_cut = self.is_cut(from, to);
        if was_cut {
            let (word, bit) = self.place(from, to);
            self.bits[word] &= !bit;
        }
        was_cut
    }

    /// An empty table takes no memory.
    fn tidy(&mut self) {
        if self.bits.iter().all(|bits| *bits == 0) {
            *self = Self::default();
        }
    }

    fn add(&mut self, hosts: usize, cut: &Cut) -> Result<(), BadCut> {
        match cut {
            Cut::OneWay { from, to } => {
                self.fit(hosts);
                self.set(*from, *to);
            }
            Cut::Pair(a, b) => {
                self.fit(hosts);
                self.set(*a, *b);
                self.set(*b, *a);
            }
            Cut::Groups { groups, rest_is_group } => self.add_groups(hosts, groups, *rest_is_group)?,
            Cut::Bridge { bridge, groups, rest_is_group } => {
                self.add_bridge(hosts, bridge, groups, *rest_is_group)?;
            }
            Cut::Ring { order } => self.add_ring(hosts, order)?,
        }
        Ok(())
    }

    fn add_groups(
        &mut self,
        hosts: usize,
        groups: &[Vec<HostId>],
        rest_is_group: bool,
    ) -> Result<(), BadCut> {
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

    fn add_bridge(
        &mut self,
        hosts: usize,
        bridge: &[HostId],
        groups: &[Vec<HostId>],
        rest_is_group: bool,
    ) -> Result<(), BadCut> {
        let mut with_bridge = groups.to_vec();
        with_bridge.push(bridge.to_vec());
        let group_of = assign(hosts, &with_bridge, rest_is_group)?;
        let is_bridge = |host: usize| group_of[host] == groups.len();
        let pairs = || (0..hosts).flat_map(|a| (0..hosts).map(move |b| (a, b)));
        let apart =
            |(a, b): &(usize, usize)| group_of[*a] != group_of[*b] && !is_bridge(*a) && !is_bridge(*b);
        if !pairs().any(|pair| apart(&pair)) {
            return Err(BadCut::NothingToSeparate);
        }
        self.fit(hosts);
        pairs().filter(apart).for_each(|(a, b)| self.set(HostId::from_index(a), HostId::from_index(b)));
        Ok(())
    }

    /// Of n hosts a majority is n / 2 + 1; a host and its neighbours up to half of that on either side are one.
    fn add_ring(&mut self, hosts: usize, order: &[HostId]) -> Result<(), BadCut> {
        let place_of = assign(hosts, &order.iter().map(|host| vec![*host]).collect::<Vec<_>>(), false)?;
        let reach = (hosts / 2).div_ceil(2);
        let apart = |a: usize, b: usize| {
            let distance = place_of[a].abs_diff(place_of[b]);
            distance.min(hosts - distance) > reach
        };
        if hosts < 2 * reach + 2 {
            return Err(BadCut::NothingToSeparate);
        }
        self.fit(hosts);
        for a in 0..hosts {
            for b in (0..hosts).filter(|b| apart(a, *b)) {
                self.set(HostId::from_index(a), HostId::from_index(b));
            }
        }
        Ok(())
    }
}

/// The group of each host; the rest is the one after the last.
fn assign(hosts: usize, groups: &[Vec<HostId>], rest_is_group: bool) -> Result<Vec<usize>, BadCut> {
    let group_of = assign_some(hosts, groups)?;
    if let Some(left_out) = group_of.iter().position(Option::is_none)
        && !rest_is_group
    {
        return Err(BadCut::InNone(HostId::from_index(left_out)));
    }
    let group_of: Vec<usize> = group_of.into_iter().map(|group| group.unwrap_or(groups.len())).collect();
    if group_of.windows(2).all(|pair| pair[0] == pair[1]) {
        return Err(BadCut::NothingToSeparate);
    }
    Ok(group_of)
}

/// The group of each host that is in one.
fn assign_some(hosts: usize, groups: &[Vec<HostId>]) -> Result<Vec<Option<usize>>, BadCut> {
    let mut group_of = vec![None; hosts];
    for (group, members) in groups.iter().enumerate() {
        for host in members {
            match group_of.get_mut(host.index()) {
                None => return Err(BadCut::Unknown(*host)),
                Some(Some(_)) => return Err(BadCut::InTwo(*host)),
                Some(free) => *free = Some(group),
            }
        }
    }
    Ok(group_of)
}

/// A cut that comes and goes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Flap {
    id: u64,
    bits: Bits,
    is_on: bool,
}

/// All cuts of a world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cuts {
    /// What is cut now.
    now: Bits,
    /// What is cut apart from the flaps; kept only while there are some.
    steady: Bits,
    flaps: Vec<Flap>,
}

impl Cuts {
    #[inline]
    pub(crate) fn is_cut(&self, from: HostId, to: HostId) -> bool {
        self.now.is_cut(from, to)
    }

    /// Whether nothing is cut, nor is to be.
    pub(crate) fn are_none(&self) -> bool {
        self.now.hosts == 0 && self.flaps.is_empty()
    }

    /// CASE-9: makes a cut in a world of so many hosts; cuts add up.
    pub(crate) fn cut(&mut self, hosts: usize, cut: &Cut) -> Result<(), BadCut> {
        if self.flaps.is_empty() {
            return self.now.add(hosts, cut);
        }
        self.steady.add(hosts, cut)?;
        self.unite(hosts);
        Ok(())
    }

    /// CASE-7: begins a cut that comes and goes; it is on until its first turn.
    pub(crate) fn flap(&mut self, hosts: usize, id: u64, cut: &Cut) -> Result<(), BadCut> {
        let mut bits = Bits::default();
        bits.add(hosts, cut)?;
        if self.flaps.is_empty() {
            self.steady = std::mem::take(&mut self.now);
        }
        self.flaps.push(Flap { id, bits, is_on: true });
        self.unite(hosts);
        Ok(())
    }

    /// Turns a flap on or off; false if it was healed meanwhile.
    pub(crate) fn turn_flap(&mut self, hosts: usize, id: u64) -> bool {
        let Some(flap) = self.flaps.iter_mut().find(|flap| flap.id == id) else { return false };
        flap.is_on = !flap.is_on;
        self.unite(hosts);
        true
    }

    pub(crate) fn end_flap(&mut self, hosts: usize, id: u64) {
        self.flaps.retain(|flap| flap.id != id);
        self.unite(hosts);
    }

    fn unite(&mut self, hosts: usize) {
        if self.flaps.is_empty() {
            self.now = std::mem::take(&mut self.steady);
            return self.now.tidy();
        }
        let mut now = self.steady.clone();
        for flap in self.flaps.iter_mut().filter(|flap| flap.is_on) {
            now.fit(hosts);
            flap.bits.fit(hosts);
            now.bits.iter_mut().zip(&flap.bits.bits).for_each(|(all, some)| *all |= some);
        }
        now.tidy();
        self.now = now;
    }

    /// CASE-9: removes cuts; what is cut in turns counts as cut also when it is not its turn.
    pub(crate) fn heal(&mut self, hosts: usize, heal: &Heal) -> Result<(), BadCut> {
        let healed = match heal {
            Heal::All => {
                *self = Self::default();
                true
            }
            Heal::OneWay { from, to } => self.heal_links([(*from, *to)].into_iter()),
            Heal::Pair(a, b) => self.heal_links([(*a, *b), (*b, *a)].into_iter()),
            Heal::Groups { groups, rest_is_group } => {
                let group_of = if *rest_is_group {
                    assign(hosts, groups, true)?.into_iter().map(Some).collect()
                } else {
                    assign_some(hosts, groups)?
                };
                let pairs = (0..hosts).flat_map(|a| (0..hosts).map(move |b| (a, b)));
                let between = pairs.filter(|(a, b)| match (group_of[*a], group_of[*b]) {
                    (Some(one), Some(other)) => one != other,
                    _ => false,
                });
                self.heal_links(between.map(|(a, b)| (HostId::from_index(a), HostId::from_index(b))))
            }
        };
        if !self.flaps.is_empty() {
            self.unite(hosts);
        }
        if healed { Ok(()) } else { Err(BadCut::NothingToHeal) }
    }

    fn heal_links(&mut self, links: impl Iterator<Item = (HostId, HostId)>) -> bool {
        let mut healed = false;
        for (from, to) in links {
            healed |= self.now.clear(from, to);
            healed |= self.steady.clear(from, to);
            for flap in &mut self.flaps {
                healed |= flap.bits.clear(from, to);
            }
        }
        self.now.tidy();
        healed
    }
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

    fn groups<const N: usize>(groups: [Vec<HostId>; N], rest_is_group: bool) -> Cut {
        Cut::Groups { groups: groups.into(), rest_is_group }
    }

    fn one_way(from: usize, to: usize) -> Cut {
        Cut::OneWay { from: host(from), to: host(to) }
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
        cuts.cut(150, &groups([group(0..70), group([149])], true)).unwrap();
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
        cuts.cut(4, &groups([group([0, 1]), group([2, 3])], false)).unwrap();
        cuts.cut(4, &groups([group([0]), group([1, 2, 3])], false)).unwrap();
        cuts.cut(4, &one_way(3, 2)).unwrap();
        let all = [(0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (1, 3), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)];
        assert_eq!(pairs(&cuts, 4), all);
        cuts.heal(4, &Heal::All).unwrap();
        assert_eq!(cuts, Cuts::default());
    }

    #[test]
    fn healing_a_link_opens_that_direction_only_whatever_cut_it() {
        let mut cuts = Cuts::default();
        cuts.cut(3, &groups([group([0]), group([1, 2])], false)).unwrap();
        cuts.cut(3, &one_way(0, 1)).unwrap();
        let heal = Heal::OneWay { from: host(0), to: host(1) };
        assert_eq!(cuts.heal(3, &heal), Ok(()));
        assert_eq!(cuts.heal(3, &heal), Err(BadCut::NothingToHeal));
        assert_eq!(pairs(&cuts, 3), [(0, 2), (1, 0), (2, 0)]);
    }

    /// CASE-7: a partial heal opens what is between its groups and nothing else.
    #[test]
    fn healing_between_groups_leaves_the_other_cuts() {
        let mut cuts = Cuts::default();
        cuts.cut(4, &groups([group([0]), group([1]), group([2]), group([3])], false)).unwrap();
        let heal = |rest_is_group| Heal::Groups { groups: vec![group([0]), group([1])], rest_is_group };
        assert_eq!(cuts.heal(4, &heal(false)), Ok(()));
        assert_eq!(cuts.heal(4, &heal(false)), Err(BadCut::NothingToHeal));
        assert!(!cuts.is_cut(host(0), host(1)) && !cuts.is_cut(host(1), host(0)));
        assert_eq!(pairs(&cuts, 4).len(), 10);
        assert_eq!(cuts.heal(4, &heal(true)), Ok(()));
        assert_eq!(pairs(&cuts, 4), [(2, 3), (3, 2)]);
    }

    /// CASE-9: nobody may be left out or be on two sides.
    #[test]
    fn groups_that_are_no_partition_are_refused() {
        let mut cuts = Cuts::default();
        let mut refused = |cut: Cut| cuts.cut(3, &cut).unwrap_err();
        assert_eq!(refused(groups([group([0]), group([2])], false)), BadCut::InNone(host(1)));
        assert_eq!(refused(groups([group([0, 1]), group([1, 2])], false)), BadCut::InTwo(host(1)));
        assert_eq!(refused(groups([group([0]), group([3])], true)), BadCut::Unknown(host(3)));
        assert_eq!(refused(groups([group([0, 1, 2])], true)), BadCut::NothingToSeparate);
        assert_eq!(refused(Cut::Ring { order: group([0, 1, 2]) }), BadCut::NothingToSeparate);
        let bridge = Cut::Bridge { bridge: group([1]), groups: vec![group([0, 2])], rest_is_group: true };
        assert_eq!(refused(bridge), BadCut::NothingToSeparate);
        assert_eq!(cuts, Cuts::default());
    }

    #[test]
    fn a_host_that_comes_after_a_cut_is_separated_from_nobody() {
        let mut cuts = Cuts::default();
        cuts.cut(2, &one_way(0, 1)).unwrap();
        cuts.cut(2, &one_way(1, 0)).unwrap();
        assert_eq!(pairs(&cuts, 130), [(0, 1), (1, 0)]);
        cuts.cut(130, &one_way(129, 0)).unwrap();
        assert_eq!(pairs(&cuts, 200), [(0, 1), (1, 0), (129, 0)]);
    }

    /// CASE-7: the two sides hear the bridge, and it hears both.
    #[test]
    fn a_bridge_hears_both_sides_which_do_not_hear_each_other() {
        let mut cuts = Cuts::default();
        let sides = vec![group([0, 1])];
        cuts.cut(5, &Cut::Bridge { bridge: group([2]), groups: sides, rest_is_group: true }).unwrap();
        assert_eq!(pairs(&cuts, 5), [(0, 3), (0, 4), (1, 3), (1, 4), (3, 0), (3, 1), (4, 0), (4, 1)]);
    }

    /// CASE-7: each of a ring hears a majority, and no two hear the same.
    #[test]
    fn everybody_in_a_ring_hears_a_majority_of_its_own() {
        for hosts in 4..12 {
            let mut cuts = Cuts::default();
            cuts.cut(hosts, &Cut::Ring { order: group((0..hosts).rev()) }).unwrap();
            let heard: Vec<Vec<bool>> =
                (0..hosts).map(|a| (0..hosts).map(|b| !cuts.is_cut(host(a), host(b))).collect()).collect();
            for (place, mine) in heard.iter().enumerate() {
                let count = mine.iter().filter(|heard| **heard).count();
                assert!(count > hosts / 2 && count < hosts, "{hosts}: {count}");
                assert!(!heard[..place].contains(mine), "{hosts}: two hear the same");
            }
        }
    }

    /// CASE-7: a flap cuts and opens by turns, beside what else is cut, and is healed with it.
    #[test]
    fn a_flap_takes_turns_and_leaves_other_cuts_alone() {
        let mut cuts = Cuts::default();
        cuts.cut(3, &one_way(2, 1)).unwrap();
        cuts.flap(3, 7, &Cut::Pair(host(0), host(1))).unwrap();
        assert_eq!(pairs(&cuts, 3), [(0, 1), (1, 0), (2, 1)]);
        assert!(cuts.turn_flap(3, 7));
        assert_eq!(pairs(&cuts, 3), [(2, 1)]);
        cuts.cut(3, &one_way(0, 2)).unwrap();
        assert!(cuts.turn_flap(3, 7));
        cuts.heal(3, &Heal::OneWay { from: host(0), to: host(1) }).unwrap();
        assert_eq!(pairs(&cuts, 3), [(0, 2), (1, 0), (2, 1)]);
        cuts.end_flap(3, 7);
        assert_eq!(pairs(&cuts, 3), [(0, 2), (2, 1)]);
        cuts.flap(3, 8, &Cut::Pair(host(0), host(1))).unwrap();
        cuts.heal(3, &Heal::All).unwrap();
        assert!(!cuts.turn_flap(3, 8));
        assert_eq!(cuts, Cuts::default());
    }
}
