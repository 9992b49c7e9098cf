//! R5: whom members ask whether they are there.

use quorate::UniqueAddress;

use super::Judge;
use super::assumptions::SAME_VIEW;
use super::invariant::{Group, Invariant, Watches};
use super::seat::Seat;
use super::stage::Stage;
use super::violation::{Finding, Names};

/// R5
pub(super) static R5: Invariant = Invariant::new(
    "R5",
    "in a converged view without unreachables each member is observed by min(n, N-1) others, and all compute the same ring",
    Group::Safety,
    Watches::Cluster,
    "HB-43, HB-44, HB-46, HB-47, HB-52",
)
.assuming(&[&SAME_VIEW]);

/// Whom a member asks, and how many it is to ask at most.
pub(super) struct Asker {
    pub(super) node: UniqueAddress,
    pub(super) n: usize,
    pub(super) asks: Vec<UniqueAddress>,
}

/// HB-44, once more: both halves of the uid one over the other, as a signed number, then the address.
fn place(node: &UniqueAddress) -> (i32, &quorate::Address) {
    ((node.uid ^ ((node.uid as u64) >> 32) as i64) as i32, &node.address)
}

/// R5: of all members of one data centre, which all see each other: who each has to ask by the one ring, and by how many
/// each is asked.
pub(super) fn ring_is_whole(askers: &[Asker], names: Names<'_>) -> Option<Finding> {
    let mut ring: Vec<&Asker> = askers.iter().collect();
    ring.sort_by_key(|asker| place(&asker.node));
    let others = ring.len().saturating_sub(1);
    let mut observed = vec![0; ring.len()];
    for (position, asker) in ring.iter().enumerate() {
        let count = asker.n.min(others);
        let after = ring.iter().cycle().skip(position + 1).take(count).map(|asker| &asker.node);
        let (mut expected, mut asks): (Vec<_>, Vec<_>) = (after.collect(), asker.asks.iter().collect());
        // Mostly the node has them in this order, too.
        if expected != asks {
            expected.sort_unstable();
            asks.sort_unstable();
        }
        if expected != asks {
            let list = |nodes: &[&UniqueAddress]| {
                nodes.iter().map(|node| names.of(node)).collect::<Vec<_>>().join(" ")
            };
            let one = format!("{} asks {}", names.of(&asker.node), list(&asks));
            return Some(Finding::new(
                &[&asker.node],
                one,
                format!("by the ring it asks {}", list(&expected)),
            ));
        }
        (1..=count).for_each(|step| observed[(position + step) % ring.len()] += 1);
    }
    let n = ring.first()?.n;
    if ring.iter().any(|asker| asker.n != n) {
        return None;
    }
    let (wrong, count) = ring.iter().zip(observed).find(|(_, count)| *count != n.min(others))?;
    let one = format!("{} is observed by {count} others", names.of(&wrong.node));
    Some(Finding::new(&[&wrong.node], one, format!("of {others} others {} are to observe it", n.min(others))))
}

impl Judge {
    /// R5 of each data centre whose members all run, have the same members, and see nobody unreachable.
    pub(super) fn judge_rings(&mut self, stage: &impl Stage, names: Names<'_>) {
        if !self.docket.asserts(&R5) {
            return;
        }
        let seats = self.participants();
        let mut findings = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for seat in &seats {
            let data_center = seat.terms.data_center.as_str();
            if seen.contains(&data_center) || !seat.is_converged() || sees_lost(seat) {
                continue;
            }
            seen.push(data_center);
            findings.push(self.askers(stage, seat).map(|askers| ring_is_whole(&askers, names)));
        }
        for finding in findings {
            match finding {
                Some(finding) => self.docket.judged(&R5, finding, names),
                None => self.docket.excused(&R5, &SAME_VIEW),
            }
        }
    }

    /// The members of a node's data centre and whom they ask; nothing if one does not run or has other members.
    fn askers(&self, stage: &impl Stage, seat: &Seat) -> Option<Vec<Asker>> {
        let members = seat.gossip.members();
        let own = members.iter().filter(|member| member.data_center() == seat.terms.data_center);
        let asker = |member: &quorate::Member| {
            let node = member.unique_address();
            let other = self.live_seat(node.key(), node)?;
            let agrees = other.takes_part() && other.gossip.members() == members && !sees_lost(other);
            let host = *self.live.get(&node.key())?;
            let n = other.terms.monitored_by;
            agrees.then(|| stage.asks(host)).flatten().map(|asks| Asker { node: node.clone(), n, asks })
        };
        own.map(asker).collect()
    }
}

/// Whether anybody was ever unreachable to somebody and still is. Who was Terminated stays so in the ring (HB-42), so a
/// view in which somebody is Down is left out as well.
fn sees_lost(seat: &Seat) -> bool {
    seat.find_trouble()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{names, node};
    use super::*;

    fn asker(name: &str, n: usize, asks: &[&str]) -> Asker {
        Asker { node: node(name), n, asks: asks.iter().map(|name| node(name)).collect() }
    }

    fn who(askers: &[Asker]) -> Option<Vec<UniqueAddress>> {
        ring_is_whole(askers, names()).map(|finding| finding.who)
    }

    /// R5
    #[test]
    fn a_ring_in_which_each_asks_the_next_ones_is_whole() {
        let few = [asker("a", 9, &["b", "c"]), asker("b", 9, &["c", "a"]), asker("c", 9, &["a", "b"])];
        assert_eq!(who(&few), None);
        let one = [asker("c", 1, &["a"]), asker("a", 1, &["b"]), asker("b", 1, &["c"])];
        assert_eq!(who(&one), None);
        assert_eq!(who(&[asker("a", 9, &[])]), None);
        let settings_differ = [asker("a", 1, &["b"]), asker("b", 2, &["c", "a"]), asker("c", 1, &["a"])];
        assert_eq!(who(&settings_differ), None);
    }

    /// R5
    #[test]
    fn a_member_that_asks_others_than_the_ring_says_violates() {
        let nobody = [asker("a", 9, &["b", "c"]), asker("b", 9, &[]), asker("c", 9, &["a", "b"])];
        assert_eq!(who(&nobody), Some(vec![node("b")]));
        let other = [asker("a", 1, &["c"]), asker("b", 1, &["c"]), asker("c", 1, &["a"])];
        assert_eq!(who(&other), Some(vec![node("a")]));
    }

    /// R5: the order is that of the folded uids, not of addresses.
    #[test]
    fn the_ring_is_ordered_by_folded_uids() {
        let first = UniqueAddress::new(node("b").address, 0x8000_0000);
        let ring = |asks_of_first: &str, asks_of_a: UniqueAddress| {
            [
                Asker { node: first.clone(), n: 1, asks: vec![node(asks_of_first)] },
                Asker { node: node("a"), n: 1, asks: vec![asks_of_a] },
                Asker { node: node("c"), n: 1, asks: vec![first.clone()] },
            ]
        };
        assert_eq!(who(&ring("a", node("c"))), None);
        assert!(who(&ring("c", first.clone())).is_some());
    }
}
