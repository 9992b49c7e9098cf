//! The sides of a split, and how it ends when each decides on its own view (part 04, section 12.1).

use quorate::{
    DataCenter, DecisionRecord, Member, MemberStatus, Reachability, Repairs, ResolverView, SeenBy, Strategy,
    UniqueAddress,
};

/// What the nodes of one side run and know. Inside a side gossip has converged, so they know the same.
#[derive(Clone, Debug)]
pub struct Side {
    /// The data centre that is split.
    pub data_center: DataCenter,
    /// Its running nodes, ascending.
    pub live: Vec<UniqueAddress>,
    /// All members in its view, ascending.
    pub members: Vec<Member>,
    /// Who observes whom as unreachable, in its view.
    pub records: Reachability,
    /// Who has seen the present gossip, in its view.
    pub seen: Vec<UniqueAddress>,
    /// REP-126: the Exiting members that it knows to have seen that they are.
    pub exits_heard: Vec<UniqueAddress>,
}

impl Side {
    /// The side of a node whose view was saved: those of its members that it can reach.
    #[must_use]
    pub fn of_view(view: &ResolverView) -> Self {
        let is_reachable = |node: &&UniqueAddress| view.unreachable().binary_search(node).is_err();
        let records = view
            .records()
            .fold(Reachability::new(), |table, (observer, subject)| table.unreachable(observer, subject));
        // Who is unreachable without a record, as by having been downed, is so to the node itself.
        let observed = records.all_unreachable_or_terminated();
        let records = view
            .unreachable()
            .iter()
            .filter(|node| !observed.contains(node))
            .fold(records, |table, node| table.unreachable(view.self_node(), node));
        Self {
            data_center: view.data_center().clone(),
            live: view.members().iter().map(Member::unique_address).filter(is_reachable).cloned().collect(),
            members: view.members().to_vec(),
            records,
            seen: view.seen_by().nodes().cloned().collect(),
            exits_heard: view.exits_heard().to_vec(),
        }
    }

    /// SBR-56, SBR-57, SBR-58: the nodes that decide: each leads in its own view and was Up or WeaklyUp once.
    #[must_use]
    pub fn responsible(&self) -> Vec<&UniqueAddress> {
        let observed = self.records.all_unreachable_or_terminated();
        let own = |node: &UniqueAddress| self.members.iter().find(|member| member.unique_address() == node);
        let is_reachable = |member: &&Member| !observed.contains(member.unique_address());
        let is_not_down = |member: &&Member| member.status() != MemberStatus::Down;
        // The one whom all would follow; a node that others cannot reach may yet stand before it in its own view.
        let reachable = self.members.iter().filter(is_not_down).filter(is_reachable);
        let leader = reachable.min_by(|a, b| a.leadership_order(b));
        let leads = |me: &&UniqueAddress| {
            let is_first =
                |member: &Member| leader.is_none_or(|first| member.leadership_order(first).is_le());
            own(me)
                .filter(is_not_down)
                .is_some_and(|member| member.status() != MemberStatus::Joining && is_first(member))
        };
        self.live.iter().filter(leads).collect()
    }

    /// SBR-14: the view that a node of this side decides on.
    #[must_use]
    pub fn view_of(&self, me: &UniqueAddress, strategy: &Strategy) -> ResolverView {
        let mut view = ResolverView::new(me.clone(), self.data_center.clone(), strategy);
        self.members.iter().for_each(|member| {
            view.put(member);
        });
        self.view_on(view)
    }

    /// The same, on a view of that node that holds the members already.
    #[must_use]
    pub fn view_on(&self, mut view: ResolverView) -> ResolverView {
        self.records.all_unreachable_or_terminated().iter().for_each(|node| view.mark_unreachable(node));
        view.set_observations(self.records.clone());
        view.set_seen_by(SeenBy::from(self.seen.clone()));
        view.hear_exits(&self.exits_heard);
        view
    }

    /// The members of it that go on: running, not on their way out in its own view, and not downed.
    fn survivors(&self, downed: &[&UniqueAddress]) -> Vec<UniqueAddress> {
        let is_leaving_the_world = |node: &UniqueAddress| {
            let member = self.members.iter().find(|member| member.unique_address() == node);
            member.is_none_or(|member| member.status().is_on_its_way_out())
        };
        let stays = |node: &&UniqueAddress| !downed.contains(node) && !is_leaving_the_world(node);
        self.live.iter().filter(stays).cloned().collect()
    }
}

/// A node that decides, and what it decides.
#[derive(Clone, Debug)]
pub struct Decider {
    /// Which side it is on.
    pub side: usize,
    /// The decision, with the reasons. Under lease-majority what is done with the lease.
    pub record: DecisionRecord,
    /// What is done without the lease.
    pub denied: Option<DecisionRecord>,
}

/// One way for a split to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Which of the deciders got the lease.
    pub winner: Option<usize>,
    /// The nodes of each side that go on, ascending.
    pub survivors: Vec<Vec<UniqueAddress>>,
}

/// How a split ends.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Who decides what.
    pub deciders: Vec<Decider>,
    /// The ways in which it can end: one, or one for each that may be the first to ask for the lease.
    pub endings: Vec<Ending>,
}

impl Outcome {
    /// Decides for all sides.
    ///
    /// Each responsible node acts once, on its own view. Under lease-majority one of those that wait shortest asks first and
    /// gets the lease; its own side hears of its decision before others of it ask, and all other sides are denied.
    #[must_use]
    pub fn of(sides: &[Side], strategy: &Strategy, repairs: &Repairs) -> Self {
        let mut deciders = Vec::new();
        for (place, side) in sides.iter().enumerate() {
            for me in side.responsible() {
                let view = side.view_of(me, strategy);
                if !view.unreachable().is_empty() {
                    let record = view.explain(strategy, repairs);
                    let denied = record.denied();
                    deciders.push(Decider { side: place, record, denied });
                }
            }
        }
        let delay = |decider: &Decider| decider.record.decision.lease_delay();
        let least = deciders.iter().filter_map(delay).min();
        let winners: Vec<Option<usize>> = match least {
            None => vec![None],
            Some(least) => {
                let first = |(place, decider)| (delay(decider) == Some(least)).then_some(Some(place));
                deciders.iter().enumerate().filter_map(first).collect()
            }
        };
        let mut endings: Vec<Ending> = Vec::new();
        for winner in winners {
            let ending = Ending { winner, survivors: survivors(sides, &deciders, winner) };
            if !endings.iter().any(|other| other.survivors == ending.survivors) {
                endings.push(ending);
            }
        }
        Self { deciders, endings }
    }

    /// The most sides that go on, of those that decide.
    #[must_use]
    pub fn surviving_sides(&self) -> usize {
        let decides = |side: usize| self.deciders.iter().any(|decider| decider.side == side);
        let count = |ending: &Ending| {
            let go_on = ending.survivors.iter().enumerate();
            go_on.filter(|(side, survivors)| decides(*side) && !survivors.is_empty()).count()
        };
        self.endings.iter().map(count).max().unwrap_or(0)
    }
}

fn survivors(sides: &[Side], deciders: &[Decider], winner: Option<usize>) -> Vec<Vec<UniqueAddress>> {
    let of_side = |(place, side): (usize, &Side)| {
        let own = deciders.iter().enumerate().filter(|(_, decider)| decider.side == place);
        let downed: Vec<&UniqueAddress> = own
            .flat_map(|(index, decider)| match winner {
                None => &decider.record.down[..],
                Some(winner) if winner == index => &decider.record.down[..],
                // It hears of the winner's decision before it asks.
                Some(winner) if deciders[winner].side == place => &[],
                Some(_) => decider.denied.as_ref().map_or(&[][..], |denied| &denied.down[..]),
            })
            .collect();
        side.survivors(&downed)
    };
    sides.iter().enumerate().map(of_side).collect()
}
