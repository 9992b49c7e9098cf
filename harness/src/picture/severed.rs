//! Who can't hear whom, in words as few as possible: groups where there are groups, links where there are not.

use quorate_sim::{Application, HostId, World};
use serde::Serialize;

/// Which links are cut. Hosts by their number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Severed {
    /// Those of different groups don't hear each other; those of one do.
    Groups(Vec<Vec<u32>>),
    /// From one to another nothing comes.
    Links(Vec<(u32, u32)>),
}

/// Above so many hosts one host's links stand for all: looking at each pair would take longer than the run.
const PAIRS_HOSTS_MAX: usize = 200;

impl Severed {
    /// What is cut now; `None` if nothing is.
    pub(super) fn of<A: Application>(world: &World<A>) -> Option<Self> {
        let hosts = world.hosts().len();
        let is_cut = |a: usize, b: usize| world.is_cut(HostId::from_index(a), HostId::from_index(b));
        if hosts > PAIRS_HOSTS_MAX {
            let (beyond, with): (Vec<u32>, Vec<u32>) =
                (0..hosts as u32).partition(|host| *host > 0 && is_cut(0, *host as usize));
            return (!beyond.is_empty()).then(|| Self::Groups(vec![with, beyond]));
        }
        Self::among(hosts, is_cut)
    }

    fn among(hosts: usize, is_cut: impl Fn(usize, usize) -> bool) -> Option<Self> {
        let mut links = Vec::new();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for a in 0..hosts {
            for b in (0..hosts).filter(|b| *b != a && is_cut(a, *b)) {
                links.push((a as u32, b as u32));
            }
            match groups.iter_mut().find(|group| !is_cut(a, group[0] as usize)) {
                Some(group) => group.push(a as u32),
                None => groups.push(vec![a as u32]),
            }
        }
        if links.is_empty() {
            return None;
        }
        let within = groups.iter().map(|group| group.len() * (group.len() - 1)).sum::<usize>();
        let all_between = hosts * (hosts - 1) - within;
        let is_between =
            |(a, b): &(u32, u32)| !groups.iter().any(|group| group.contains(a) && group.contains(b));
        if links.len() == all_between && links.iter().all(is_between) {
            return Some(Self::Groups(groups));
        }
        Some(Self::Links(links))
    }

    /// The cut as a case writes it, with names.
    pub(super) fn in_words(&self, names: &[String]) -> String {
        let name = |host: &u32| names.get(*host as usize).map_or("?", String::as_str);
        match self {
            Self::Groups(groups) => {
                let group = |group: &Vec<u32>| match group.len() {
                    0..=12 => group.iter().map(name).collect::<Vec<_>>().join(" "),
                    count => format!("{} and {} more", name(&group[0]), count - 1),
                };
                groups.iter().map(group).collect::<Vec<_>>().join(" | ")
            }
            Self::Links(links) => {
                const LINKS_MAX: usize = 4;
                let both = |link: &(u32, u32)| links.contains(&(link.1, link.0));
                let told = links.iter().filter(|link| !both(link) || link.0 < link.1);
                let told: Vec<String> = told
                    .map(|link| {
                        let arrow = if both(link) { "x" } else { "-/->" };
                        format!("{} {arrow} {}", name(&link.0), name(&link.1))
                    })
                    .collect();
                let more = told.len().saturating_sub(LINKS_MAX);
                let head = told[..told.len() - more].join(", ");
                if more > 0 { format!("{head} and {more} more links") } else { head }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["a", "b", "c", "d"].map(String::from).into()
    }

    #[test]
    fn a_partition_is_told_by_its_groups() {
        let severed = Severed::among(4, |a, b| (a < 2) != (b < 2)).unwrap();
        assert_eq!(severed.in_words(&names()), "a b | c d");
    }

    #[test]
    fn what_is_no_partition_is_told_by_its_links() {
        let one_way = Severed::among(4, |a, b| (a, b) == (1, 0)).unwrap();
        assert_eq!(one_way.in_words(&names()), "b -/-> a");
        let bridge = Severed::among(4, |a, b| (a.min(b), a.max(b)) == (0, 3)).unwrap();
        assert_eq!(bridge.in_words(&names()), "a x d");
        assert_eq!(Severed::among(4, |_, _| false), None);
    }
}
