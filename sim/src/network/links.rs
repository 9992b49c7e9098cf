//! The links of a world: made when first used, each with its own counts.

use std::time::Duration;

use quorate::MessageKind;

use super::Unsent;
use super::delay::nanos;
use super::fate::{Fate, Settled};
use super::link::{LinkChange, LinkSet, LinkSpec};
use super::mishap::Misfortune;
use super::pipe::Pipes;
use super::treatment::{Drawn, Treatment};
use crate::host::HostId;
use crate::keyed::Key;

/// Kinds that are counted apart: those of nodes, and one for all messages of applications.
const KINDS: usize = MessageKind::COUNT + 1;
/// The kind of messages of applications.
pub(crate) const APPLICATION_KIND: usize = MessageKind::COUNT;

/// SIM-3: an untouched pair of hosts costs four bytes once its sender has sent anything, and nothing before.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    seed: u64,
    /// For each sender and receiver the place of their link, counted from one; zero where there is none yet.
    places: Vec<Vec<u32>>,
    made: Vec<Link>,
    /// The different treatments that links get; few.
    treatments: Vec<Treatment>,
    /// What was said about links, in order; a link that is made later goes through all of it.
    statements: Vec<Statement>,
    /// Messages whose fate was settled beforehand; empty but in cases that a failure left.
    pub(crate) settled: Settled,
    pipes: Pipes,
}

#[derive(Clone, Debug)]
struct Link {
    key: Key,
    from: HostId,
    to: HostId,
    treatment: u32,
    /// How many messages of each kind were sent.
    counts: [u32; KINDS],
}

#[derive(Clone, Copy, Debug)]
struct Statement {
    /// A statement that will end is ended by this.
    id: Option<u64>,
    links: LinkSet,
    change: LinkChange,
}

/// What a link does with a message that is sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It arrives once, as it is, so many nanoseconds later.
    Plain(u64),
    /// Something else becomes of it.
    Odd(Odd),
}

/// What becomes of a message on a link that does more than delay and lose. Times are in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Odd {
    /// When it arrives; `None` if it doesn't.
    pub(crate) delay: Option<u64>,
    /// When a copy of it arrives, if there is one.
    pub(crate) copy: Option<u64>,
    /// One of its bits is flipped, which this draw tells.
    pub(crate) corrupt: Option<u64>,
    /// The link whose pipe it has to pass, if it matters how long it is.
    pub(crate) weighed_on: Option<u32>,
    /// It waits until its link is released.
    pub(crate) is_held: bool,
    /// What of this was chance.
    pub(crate) misfortune: Option<Misfortune>,
}

impl Links {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            places: Vec::new(),
            made: Vec::new(),
            treatments: Vec::new(),
            statements: Vec::new(),
            settled: Settled::default(),
            pipes: Pipes::default(),
        }
    }

    /// From here on the draws of all links are those of another seed. `keys` are the hosts' names.
    pub(crate) fn reseed(&mut self, seed: u64, keys: &[u64]) {
        self.seed = seed;
        for link in &mut self.made {
            link.key = Key::new(seed, keys[link.from.index()], keys[link.to.index()]);
        }
    }

    pub(crate) fn add_host(&mut self) {
        self.places.push(Vec::new());
    }

    /// A later statement about a property of a link replaces an earlier one (CASE-9). One that ends, which then has an
    /// id, leaves what stood before.
    pub(crate) fn change(&mut self, links: LinkSet, change: LinkChange, id: Option<u64>) {
        if id.is_none() {
            // What nobody can see any more is forgotten, so that a long script costs no more than a short one.
            self.statements.retain(|earlier| !(links.covers(earlier.links) && change.covers(earlier.change)));
        }
        self.statements.push(Statement { id, links, change });
        self.treat_anew(links);
    }

    /// Ends a statement; false if a later one had replaced it.
    pub(crate) fn end(&mut self, id: u64) -> bool {
        let Some(place) = self.statements.iter().position(|statement| statement.id == Some(id)) else {
            return false;
        };
        let ended = self.statements.remove(place);
        self.treat_anew(ended.links);
        true
    }

    fn treat_anew(&mut self, links: LinkSet) {
        for place in 0..self.made.len() {
            let link = &self.made[place];
            if links.holds(link.from, link.to) {
                let spec = self.spec(link.from, link.to);
                self.made[place].treatment = self.treatment(spec);
            }
        }
    }

    /// What becomes of a message that is sent now; `None` if its link loses it. `keys` are the hosts' names.
    #[inline]
    pub(crate) fn send(
        &mut self,
        now: u64,
        from: HostId,
        to: HostId,
        kind: usize,
        keys: &[u64],
    ) -> Option<Way> {
        let place = self.places[from.index()].get(to.index()).copied().unwrap_or(0);
        let place = if place == 0 { self.make(from, to, keys) } else { place };
        let link = &mut self.made[place as usize - 1];
        let count = link.counts[kind];
        link.counts[kind] = count.wrapping_add(1);
        let treatment = &self.treatments[link.treatment as usize];
        if treatment.is_plain && self.settled.is_empty() {
            return treatment.of_plain_message(link.key, kind as u32, u64::from(count)).map(Way::Plain);
        }
        let message = Drawn { key: link.key, kind: kind as u32, count: u64::from(count) };
        let treatment = *treatment;
        let fate = self.settled.take(from, to, kind);
        odd(&treatment, message, now, place, fate)
    }

    /// How many nanoseconds a message of so many bytes waits and takes to pass the pipe of a link.
    pub(crate) fn pass(&mut self, now: u64, place: u32, bytes: u64) -> Result<u64, Unsent> {
        let link = &self.made[place as usize - 1];
        let spec = &self.treatments[link.treatment as usize].spec;
        self.pipes.pass(place, spec, now, bytes)
    }

    #[cold]
    fn make(&mut self, from: HostId, to: HostId, keys: &[u64]) -> u32 {
        let spec = self.spec(from, to);
        let treatment = self.treatment(spec);
        let key = Key::new(self.seed, keys[from.index()], keys[to.index()]);
        self.made.push(Link { key, from, to, treatment, counts: [0; KINDS] });
        let place = u32::try_from(self.made.len()).expect("memory ends before four billion links are made");
        let places = &mut self.places[from.index()];
        if places.len() < keys.len() {
            places.resize(keys.len(), 0);
        }
        places[to.index()] = place;
        place
    }

    /// What was said about a link, all in all.
    pub(crate) fn spec(&self, from: HostId, to: HostId) -> LinkSpec {
        let about = self.statements.iter().filter(|statement| statement.links.holds(from, to));
        about.fold(LinkSpec::default(), |spec, statement| statement.change.applied_to(spec))
    }

    fn treatment(&mut self, spec: LinkSpec) -> u32 {
        let known = self.treatments.iter().position(|treatment| treatment.spec == spec);
        let place = known.unwrap_or_else(|| {
            self.treatments.push(Treatment::new(spec));
            self.treatments.len() - 1
        });
        u32::try_from(place).expect("memory ends before four billion treatments are made")
    }

    /// Whether nothing is said about any link.
    pub(crate) fn are_usual(&self) -> bool {
        self.statements.is_empty() && self.settled.is_empty()
    }

    /// How many links were made.
    pub(crate) fn made(&self) -> usize {
        self.made.len()
    }
}

/// What becomes of a message where it is not only delayed or lost, or where its fate was settled.
#[cold]
fn odd(treatment: &Treatment, message: Drawn, now: u64, link: u32, fate: Option<Fate>) -> Option<Way> {
    if fate == Some(Fate::Dropped) {
        return None;
    }
    // Each has its own draw, so that what is settled or switched on moves nothing else.
    let lost = fate.is_none_or(|fate| matches!(fate, Fate::Again(_))) && treatment.loses(message, now);
    let delay = match fate {
        Some(Fate::Delayed(delay)) => nanos(delay),
        _ => treatment.delay(message, false),
    };
    let corrupt = treatment.corrupts(message);
    let doubles = treatment.duplicates(message);
    let is_twice = fate == Some(Fate::Duplicated) || doubles;
    let copy = match fate {
        Some(Fate::Again(later)) => Some(nanos(later)),
        _ => (is_twice && !lost).then(|| treatment.delay(message, true)),
    };
    if lost && copy.is_none() {
        return None;
    }
    let misfortune = match fate {
        _ if lost => Some(Misfortune::Lost),
        _ if corrupt.is_some() => Some(Misfortune::Garbled),
        None | Some(Fate::Delayed(_)) if doubles => Some(Misfortune::Doubled),
        None if treatment.holds_back(message) => Some(Misfortune::HeldBack(Duration::from_nanos(delay))),
        _ => None,
    };
    Some(Way::Odd(Odd {
        delay: (!lost).then_some(delay),
        copy,
        corrupt,
        weighed_on: treatment.weighs().then_some(link),
        is_held: false,
        misfortune,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::delay::Delay;
    use crate::network::fate::NextMessage;
    use crate::network::loss::{Loss, Share};

    const A: HostId = HostId::from_index(0);
    const B: HostId = HostId::from_index(1);
    const C: HostId = HostId::from_index(2);
    const KEYS: [u64; 3] = [11, 22, 33];
    const GOSSIP: usize = MessageKind::Gossip as usize;
    const HEARTBEAT: usize = MessageKind::Heartbeat as usize;

    fn links() -> Links {
        let mut links = Links::new(5);
        KEYS.iter().for_each(|_| links.add_host());
        links
    }

    fn delays(links: &mut Links, from: HostId, to: HostId, kind: usize) -> Vec<Option<u64>> {
        (0..50).map(|_| sent(links, from, to, kind)).collect()
    }

    /// When a message that is sent now arrives, if it does.
    fn sent(links: &mut Links, from: HostId, to: HostId, kind: usize) -> Option<u64> {
        match links.send(0, from, to, kind, &KEYS)? {
            Way::Plain(delay) => Some(delay),
            Way::Odd(odd) => odd.delay,
        }
    }

    fn percent(percent: u32) -> Share {
        Share::from_parts_per_million(percent * 10_000).unwrap()
    }

    /// SIM-2: one more message on one link moves no draw on another, nor one of another kind on the same link.
    #[test]
    fn one_more_message_moves_no_other_draw() {
        let (mut plain, mut disturbed) = (links(), links());
        let loss = LinkChange::loss(Loss::from_parts_per_million(300_000).unwrap());
        plain.change(LinkSet::All, loss, None);
        disturbed.change(LinkSet::All, loss, None);
        sent(&mut disturbed, A, B, HEARTBEAT);
        sent(&mut disturbed, B, A, GOSSIP);
        sent(&mut disturbed, A, C, GOSSIP);
        let expected = delays(&mut plain, A, B, GOSSIP);
        assert_eq!(delays(&mut disturbed, A, B, GOSSIP), expected);
        assert!(expected.contains(&None));
        // The disturbed links themselves are one draw ahead.
        let ahead = delays(&mut plain, B, A, GOSSIP);
        assert_eq!(delays(&mut disturbed, B, A, GOSSIP)[..49], ahead[1..]);
    }

    /// SIM-2: what a link does depends on the names at its ends, not on when it was first used.
    #[test]
    fn a_link_is_the_same_whenever_it_is_made() {
        let (mut early, mut late) = (links(), links());
        sent(&mut late, C, A, GOSSIP);
        assert_eq!(delays(&mut early, A, B, GOSSIP), delays(&mut late, A, B, GOSSIP));
    }

    /// SIM-3
    #[test]
    fn the_default_link_takes_half_a_millisecond_to_one_and_a_half_and_loses_none() {
        let delays = delays(&mut links(), A, B, GOSSIP);
        assert!(delays.iter().all(|delay| delay.is_some_and(|ns| (500_000..=1_500_000).contains(&ns))));
        let mut different = delays.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), delays.len());
    }

    /// CASE-9: the statement may come before the link's first use or after, and may name only one of both knobs.
    #[test]
    fn a_later_statement_about_a_link_replaces_the_earlier_one() {
        let constant = |ms| LinkChange::delay(Delay::Constant(Duration::from_millis(ms)));
        let mut links = links();
        links.change(LinkSet::OneWay { from: A, to: B }, constant(7), None);
        links.change(LinkSet::OneWay { from: A, to: B }, LinkChange::loss(Loss::ALL), None);
        assert_eq!(sent(&mut links, A, B, GOSSIP), None);
        links.change(LinkSet::Between(A, B), LinkChange::loss(Loss::NONE), None);
        assert_eq!(sent(&mut links, A, B, GOSSIP), Some(7_000_000));
        assert!(sent(&mut links, B, A, GOSSIP).is_some_and(|ns| ns <= 1_500_000));
        links.change(LinkSet::All, constant(9), None);
        for (from, to) in [(A, B), (B, A), (A, C)] {
            assert_eq!(sent(&mut links, from, to, GOSSIP), Some(9_000_000));
        }
        let both = LinkChange { delay: Some(LinkSpec::default().delay), ..LinkChange::loss(Loss::ALL) };
        links.change(LinkSet::All, both, None);
        assert_eq!(links.spec(C, B), LinkSpec { loss: Loss::ALL, ..LinkSpec::default() });
        assert_eq!(sent(&mut links, A, B, GOSSIP), None);
    }

    /// SIM-3: of 20,000 messages on a link that loses a tenth, about a tenth is lost.
    #[test]
    fn a_link_loses_as_many_as_it_was_told_to() {
        let mut links = links();
        links.change(LinkSet::All, LinkChange::loss(Loss::from_parts_per_million(100_000).unwrap()), None);
        let lost = (0..20_000).filter(|_| sent(&mut links, A, B, GOSSIP).is_none()).count();
        assert!((1830..2170).contains(&lost), "{lost}");
    }

    /// CASE-6
    #[test]
    fn a_settled_fate_meets_the_next_message_of_its_kind_and_no_other() {
        let (mut plain, mut settled) = (links(), links());
        let fate = |kind, fate| NextMessage { from: A, to: B, kind: Some(kind), fate };
        settled.settled.push(fate(MessageKind::Gossip, Fate::Dropped));
        settled.settled.push(fate(MessageKind::Gossip, Fate::Delayed(Duration::from_secs(2))));
        let (before, after) = (delays(&mut plain, A, B, GOSSIP), delays(&mut settled, A, B, GOSSIP));
        assert_eq!(after[..2], [None, Some(2_000_000_000)]);
        assert_eq!(after[2..], before[2..]);
        assert_eq!(delays(&mut plain, A, B, HEARTBEAT), delays(&mut settled, A, B, HEARTBEAT));
    }

    /// CASE-7: while a statement lasts it counts; then what was said before it, or meanwhile, does.
    #[test]
    fn a_statement_that_ends_leaves_what_else_was_said() {
        let constant = |ms| LinkChange::delay(Delay::Constant(Duration::from_millis(ms)));
        let mut links = links();
        links.change(LinkSet::All, constant(7), None);
        links.change(LinkSet::Between(A, B), constant(100), Some(1));
        assert_eq!(sent(&mut links, A, B, GOSSIP), Some(100_000_000));
        assert_eq!(sent(&mut links, A, C, GOSSIP), Some(7_000_000));
        assert!(links.end(1) && !links.end(1));
        assert_eq!(sent(&mut links, A, B, GOSSIP), Some(7_000_000));
        links.change(LinkSet::Between(A, B), constant(100), Some(2));
        links.change(LinkSet::All, constant(9), None);
        assert_eq!(sent(&mut links, A, B, GOSSIP), Some(9_000_000));
        assert!(!links.end(2));
    }

    /// SIM-2: a fault that is switched on changes no draw of another.
    #[test]
    fn what_is_switched_on_moves_no_draw_of_what_was_on() {
        let (mut plain, mut odd) = (links(), links());
        let lossy = LinkChange::loss(Loss::from_parts_per_million(300_000).unwrap());
        plain.change(LinkSet::All, lossy, None);
        odd.change(LinkSet::All, lossy, None);
        for more in [LinkChange::duplicate(percent(50)), LinkChange::corrupt(percent(50))] {
            odd.change(LinkSet::All, more, None);
        }
        assert_eq!(delays(&mut plain, A, B, GOSSIP), delays(&mut odd, A, B, GOSSIP));
        odd.change(LinkSet::All, LinkChange::reorder(percent(50), Duration::from_secs(1)), None);
        let (before, after) = (delays(&mut plain, A, B, GOSSIP), delays(&mut odd, A, B, GOSSIP));
        let moved = before.iter().zip(&after).filter(|(before, after)| before != after).count();
        assert!((10..25).contains(&moved), "{moved}");
        assert!(before.iter().zip(&after).all(|(before, after)| before <= after));
    }

    /// SIM-3: bursts lose the share that was asked for, all at once, and not on two links at the same time.
    #[test]
    fn bursts_lose_everything_for_a_while() {
        let mut links = links();
        let second = Duration::from_secs(1);
        let loss = Loss::from_parts_per_million(200_000).unwrap().in_bursts_of(second);
        links.change(LinkSet::All, LinkChange::loss(loss), None);
        let lost_at = |links: &mut Links, to| -> Vec<bool> {
            (0..40_000u64).map(|n| links.send(n * 50_000_000, A, to, GOSSIP, &KEYS).is_none()).collect()
        };
        let (one, other) = (lost_at(&mut links, B), lost_at(&mut links, C));
        let lost = one.iter().filter(|lost| **lost).count();
        assert!((7_000..9_000).contains(&lost), "{lost}");
        // Twenty messages a second: each burst is a multiple of a slot, but for one that the end may cut short.
        let mut runs: Vec<usize> =
            one.chunk_by(|a, b| a == b).filter(|run| run[0]).map(<[bool]>::len).collect();
        runs.pop();
        assert!(runs.iter().all(|run| run % 20 == 0), "{runs:?}");
        let both = one.iter().zip(&other).filter(|(one, other)| **one && **other).count();
        assert!((1_000..2_300).contains(&both), "{both}");
    }

    /// SIM-3
    #[test]
    fn a_link_duplicates_as_many_as_it_was_told_to() {
        let mut links = links();
        links.change(LinkSet::All, LinkChange::duplicate(percent(10)), None);
        let ways: Vec<_> = (0..20_000).map(|_| links.send(0, A, B, GOSSIP, &KEYS)).collect();
        let copies: Vec<(u64, u64)> = ways
            .iter()
            .filter_map(|way| if let Some(Way::Odd(odd)) = way { odd.delay.zip(odd.copy) } else { None })
            .collect();
        assert!((1830..2170).contains(&copies.len()), "{}", copies.len());
        assert!(copies.iter().filter(|(first, second)| first == second).count() < 5);
    }

    /// CASE-6, CASE-7: a settled duplicate and an old datagram are one more copy each.
    #[test]
    fn a_message_can_be_settled_to_arrive_twice_or_again_much_later() {
        let (mut links, mut plain) = (links(), links());
        let first = sent(&mut plain, A, B, GOSSIP);
        let second = sent(&mut plain, A, B, GOSSIP);
        for (kind, fate) in
            [(Some(MessageKind::Gossip), Fate::Duplicated), (None, Fate::Again(Duration::from_secs(25)))]
        {
            links.settled.push(NextMessage { from: A, to: B, kind, fate });
        }
        let Some(Way::Odd(twice)) = links.send(0, A, B, GOSSIP, &KEYS) else { panic!("it is not odd") };
        assert_eq!(twice.delay, first);
        assert!(twice.copy.is_some_and(|copy| (500_000..=1_500_000).contains(&copy)));
        let Some(Way::Odd(again)) = links.send(0, A, B, GOSSIP, &KEYS) else { panic!("it is not odd") };
        assert_eq!((again.delay, again.copy), (second, Some(25_000_000_000)));
        assert!(matches!(links.send(0, A, B, GOSSIP, &KEYS), Some(Way::Plain(_))));
    }
}
