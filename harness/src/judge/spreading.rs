//! How long news may take: T(N), and the bound of L1.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use quorate::MemberStatus::Joining;

use super::seat::{Seat, Terms};

/// What the nodes of a cluster have in common that news depend on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spreading {
    nodes: usize,
    /// The longest interval of gossip and leader.
    longest: Duration,
    /// How long the first tick is held back.
    held_back: Duration,
    leader_interval: Duration,
    /// LDR-6: the longest of the nodes; none if no member is to become WeaklyUp.
    weakly_up_after: Option<Duration>,
    /// GSP-50
    different_view: f64,
    /// GSP-54: of each data centre how often in a round some of its oldest gossip with another.
    crossing: Vec<f64>,
}

impl Spreading {
    /// Of the nodes that take part.
    pub(super) fn of<'a>(seats: impl Iterator<Item = &'a Seat>) -> Self {
        let seats: Vec<&Seat> = seats.collect();
        // Of many nodes with the same settings, one after the other, one is asked.
        let mut differing: Vec<&Arc<Terms>> = seats.iter().map(|seat| &seat.terms).collect();
        differing.dedup_by(|terms, before| Arc::ptr_eq(terms, before));
        let terms = || differing.iter().map(|terms| &***terms);
        let most = |of: fn(&Terms) -> Duration| terms().map(of).max().unwrap_or_default();
        let members = seats.iter().map(|seat| seat.gossip.members().len()).max();
        let nodes = members.unwrap_or(1).max(seats.len()).max(1);
        let anybody_joins = seats.iter().any(|seat| seat.gossip.members().has_status(Joining));
        Self {
            nodes,
            longest: most(|terms| terms.gossip_interval.max(terms.leader_interval)),
            held_back: most(|terms| terms.initial_delay),
            leader_interval: most(|terms| terms.leader_interval),
            weakly_up_after: terms()
                .filter_map(|terms| terms.weakly_up_after)
                .filter(|_| anybody_joins)
                .max(),
            different_view: terms()
                .map(|terms| different_view(nodes, terms.different_view))
                .fold(1.0, f64::min),
            crossing: crossings(&seats),
        }
    }

    /// T(N): 8 + 2 * ceil(log2 N) of the longest interval. A first tick that is held back is added.
    pub(super) fn time(&self) -> Duration {
        let doublings = self.nodes.next_power_of_two().ilog2();
        self.longest.saturating_mul(8 + 2 * doublings) + self.held_back.saturating_sub(self.longest)
    }

    /// L1: T(N), and what it costs that targets are drawn, that few talk across, and that a leader begins anew.
    pub(super) fn agreement(&self) -> Duration {
        let undisturbed = self.time() + self.by_chance();
        let restarts = self.weakly_up_after.filter(|after| *after < undisturbed + self.across(false));
        let lost = restarts.map_or(Duration::ZERO, |after| after + self.leader_interval);
        undisturbed + lost + self.across(restarts.is_some())
    }

    /// L1: a mark that two have (GSP-71) is fetched by none of the others in a round with a chance of 1/e^2, if all draw their targets; that
    /// any of N marks is waits for longer than ln(N 10^6)/2 rounds with a chance of 10^-6. Only rounds count in which nobody prefers
    /// those that have not seen the state (GSP-49).
    fn by_chance(&self) -> Duration {
        let doublings = self.nodes.next_power_of_two().ilog2();
        // ln 2 / 2 for each doubling, and a million has twenty.
        let rounds = f64::from(doublings + 20) * 0.35;
        self.longest.mul_f64((1.0 - self.different_view) * rounds)
    }

    /// L1: so many times, one after the other, news wait for one of the oldest of two data centres to talk to the other's: with a chance of
    /// 10^-6 longer than that. T(N) has a third to spare for chance: the rest is added.
    fn across(&self, is_begun_anew: bool) -> Duration {
        let others = self.crossing.len().saturating_sub(1);
        if others == 0 {
            return Duration::ZERO;
        }
        let mut rates = self.crossing.clone();
        rates.sort_by(f64::total_cmp);
        // GSP-61: three rounds in an interval, from both sides, to one of the others.
        let meetings = 3.0 * rates.iter().take(2).sum::<f64>() / others as f64;
        // To all and back for the first of each, and the last news; to all and back again if they begin anew.
        let times = 2 * others + 1 + 2 * usize::from(is_begun_anew);
        if meetings <= 0.0 {
            return Duration::MAX / 4;
        }
        self.longest.mul_f64(expected_for(times) / meetings).saturating_sub(self.time() / 3)
    }
}

/// GSP-50: how likely a round prefers those that have not seen the state, among so many members.
fn different_view(members: usize, reduced_from: u32) -> f64 {
    let (members, from) = (members as f64, f64::from(reduced_from));
    match () {
        () if members <= from => from,
        () if members >= 3.0 * from => from / 10.0,
        () => from - 0.45 * (members - from),
    }
}

/// GSP-54: of each data centre, if there are several, how often its members talk across.
fn crossings(seats: &[&Seat]) -> Vec<f64> {
    let mut centers: BTreeMap<&str, Vec<&Terms>> = BTreeMap::new();
    let are_near = |one: &Arc<Terms>, other: &Arc<Terms>| {
        Arc::ptr_eq(one, other) || one.data_center == other.data_center
    };
    let is_one = seats.windows(2).all(|two| are_near(&two[0].terms, &two[1].terms));
    for seat in seats.iter().filter(|_| !is_one) {
        centers.entry(&seat.terms.data_center).or_default().push(&seat.terms);
    }
    centers.values().map(|center| crossing(center)).collect()
}

/// GSP-54: how often in a round those of a data centre that may talk across do so.
fn crossing(center: &[&Terms]) -> f64 {
    let least = |of: fn(&Terms) -> f64| center.iter().map(|terms| of(terms)).fold(f64::MAX, f64::min);
    let nodes = center.len() as f64;
    let set = least(|terms| terms.cross_probability);
    let probability = if nodes > 4.0 { set } else { set.max((5.0 - nodes) * 0.25) };
    least(|terms| f64::from(terms.cross_connections)).min(nodes) * probability
}

/// How many events must be expected that fewer than these are seen in less than one of a million cases (Poisson), in steps of a half.
fn expected_for(times: usize) -> f64 {
    // e^-0.5
    const STEP: f64 = 0.606_530_659_712_633_4;
    let (mut expected, mut none) = (0.0_f64, 1.0_f64);
    loop {
        let mut term = none;
        let mut fewer = 0.0;
        for seen in 0..times {
            fewer += term;
            term *= expected / (seen + 1) as f64;
        }
        if fewer <= 1e-6 {
            return expected;
        }
        (expected, none) = (expected + 0.5, none * STEP);
    }
}

#[cfg(test)]
mod tests {
    use quorate::Config;
    use quorate::MemberStatus::{Joining, Up};

    use super::super::testing::{gossip, seat};
    use super::*;

    /// Nodes in data centres of these sizes.
    fn among(sizes: &[usize], set: &[(&str, &str)]) -> Spreading {
        let nodes: usize = sizes.iter().sum();
        let names: Vec<String> = (0..nodes).map(|place| format!("n{place:04}")).collect();
        let status = |place: usize| if place == 0 { Joining } else { Up };
        let list: Vec<_> =
            names.iter().enumerate().map(|(place, name)| (name.as_str(), status(place))).collect();
        let everybody = gossip(&list);
        let center = |place: usize| {
            sizes.iter().scan(0, |end, size| (*end += size, Some(*end)).1).filter(|end| *end <= place).count()
        };
        let seats: Vec<Seat> = (0..nodes)
            .map(|place| {
                let mut config = Config::default();
                set.iter().for_each(|(key, value)| config.set(key, value).unwrap());
                config.set("multi-data-center.self-data-center", &format!("dc{}", center(place))).unwrap();
                Seat { terms: Arc::new(Terms::of(&config)), ..seat(&names[place], everybody.clone()) }
            })
            .collect();
        Spreading::of(seats.iter())
    }

    /// L1
    #[test]
    fn time_grows_with_the_logarithm_of_the_members_and_with_the_intervals() {
        let seconds = |nodes: usize| among(&[nodes], &[]).time().as_secs();
        assert_eq!([1, 2, 5, 8, 9, 1000].map(seconds), [8, 10, 14, 14, 16, 28]);
        let time = |key, value| among(&[5], &[(key, value)]).time().as_secs();
        assert_eq!(time("gossip-interval", "3s"), 3 * 14);
        assert_eq!(time("periodic-tasks-initial-delay", "4s"), 14 + 3);
    }

    /// L1: those count that nobody has heard of yet.
    #[test]
    fn who_takes_part_counts_whether_or_not_others_know_it() {
        let alone: Vec<Seat> = ["a", "b", "c", "d", "e"].map(|name| seat(name, gossip(&[(name, Up)]))).into();
        assert_eq!(Spreading::of(alone.iter()).time().as_secs(), 14);
    }

    /// L1, LDR-6: what was spread before the step to WeaklyUp is lost, if there is such a step before all is over.
    #[test]
    fn a_leader_that_begins_anew_costs_what_was_spread() {
        let seconds = |after| {
            let spreading = among(&[5], &[("allow-weakly-up-members", after)]);
            assert_eq!(spreading.time().as_secs(), 14);
            spreading.agreement().as_secs()
        };
        assert_eq!(seconds("7s"), 14 + 7 + 1);
        assert_eq!(seconds("1s"), 14 + 1 + 1);
        assert_eq!(["off", "20s"].map(seconds), [14, 14], "never, or too late");
        let nobody_joins = Spreading { weakly_up_after: None, ..among(&[5], &[]) };
        assert_eq!(nobody_joins.agreement().as_secs(), 14);
        let all_up = seat("a", gossip(&[("a", Up), ("b", Up)]));
        assert_eq!(Spreading::of([&all_up].into_iter()).weakly_up_after, None);
    }

    /// L1, GSP-50: nothing is left to chance by default, nor where a small cluster prefers; the less it prefers the more.
    #[test]
    fn targets_that_are_drawn_cost_rounds() {
        let cost = |nodes, from| {
            let off =
                [("allow-weakly-up-members", "off"), ("reduce-gossip-different-view-probability", from)];
            let spreading = among(&[nodes], &off);
            (spreading.agreement() - spreading.time()).as_millis()
        };
        assert_eq!([cost(29, "400"), cost(29, "10"), cost(3, "2")], [0; 3]);
        assert!(cost(4, "2") == 0 && cost(5, "2") > 2000 && cost(29, "1") > cost(29, "2"));
        assert_eq!(cost(29, "2"), 7000, "0.8 * 25 * 0.35 rounds");
    }

    /// L1, GSP-54: two data centres that talk much cost nothing more; few that seldom do cost what it takes to meet.
    #[test]
    fn data_centers_that_seldom_talk_cost_the_time_until_they_do() {
        let cost = |sizes: &[usize], connections, probability| {
            let set = [
                ("allow-weakly-up-members", "off"),
                ("multi-data-center.cross-data-center-connections", connections),
                ("multi-data-center.cross-data-center-gossip-probability", probability),
            ];
            let spreading = among(sizes, &set);
            (spreading.agreement() - spreading.time()).as_millis()
        };
        assert_eq!([cost(&[10], "1", "0.05"), cost(&[8, 8], "5", "0.2")], [0; 2]);
        let (two, three) = (cost(&[8, 8], "1", "0.05"), cost(&[8, 8, 8], "1", "0.05"));
        assert!(two > 40_000 && three > 2 * two, "{two} {three}");
        assert!(cost(&[8, 8], "1", "0.2") < two / 2);
    }

    /// L1: of a Poisson distribution, against its well-known values.
    #[test]
    fn so_many_must_be_expected_that_few_are_never_seen() {
        assert_eq!([1, 3, 5].map(|times| (2.0 * expected_for(times)).round() as u64), [28, 39, 47]);
    }
}
