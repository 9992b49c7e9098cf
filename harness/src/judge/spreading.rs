//! How long news may take: T(N), and the bounds of L1 to L8.

use std::collections::BTreeMap;
use std::f64::consts::LN_2;
use std::sync::Arc;
use std::time::Duration;

use quorate::MemberStatus::Joining;
use quorate::{Gossip, Member};

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
    data_centers: u32,
    /// How often in an interval two data centres meet, if there are several.
    meetings: f64,
    /// DC-42: how many rounds a node has in an interval for its own data centre, where they are fewest; one where gossip is always sped
    /// up, and with one data centre.
    inside: f64,
    /// DC-35: how surely a mark comes home in an interval to one of the oldest, where that is least.
    home: f64,
}

impl Spreading {
    /// Of nodes that live. Those that are in no cluster yet are to come to it.
    pub(super) fn of<'a>(seats: impl Iterator<Item = &'a Seat>) -> Self {
        let (mut all, mut members, mut anybody_joins) = (Vec::new(), None, false);
        for seat in seats {
            let table = seat.gossip.members();
            members = members.max(Some(table.len()));
            anybody_joins = anybody_joins || !seat.is_initialized || table.has_status(Joining);
            all.push(seat);
        }
        let seats: Vec<&Seat> = all;
        let differing = Terms::differing(seats.iter().copied());
        let terms = || differing.iter().map(|terms| &***terms);
        let most = |of: fn(&Terms) -> Duration| terms().map(of).max().unwrap_or_default();
        let nodes = members.unwrap_or(1).max(seats.len()).max(1);
        let always_speeds_up = terms().all(|terms| terms.always_speeds_up);
        let (data_centers, meetings) = meetings(&seats, if always_speeds_up { 3.0 } else { 1.0 });
        let (inside, home) =
            if always_speeds_up || data_centers == 1 { (1.0, f64::INFINITY) } else { at_home(&seats) };
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
            data_centers,
            meetings,
            inside,
            home,
        }
    }

    /// T(N): 8 + 2 * ceil(log2 N) of the longest interval. A first tick that is held back is added. Two thirds of it are needed, and
    /// more where rounds within the own data centre are few.
    pub(super) fn time(&self) -> Duration {
        self.undivided().max(self.needed())
    }

    /// T(N) of what is needed, without what is to spare.
    fn needed(&self) -> Duration {
        (self.undivided() / 3 * 2).mul_f64(1.0 / self.inside.max(1e-6))
    }

    /// T(N) of one data centre.
    fn undivided(&self) -> Duration {
        let doublings = self.nodes.next_power_of_two().ilog2();
        self.longest.saturating_mul(8 + 2 * doublings) + self.held_back.saturating_sub(self.longest)
    }

    /// L1: what it takes until all agree, at most: T(N), and what it costs that targets are drawn, that few talk across, and that a leader
    /// begins anew.
    pub(super) fn agreement(&self) -> Duration {
        self.agreements(1)
    }

    /// L2 to L8: so many times one after the other.
    pub(super) fn agreements(&self, times: u32) -> Duration {
        if self.never_meet() {
            return Duration::MAX;
        }
        let undisturbed = times * self.time() + self.by_chance(times).max(self.to_talkers(times));
        let restarts = self.weakly_up_after.filter(|after| *after < undisturbed + self.across(times, false));
        let lost = restarts.map_or(Duration::ZERO, |after| after + self.leader_interval);
        undisturbed + lost + self.across(times, restarts.is_some())
    }

    /// L1: a mark that two have (GSP-71) is fetched by none of the others in a round with a chance of 1/e^2, if all draw their targets. So
    /// the last of N marks waits for ln N / 2 rounds, and for longer as one thing is waited for that happens twice in a round. Only
    /// rounds count in which nobody prefers those that have not seen the state (GSP-49).
    fn by_chance(&self, times: u32) -> Duration {
        let doublings = self.nodes.next_power_of_two().ilog2();
        let rounds = (f64::from(times * doublings) * LN_2 + expected_for(times)) / 2.0;
        self.longest.mul_f64((1.0 - self.different_view) * rounds / self.inside.max(1e-6))
    }

    /// L1: who has seen a state is preferred by nobody, and a leader that talks across fetches marks at home in its other rounds only. A mark
    /// is missed in an interval if it does not, and nobody draws it. Half of what T(N) needs is for the state to come to all: what is
    /// left of T(N) is there for the marks.
    fn to_talkers(&self, times: u32) -> Duration {
        // The first of each further data centre waits for all to have seen the state, as the next agreement does.
        let in_a_row = times + self.data_centers - 1;
        let waited = self.longest.mul_f64(expected_for(in_a_row) / self.home);
        waited.saturating_sub(times * (self.time() - self.needed() / 2))
    }

    /// CNV-26: whether no news can go from one data centre to another, as all have died who talk across, or none ever does; or within one, as all rounds
    /// go to others.
    fn never_meet(&self) -> bool {
        self.data_centers > 1 && (self.meetings < 1e-6 || self.inside < 1e-6)
    }

    /// L1: so many times, one after the other, news wait for one of the oldest of two data centres to talk to the other's. T(N) has
    /// something to spare for chance: the rest is added.
    fn across(&self, times: u32, is_begun_anew: bool) -> Duration {
        let others = self.data_centers - 1;
        if others == 0 {
            return Duration::ZERO;
        }
        // To all and back for the first of each, and the last news; to all and back again if they begin anew; once for what comes after.
        let in_a_row = 2 * others + times + 2 * u32::from(is_begun_anew);
        let waited = self.longest.mul_f64(expected_for(in_a_row) / self.meetings);
        waited.saturating_sub(times * self.undivided().saturating_sub(self.needed()))
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

/// Of a data centre: who lives, and the views that they have.
struct Center<'a> {
    name: &'a str,
    seats: Vec<&'a Seat>,
    views: Vec<&'a Gossip>,
}

impl<'a> Center<'a> {
    /// All of them, by name.
    fn all(seats: &[&'a Seat]) -> Vec<Self> {
        let mut centers: BTreeMap<&str, Vec<&Seat>> = BTreeMap::new();
        seats.iter().for_each(|seat| centers.entry(&seat.terms.data_center).or_default().push(seat));
        let center = |(name, seats): (_, Vec<&'a Seat>)| {
            let mut views: Vec<&Gossip> = seats.iter().map(|seat| &*seat.gossip).collect();
            views.dedup_by(|one, other| one.members() == other.members());
            Self { name, seats, views }
        };
        centers.into_iter().map(center).collect()
    }

    fn least(&self, of: fn(&Terms) -> f64) -> f64 {
        self.seats.iter().map(|seat| of(&seat.terms)).fold(f64::MAX, f64::min)
    }

    fn connections(&self) -> usize {
        self.seats.iter().map(|seat| seat.terms.cross_connections as usize).min().unwrap_or_default()
    }

    fn lives(&self, member: &Member) -> bool {
        self.seats.iter().any(|seat| seat.me == *member.unique_address())
    }

    /// Its members in a view, the oldest first.
    fn members<'b>(&self, view: &'b Gossip) -> Vec<&'b Member> {
        let mut members: Vec<&Member> =
            view.members().iter().filter(|member| member.data_center() == self.name).collect();
        members.sort_by(|one, other| one.age_order(other));
        members
    }

    /// GSP-53, GSP-54: how often in a round one of its oldest talks to another data centre, as its own see it, and finds one there who
    /// lives. Who is yet to join counts as one of the oldest where those are fewer than may talk.
    fn talks_to(&self, other: &Self) -> f64 {
        let set = self.least(|terms| terms.cross_probability);
        let of_view = |view: &&Gossip| {
            let (near, far) = (self.members(view), other.members(view));
            let nodes = near.len().max(self.seats.len()) as f64;
            let probability = probability(nodes, set);
            let known = near.iter().filter(|member| self.lives(member)).count();
            let to_come = (self.seats.len() - known).min(self.connections().saturating_sub(near.len()));
            let talkers = near.iter().take(self.connections()).filter(|member| self.lives(member)).count();
            let asked = far.iter().take(self.connections());
            let found = asked.clone().filter(|member| other.lives(member)).count();
            let share = if far.is_empty() { 1.0 } else { found as f64 / asked.len() as f64 };
            (talkers + to_come) as f64 * probability * share
        };
        self.views.iter().map(of_view).fold(f64::MAX, f64::min)
    }
}

/// DC-35, of data centres with more than one member: of the rounds those that stay in it, where that is least; and how surely a mark comes
/// home to one of its oldest in an interval, minus the logarithm of the chance that none does, where that is least. The second only of
/// those in which not all are such: where all are, the first is that of each of them.
fn at_home(seats: &[&Seat]) -> (f64, f64) {
    let centers = Center::all(seats);
    let of_center = |center: &Center<'_>| {
        let most = center.seats.iter().map(|seat| seat.terms.cross_probability).fold(0.0, f64::max);
        let connections = center.seats.iter().map(|seat| seat.terms.cross_connections).max();
        let known = center.views.iter().map(|view| center.members(view).len()).max();
        let nodes = center.seats.len().max(known.unwrap_or_default()) as f64;
        let (talkers, across) = (f64::from(connections.unwrap_or_default()), probability(nodes, most));
        let stays = 1.0 - across * talkers.min(nodes) / nodes;
        // It goes across, and the others, of whom some do too, draw others than it.
        let drawn = 1.0 - across * (talkers - 1.0) / (nodes - 1.0);
        (stays, if talkers < nodes { drawn - libm::log(across) } else { f64::INFINITY })
    };
    let apart = centers.iter().filter(|center| center.seats.len() > 1).map(of_center);
    apart.fold((1.0, f64::INFINITY), |least, one| (least.0.min(one.0), least.1.min(one.1)))
}

/// DC-35: how likely a round of one of the oldest goes across, of so many members.
fn probability(nodes: f64, set: f64) -> f64 {
    if nodes > 4.0 { set } else { set.max((5.0 - nodes) * 0.25) }
}

/// GSP-61: how many data centres there are, and how often in an interval two of them meet, of those that do so least: so many rounds,
/// from both sides, to one of the others.
fn meetings(seats: &[&Seat], rounds: f64) -> (u32, f64) {
    let are_near = |one: &Arc<Terms>, other: &Arc<Terms>| {
        Arc::ptr_eq(one, other) || one.data_center == other.data_center
    };
    if seats.windows(2).all(|two| are_near(&two[0].terms, &two[1].terms)) {
        return (1, 0.0);
    }
    let centers = Center::all(seats);
    let of_pair = |one: &Center<'_>, other: &Center<'_>| one.talks_to(other) + other.talks_to(one);
    let pairs = centers
        .iter()
        .enumerate()
        .flat_map(|(place, one)| centers[..place].iter().map(move |other| of_pair(one, other)));
    let least = pairs.fold(f64::MAX, f64::min);
    (centers.len() as u32, rounds * least / (centers.len() - 1) as f64)
}

/// How many events must be expected that fewer than these are seen with a chance below 10^-9 (Poisson), in steps of a half.
fn expected_for(times: u32) -> f64 {
    // e^-0.5
    const STEP: f64 = 0.606_530_659_712_633_4;
    let (mut expected, mut none) = (0.0_f64, 1.0_f64);
    loop {
        let mut term = none;
        let mut fewer = 0.0;
        for seen in 1..=times {
            fewer += term;
            term *= expected / f64::from(seen);
        }
        if fewer <= 1e-9 {
            return expected;
        }
        (expected, none) = (expected + 0.5, none * STEP);
    }
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Joining, Up};
    use quorate::{AppVersion, Config, Roles};

    use super::super::testing::{gossip, node, seat};
    use super::*;

    /// Nodes in data centres of these sizes, the oldest first in each. Gossip is always sped up unless the settings say otherwise.
    fn seats(sizes: &[usize], set: &[(&str, &str)]) -> Vec<Seat> {
        let centers = sizes.iter().enumerate().flat_map(|(center, size)| std::iter::repeat_n(center, *size));
        let names: Vec<(String, String)> = centers
            .enumerate()
            .map(|(place, center)| (format!("n{place:04}"), format!("dc{center}")))
            .collect();
        let member = |(place, (name, center)): (usize, &(String, String))| {
            let roles = Roles::of_user([], center).unwrap();
            let status = if place == 0 { Joining } else { Up };
            Member::with_parts(node(name), roles, AppVersion::default(), place as i32 + 1, status)
        };
        let everybody =
            names.iter().enumerate().map(member).fold(Gossip::new(), |gossip, member| gossip.add(member));
        let seat = |(name, center): &(String, String)| {
            let mut config = Config::default();
            config.set("multi-data-center.always-speed-up-gossip", "on").unwrap();
            set.iter().for_each(|(key, value)| config.set(key, value).unwrap());
            config.set("multi-data-center.self-data-center", center).unwrap();
            Seat { terms: Arc::new(Terms::of(&config)), ..seat(name, everybody.clone()) }
        };
        names.iter().map(seat).collect()
    }

    fn among(sizes: &[usize], set: &[(&str, &str)]) -> Spreading {
        Spreading::of(seats(sizes, set).iter())
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
        assert_eq!(among(&[5], &[]).agreements(3).as_secs(), 3 * 14 + 7 + 1, "once of several");
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
        assert_eq!(cost(29, "2"), 9786, "0.8 * (5 ln 2 + 21) / 2 rounds");
    }

    /// L1, DC-35: a leader that is seldom at home waits for the marks of its own; by default that is in T(N), and where all talk across in
    /// its parts.
    #[test]
    fn a_leader_that_mostly_talks_across_waits_for_marks() {
        let cost = |sizes: &[usize], connections, probability| {
            let set = [
                ("allow-weakly-up-members", "off"),
                ("multi-data-center.always-speed-up-gossip", "off"),
                ("multi-data-center.cross-data-center-connections", connections),
                ("multi-data-center.cross-data-center-gossip-probability", probability),
            ];
            among(sizes, &set).to_talkers(1).as_millis()
        };
        assert_eq!([cost(&[10, 10], "5", "0.2"), cost(&[8, 8, 8], "5", "0.2")], [0; 2]);
        assert_eq!([cost(&[5, 5], "5", "0.9"), cost(&[20], "5", "0.9")], [0; 2]);
        assert_eq!(cost(&[10, 10], "1", "0.9"), 10_305, "24 / (1 + 0.105) less 18 - 12 / 0.91 / 2");
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

    /// L1, DC-42, GSP-61: where gossip is not always sped up data centres meet a third as often.
    #[test]
    fn data_centers_that_do_not_always_speed_up_meet_a_third_as_often() {
        let meetings =
            |always| among(&[8, 8], &[("multi-data-center.always-speed-up-gossip", always)]).meetings;
        assert_eq!((meetings("on"), meetings("off")), (6.0, 2.0));
    }

    /// T(N), DC-35, DC-42: a data centre of few members spends most of its rounds on others; two of two have a quarter for themselves. Where
    /// gossip is always sped up that is enough.
    #[test]
    fn small_data_centers_have_few_rounds_for_themselves() {
        let off = ("multi-data-center.always-speed-up-gossip", "off");
        let seconds = |sizes: &[usize]| among(sizes, &[off]).time().as_secs();
        assert_eq!([seconds(&[2, 4]), seconds(&[4, 2])], [37; 2], "14 * 2/3 * 4");
        assert_eq!(seconds(&[3, 3]), 18, "14 * 2/3 * 2");
        assert_eq!([seconds(&[4, 1]), seconds(&[6])], [14, 14]);
        assert_eq!(among(&[2, 4], &[]).time().as_secs(), 14);
        let one = ("multi-data-center.cross-data-center-connections", "1");
        assert_eq!(among(&[2, 4], &[off, one]).time().as_secs(), 14, "one of the two never talks across");
        let across = ("multi-data-center.cross-data-center-gossip-probability", "1");
        assert_eq!(among(&[2, 2], &[off, across]).agreement(), Duration::MAX);
    }

    /// L2, CNV-26: who is dead is still one of the oldest, and talks to nobody.
    #[test]
    fn of_the_oldest_only_those_that_live_talk_across() {
        let meet = |dead: &[usize], connections| {
            let set = [("multi-data-center.cross-data-center-connections", connections)];
            let mut seats = seats(&[2, 3], &set);
            dead.iter().rev().for_each(|place| drop(seats.remove(*place)));
            let spreading = Spreading::of(seats.iter());
            (spreading.meetings, spreading.agreement() == Duration::MAX)
        };
        // Three rounds of 0.75 from two and 0.5 from three, by as many as may.
        let near = |found: f64, expected: f64| (found - expected).abs() < 1e-9;
        assert!(near(meet(&[], "1").0, 3.75) && near(meet(&[], "5").0, 9.0));
        assert_eq!(meet(&[2], "1"), (0.0, true), "nobody hears of dc1, nor does it of others");
        assert!(near(meet(&[3], "1").0, 3.75), "another than the oldest");
        assert!(near(meet(&[2], "5").0, 3.0 * (1.5 * 2.0 / 3.0 + 1.0)), "of three that are told one is dead");
        let mut to_come = seats(&[2, 3], &[]);
        to_come.iter_mut().for_each(|seat| seat.gossip = Arc::new(Gossip::new()));
        assert!(near(Spreading::of(to_come.iter()).meetings, 9.0), "all of them are the oldest yet");
    }

    /// L1: of a Poisson distribution, against its well-known values.
    #[test]
    fn so_many_must_be_expected_that_few_are_never_seen() {
        assert_eq!([1, 3, 5].map(|times| (2.0 * expected_for(times)).round() as u64), [42, 54, 63]);
    }
}
