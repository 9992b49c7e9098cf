//! RUN-5: strategies for `proptest`: clusters, schedules of faults, whole cases, states that can occur (feature `proptest`).
//!
//! ```
//! use proptest::prelude::*;
//! use quorate_harness::run::{Options, run};
//! use quorate_harness::strategies::{Fault, Plan, cases};
//!
//! let few = ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() };
//! let crashes = Plan { faults: vec![Fault::Crash], ..Plan::default() };
//! proptest!(few, |(case in cases(crashes))| {
//!     let options = Options { pass_over: true, ..Options::default() };
//!     prop_assert!(run(&case, &options).unwrap().passed());
//! });
//! ```
//!
//! What is drawn shrinks: to fewer nodes, fewer faults, earlier ones, seed zero. Nobody knows when a case is drawn who will
//! still be running when a fault comes: run it with [`Options::pass_over`](crate::run::Options::pass_over).

use std::ops::RangeInclusive;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use quorate::{Gossip, Instant};

use crate::case::{
    Action, Between, Case, LinkChange, LinkEffect, Links, NodeName, Percent, Setting, Settings, Step, Time,
};
use crate::run::{Options, Player, Stop};

/// What kinds of trouble a schedule may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The cluster falls into two halves that hear nothing of each other.
    Cut,
    /// One node does not hear another.
    OneWayCut,
    /// All cuts are healed.
    Heal,
    /// A process is gone without a word.
    Crash,
    /// A process is gone and comes back two seconds later.
    Restart,
    /// A process handles nothing for up to ten seconds.
    Pause,
    /// A member leaves.
    Leave,
    /// Messages get lost for ten seconds, up to a fifth of them.
    Loss,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Cut,
        Self::OneWayCut,
        Self::Heal,
        Self::Crash,
        Self::Restart,
        Self::Pause,
        Self::Leave,
        Self::Loss,
    ];
}

/// What cases are drawn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many nodes there are, from 2 to 26.
    pub nodes: RangeInclusive<usize>,
    /// Settings of all nodes, by their names in a case.
    pub settings: Vec<(String, String)>,
    /// The kinds of trouble; none for a cluster that is left alone.
    pub faults: Vec<Fault>,
    /// How many faults there are.
    pub count: RangeInclusive<usize>,
    /// Between which seconds they come.
    pub from_to: RangeInclusive<u32>,
    /// For how many seconds the cluster is left alone, with the network healed, before the case ends.
    pub quiet: u32,
}

impl Default for Plan {
    /// Two to five nodes whose resolver decides after five seconds, and up to four faults of all kinds.
    fn default() -> Self {
        Self {
            nodes: 2..=5,
            settings: vec![("sbr.stable-after".into(), "5s".into())],
            faults: Fault::ALL.to_vec(),
            count: 0..=4,
            from_to: 20..=60,
            quiet: 60,
        }
    }
}

/// As many nodes as there are letters.
const NODES_MAX: usize = 26;
/// Seeds below this are drawn: few bits, so that a failure soon shrinks to seed zero.
const SEEDS: u64 = 1 << 20;

/// The names `a`, `b`, `c`, ...
fn names(count: usize) -> Vec<NodeName> {
    ('a'..='z').take(count).filter_map(|name| NodeName::new(&name.to_string()).ok()).collect()
}

/// RUN-5: clusters: so many nodes, two of which are seed nodes, that are started at the beginning, and nothing more.
pub fn clusters(
    nodes: RangeInclusive<usize>,
    settings: Vec<(String, String)>,
) -> impl Strategy<Value = Case> {
    (nodes, 0..SEEDS).prop_map(move |(count, seed)| {
        let mut case = Case::new(names(count.clamp(1, NODES_MAX)));
        case.seed = seed;
        case.seeds = case.nodes.iter().take(2).cloned().collect();
        if !settings.is_empty() {
            let settings =
                settings.iter().map(|(key, value)| Setting { key: key.clone(), value: value.clone() });
            case.settings.push(Settings::for_all(settings.collect()));
        }
        case.steps.push(Step::new(Time::ZERO, Action::StartAll { at_once: false }));
        case
    })
}

/// RUN-5: schedules of faults for a case's nodes, in the order of time.
pub fn schedules(case: &Case, plan: &Plan) -> BoxedStrategy<Vec<Step>> {
    let (nodes, faults, from_to) = (case.nodes.clone(), plan.faults.clone(), plan.from_to.clone());
    if nodes.len() < 2 || faults.is_empty() {
        return Just(Vec::new()).boxed();
    }
    let fault = (select(faults), 0..NODES_MAX, 0..NODES_MAX, 1..=10_u32);
    let step = (from_to, fault).prop_map(move |(at, (fault, one, other, size))| {
        Step::new(Time::seconds(at), action(fault, &nodes, one, other, size))
    });
    let sorted = |mut steps: Vec<Step>| {
        steps.sort_by_key(|step| step.at);
        steps
    };
    vec(step, plan.count.clone()).prop_map(sorted).boxed()
}

fn action(fault: Fault, nodes: &[NodeName], one: usize, other: usize, size: u32) -> Action {
    let place = one % nodes.len();
    let node = nodes[place].clone();
    match fault {
        Fault::Cut => {
            // One more than the nodes of one side: neither side is empty.
            let here = 1 + other % (nodes.len() - 1);
            let turned: Vec<NodeName> = nodes.iter().cycle().skip(place).take(nodes.len()).cloned().collect();
            let mut groups = vec![turned[..here].to_vec(), turned[here..].to_vec()];
            groups.iter_mut().for_each(|group| group.sort());
            groups.sort();
            Action::CutGroups { groups, rest: false }
        }
        Fault::OneWayCut => {
            let to = nodes[(place + 1 + other % (nodes.len() - 1)) % nodes.len()].clone();
            Action::CutLink { between: Between::OneWay { from: node, to } }
        }
        Fault::Heal => Action::Heal { between: None },
        Fault::Crash => Action::Crash { nodes: vec![node] },
        Fault::Restart => Action::Restart { nodes: vec![node], after: Time::seconds(2) },
        Fault::Pause => Action::Pause { nodes: vec![node], lasts: Time::seconds(size) },
        Fault::Leave => Action::Leave { node: node.into(), at: None },
        Fault::Loss => Action::Link(LinkChange {
            links: Links::All,
            effect: LinkEffect::Loss(Percent::from_parts_per_million(size * 20_000).unwrap_or_default()),
            lasts: Some(Time::seconds(10)),
        }),
    }
}

/// RUN-5: whole cases: a cluster, a schedule, then the network healed and left alone, and the end.
pub fn cases(plan: Plan) -> impl Strategy<Value = Case> {
    clusters(plan.nodes.clone(), plan.settings.clone())
        .prop_flat_map(move |case| {
            let steps = schedules(&case, &plan);
            (Just(case), steps, Just((*plan.from_to.end(), plan.quiet)))
        })
        .prop_map(|(mut case, steps, (last, quiet))| {
            case.steps.extend(steps);
            if case.steps.iter().any(|step| step.action.cuts_links()) {
                case.steps.push(Step::new(Time::seconds(last + 1), Action::Heal { between: None }));
            }
            case.steps.push(Step::new(Time::seconds(last + 1 + quiet), Action::End));
            case
        })
}

/// RUN-5: states that can occur: what some node holds at some instant of a case of the plan. Unlike a state that is made
/// up, such a one obeys every invariant that the protocol keeps.
pub fn reachable_gossips(plan: Plan) -> impl Strategy<Value = Arc<Gossip>> {
    (cases(plan), any::<Index>(), any::<Index>()).prop_filter_map(
        "no node holds a state there",
        |(case, when, who)| {
            let end = case.steps.iter().map(|step| step.at.nanos()).max().unwrap_or(0);
            let at =
                when.index(usize::try_from(end / 1_000_000).unwrap_or(usize::MAX).max(1)) as u64 * 1_000_000;
            let options = Options { bare: true, pass_over: true, unjudged: true, ..Options::default() };
            let mut player = Player::<()>::new(case, &options).ok()?;
            player.play_to(Stop::Before(Instant::from_nanos(at))).ok()?;
            let states: Vec<&Arc<Gossip>> = player
                .world()
                .hosts()
                .iter()
                .filter_map(|host| host.node())
                .map(quorate::Node::gossip)
                .collect();
            let state = states.get(who.index(states.len().max(1)))?;
            (!state.members().is_empty()).then(|| (*state).clone())
        },
    )
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::{TestError, TestRunner};

    use super::*;
    use crate::case::parse;

    fn drawn<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
        let mut runner = TestRunner::deterministic();
        (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
    }

    /// RUN-5: each is one that reads back and can be run; all kinds of faults come.
    #[test]
    fn every_case_that_is_drawn_reads_back_and_every_fault_is_drawn() {
        let all = drawn(&cases(Plan::default()), 200);
        for case in &all {
            assert_eq!(parse("drawn", &case.to_string(), &crate::settings::Settings).as_ref(), Ok(case));
        }
        let text: String = all.iter().map(ToString::to_string).collect();
        for word in ["cut a", " > ", "heal", "crash", "restart", "pause", "leave", "loss"] {
            assert!(text.contains(word), "no {word}");
        }
        let options = Options { bare: true, pass_over: true, ..Options::default() };
        for case in all.into_iter().take(20) {
            crate::run::run(&case, &options).unwrap_or_else(|not| panic!("{not:?}\n{case}"));
        }
    }

    /// RUN-5: a failure shrinks to few nodes and few faults.
    #[test]
    fn what_is_drawn_shrinks_to_less() {
        let mut runner = TestRunner::deterministic();
        let failed = runner.run(&cases(Plan::default()), |case| {
            let fails = case.steps.iter().any(|step| matches!(step.action, Action::Crash { .. }));
            if fails { Err(TestCaseError::fail("crash")) } else { Ok(()) }
        });
        let Err(TestError::Fail(_, case)) = failed else { panic!("{failed:?}") };
        assert_eq!((case.nodes.len(), case.seed, case.steps.len()), (2, 0, 3), "{case}");
    }

    /// RUN-5: states that occur are consistent: seen by members, clocks not empty, in several stages.
    #[test]
    fn states_that_can_occur_have_members_and_a_clock() {
        let states = drawn(&reachable_gossips(Plan::default()), 24);
        for state in &states {
            assert!(!state.members().is_empty() && !state.clock().entries().is_empty());
        }
        let sizes: std::collections::BTreeSet<usize> =
            states.iter().map(|state| state.members().iter().count()).collect();
        assert!(sizes.len() > 1, "{sizes:?}");
    }
}
