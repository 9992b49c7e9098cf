//! The links of a world: made when first used, each with its own counts.

use quorate::MessageKind;

use super::link::{Fate, LinkChange, LinkSet, LinkSpec, NextMessage, Treatment, nanos};
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
    statements: Vec<(LinkSet, LinkChange)>,
    /// Messages whose fate was settled beforehand; empty but in cases that a failure left.
    settled: Vec<NextMessage>,
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

impl Links {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            places: Vec::new(),
            made: Vec::new(),
            treatments: Vec::new(),
            statements: Vec::new(),
            settled: Vec::new(),
        }
    }

    pub(crate) fn add_host(&mut self) {
        self.places.push(Vec::new());
    }

    /// A later statement about the delay or the loss of a link replaces an earlier one (CASE-9).
    pub(crate) fn change(&mut self, links: LinkSet, change: LinkChange) {
        if links == LinkSet::All && change.delay.is_some() && change.loss.is_some() {
            self.statements.clear();
        }
        self.statements.push((links, change));
        for place in 0..self.made.len() {
            let link = &self.made[place];
            if links.holds(link.from, link.to) {
                let spec = change.applied_to(self.treatments[link.treatment as usize].spec);
                self.made[place].treatment = self.treatment(spec);
            }
        }
    }

    /// CASE-6: settles the fate of the next message of a kind on a link.
    pub(crate) fn settle_next(&mut self, next: NextMessage) {
        self.settled.push(next);
    }

    /// The delay in nanoseconds of a message that is sent now, or `None` if it is lost. `keys` are the hosts' names.
    #[inline]
    pub(crate) fn send(&mut self, from: HostId, to: HostId, kind: usize, keys: &[u64]) -> Option<u64> {
        let place = self.places[from.index()].get(to.index()).copied().unwrap_or(0);
        let place = if place == 0 { self.make(from, to, keys) } else { place };
        let link = &mut self.made[place as usize - 1];
        let count = link.counts[kind];
        link.counts[kind] = count.wrapping_add(1);
        let drawn =
            self.treatments[link.treatment as usize].of_message(link.key, kind as u32, u64::from(count));
        if self.settled.is_empty() { drawn } else { self.settled_fate(from, to, kind, drawn) }
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
        let about = self.statements.iter().filter(|(links, _)| links.holds(from, to));
        about.fold(LinkSpec::default(), |spec, (_, change)| change.applied_to(spec))
    }

    fn treatment(&mut self, spec: LinkSpec) -> u32 {
        let known = self.treatments.iter().position(|treatment| treatment.spec == spec);
        let place = known.unwrap_or_else(|| {
            self.treatments.push(Treatment::new(spec));
            self.treatments.len() - 1
        });
        u32::try_from(place).expect("memory ends before four billion treatments are made")
    }

    #[cold]
    fn settled_fate(&mut self, from: HostId, to: HostId, kind: usize, drawn: Option<u64>) -> Option<u64> {
        let is_next = |next: &NextMessage| (next.from, next.to, next.kind as usize) == (from, to, kind);
        let Some(place) = self.settled.iter().position(is_next) else { return drawn };
        match self.settled.remove(place).fate {
            Fate::Dropped => None,
            Fate::Delayed(delay) => Some(nanos(delay)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::network::link::{Delay, Loss};

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
        (0..50).map(|_| links.send(from, to, kind, &KEYS)).collect()
    }

    /// SIM-2: one more message on one link moves no draw on another, nor one of another kind on the same link.
    #[test]
    fn one_more_message_moves_no_other_draw() {
        let (mut plain, mut disturbed) = (links(), links());
        let loss = LinkChange::loss(Loss::from_parts_per_million(300_000).unwrap());
        plain.change(LinkSet::All, loss);
        disturbed.change(LinkSet::All, loss);
        disturbed.send(A, B, HEARTBEAT, &KEYS);
        disturbed.send(B, A, GOSSIP, &KEYS);
        disturbed.send(A, C, GOSSIP, &KEYS);
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
        late.send(C, A, GOSSIP, &KEYS);
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
        links.change(LinkSet::OneWay { from: A, to: B }, constant(7));
        links.change(LinkSet::OneWay { from: A, to: B }, LinkChange::loss(Loss::ALL));
        assert_eq!(links.send(A, B, GOSSIP, &KEYS), None);
        links.change(LinkSet::Between(A, B), LinkChange::loss(Loss::NONE));
        assert_eq!(links.send(A, B, GOSSIP, &KEYS), Some(7_000_000));
        assert!(links.send(B, A, GOSSIP, &KEYS).is_some_and(|ns| ns <= 1_500_000));
        links.change(LinkSet::All, constant(9));
        for (from, to) in [(A, B), (B, A), (A, C)] {
            assert_eq!(links.send(from, to, GOSSIP, &KEYS), Some(9_000_000));
        }
        let both = LinkChange { delay: Some(LinkSpec::default().delay), loss: Some(Loss::ALL) };
        links.change(LinkSet::All, both);
        assert_eq!(links.spec(C, B), LinkSpec { loss: Loss::ALL, ..LinkSpec::default() });
        assert_eq!(links.send(A, B, GOSSIP, &KEYS), None);
    }

    /// SIM-3: of 20,000 messages on a link that loses a tenth, about a tenth is lost.
    #[test]
    fn a_link_loses_as_many_as_it_was_told_to() {
        let mut links = links();
        links.change(LinkSet::All, LinkChange::loss(Loss::from_parts_per_million(100_000).unwrap()));
        let lost = (0..20_000).filter(|_| links.send(A, B, GOSSIP, &KEYS).is_none()).count();
        assert!((1830..2170).contains(&lost), "{lost}");
    }

    /// CASE-6
    #[test]
    fn a_settled_fate_meets_the_next_message_of_its_kind_and_no_other() {
        let (mut plain, mut settled) = (links(), links());
        let fate = |kind, fate| NextMessage { from: A, to: B, kind, fate };
        settled.settle_next(fate(MessageKind::Gossip, Fate::Dropped));
        settled.settle_next(fate(MessageKind::Gossip, Fate::Delayed(Duration::from_secs(2))));
        let (before, after) = (delays(&mut plain, A, B, GOSSIP), delays(&mut settled, A, B, GOSSIP));
        assert_eq!(after[..2], [None, Some(2_000_000_000)]);
        assert_eq!(after[2..], before[2..]);
        assert_eq!(delays(&mut plain, A, B, HEARTBEAT), delays(&mut settled, A, B, HEARTBEAT));
    }
}
