//! A whole world of bytes: they choose its size, its faults and their times.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use quorate::MessageKind;

use super::script::Script;
use crate::case::{Action, Between, Case, Fate, Links, NodeName, Step, Time, parse};
use crate::run::{Options, Player, Report};
use crate::settings::Settings;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
/// The fewest nodes of a world.
const NODES_MIN: usize = 2;
/// The most statements.
const STEPS_MAX: usize = 12;
/// When all nodes have found each other, and the bytes begin to choose.
const FORMED: Time = Time::seconds(12);
/// When they choose no more, so that a run takes less than a millisecond. Who is gone is missed after some two seconds, and downed three
/// seconds later.
const CHOSEN: Time = Time::seconds(20);
/// How long the world goes on after its last statement.
const CODA: Time = Time::seconds(2);
/// A byte of time.
const UNIT: Time = Time::millis(10);

/// Plays the case that the bytes stand for, and judges it.
///
/// # Panics
/// With the case, if an invariant is violated, a node panics, or the world itself goes wrong.
pub fn world(bytes: &[u8]) {
    let report = played(case_of(bytes), &formed);
    assert!(
        report.outcomes.violation.is_none() && report.outcomes.fault.is_none(),
        "{}\n{}",
        report.verdict(),
        report.case
    );
}

/// The case of these bytes. Whatever they are, it can be run: what does not apply is passed over.
pub(super) fn case_of(bytes: &[u8]) -> Case {
    let mut script = Script::new(bytes);
    let nodes = NODES_MIN + script.below(NAMES.len() + 1 - NODES_MIN);
    let mut case = base(nodes);
    let mut now = FORMED;
    for _ in 0..STEPS_MAX {
        let at = after(now, Time(UNIT.nanos() * u64::from(script.byte())));
        if script.is_over() || at > CHOSEN {
            break;
        }
        now = at;
        case.steps.push(Step::new(now, action(&mut script, nodes)));
    }
    case.steps.push(Step::new(after(now, CODA), Action::End));
    case
}

fn after(at: Time, by: Time) -> Time {
    Time(at.nanos() + by.nanos())
}

/// What all cases of so many nodes begin with, read once in each thread.
fn base(nodes: usize) -> Case {
    thread_local! {
        static BASES: RefCell<BTreeMap<usize, Case>> = const { RefCell::new(BTreeMap::new()) };
    }
    let read = || {
        let text = format!(
            "qcase 1\nnodes {}\nseeds a b\nset failure-detector.acceptable-heartbeat-pause = 1s\n\
             set sbr.stable-after = 3s\nat 0s start all at once\nat 12s check converged\n",
            NAMES[..nodes].join(" ")
        );
        parse("fuzz.qcase", &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"))
    };
    BASES.with_borrow_mut(|bases| bases.entry(nodes).or_insert_with(read).clone())
}

fn options() -> Options {
    Options { bare: true, pass_over: true, ..Options::default() }
}

/// Plays a case from its beginning, or from where `begun` has brought a case of so many nodes.
pub(super) fn played(case: Case, begun: &dyn Fn(&Case) -> Player<()>) -> Report {
    let mut player = begun(&case);
    player.turn_to(Arc::new(case));
    player.play().unwrap_or_else(|why| panic!("what does not apply is passed over: {why}")).report
}

/// A case from its very beginning.
pub(super) fn fresh(case: &Case, set: &[(&str, &str)]) -> Player<()> {
    let set = set.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    Player::new(case.clone(), &Options { set, ..options() }).unwrap_or_else(|why| panic!("{why}"))
}

/// A world of so many nodes that have found each other, made once in each thread.
pub(super) fn formed(case: &Case) -> Player<()> {
    thread_local! {
        static FORMED: RefCell<BTreeMap<usize, Player<()>>> = const { RefCell::new(BTreeMap::new()) };
    }
    let nodes = case.nodes.len();
    FORMED.with_borrow_mut(|formed| {
        let player = formed.entry(nodes).or_insert_with(|| {
            let base = base(nodes);
            let mut player = fresh(&base, &[]);
            player.play_statements(base.steps.len()).unwrap_or_else(|why| panic!("{why}"));
            assert!(!player.is_over());
            player
        });
        player.clone()
    })
}

fn name(index: usize) -> NodeName {
    NodeName::new(NAMES[index]).expect("a short name")
}

/// What happens next.
fn action(script: &mut Script<'_>, nodes: usize) -> Action {
    let choice = script.below(18);
    let one = script.below(nodes);
    let node = name(one);
    let other = || name((one + 1) % nodes);
    let pair = |script: &mut Script<'_>| {
        let from = script.below(nodes);
        (name(from), name((from + 1 + script.below(nodes - 1)) % nodes))
    };
    let between = |script: &mut Script<'_>| {
        let (one, other) = pair(script);
        if script.coin() {
            Between::BothWays { one, other }
        } else {
            Between::OneWay { from: one, to: other }
        }
    };
    match choice {
        0 => Action::Heal { between: None },
        1 => {
            let mask = 1 + script.below((1 << nodes) - 2);
            let side = |wanted: usize| (0..nodes).filter(|at| mask >> at & 1 == wanted).map(name).collect();
            Action::CutGroups { groups: vec![side(1), side(0)], rest: false }
        }
        2 => Action::CutLink { between: between(script) },
        3 => Action::Isolate { node },
        4 => Action::Crash { nodes: vec![node] },
        5 => {
            let after = Time::millis(100 * script.below(40) as u32);
            Action::Restart { nodes: vec![node], after }
        }
        6 => Action::Leave { node: node.into(), at: None },
        7 => Action::Stop { nodes: vec![node] },
        8 => Action::Down { node: node.into(), at: other() },
        9 => {
            let lasts = Time::millis(100 + 100 * script.below(60) as u32);
            Action::Pause { nodes: vec![node], lasts }
        }
        10 => {
            let by = Time::millis(100 + 50 * u32::from(script.byte()));
            Action::ClockJump { node, by, back: script.coin() }
        }
        11 => Action::PrepareForShutdown { at: node },
        12 => Action::Join { node, via: other() },
        13 => {
            let links = if script.coin() { Links::All } else { Links::Between(between(script)) };
            let kind = script.pick(&MessageKind::ALL);
            Action::Block { kind, links, lasts: Some(Time::millis(100 + 20 * u32::from(script.byte()))) }
        }
        14 => Action::Hold { links: Links::Between(between(script)) },
        15 => Action::Release { links: Links::All, swizzled: script.coin() },
        16 => Action::Start { nodes: vec![node], seeds: None },
        _ => {
            let (from, to) = pair(script);
            let kind = script.pick(&MessageKind::ALL);
            let time = Time::millis(20 * u32::from(script.byte()));
            let fate = script.pick(&[Fate::Drop, Fate::Delay(time), Fate::Duplicate, Fate::Late(time)]);
            Action::Next { fate, kind: Some(kind), from, to }
        }
    }
}
