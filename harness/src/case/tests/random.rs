//! Random cases, any that the language can say.

use proptest::collection::{vec, vec as list};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::case::{
    Action, Between, Bytes, Case, CaseProse, Claim, DECISIONS, DataCenterEvent, Delay, Expectation, Factor,
    Falsehood, Fate, INVARIANT_GROUPS, INVARIANT_IDS, JudgeOff, LeaseState, Line, Link, LinkChange,
    LinkEffect, Links, MemberEvent, NodeName, NodeRef, Percent, Prose, Question, RecordedDigest, Roles,
    Separated, Setting, Settings, Step, StopReason, Time, ViewItem, ViewState,
};

const POOL: [&str; 10] = ["a", "b", "n1", "n2", "n3", "n4", "x9y", "Zed", "k65535", "judge"];

type Nodes = Vec<NodeName>;

/// Some of the nodes, each once, in any order.
fn some(nodes: &Nodes) -> impl Strategy<Value = Nodes> + use<> {
    subsequence(nodes.clone(), 1..=nodes.len().min(5)).prop_shuffle()
}

fn one(nodes: &Nodes) -> impl Strategy<Value = NodeName> + use<> {
    select(nodes.clone())
}

fn one_ref(nodes: &Nodes) -> impl Strategy<Value = NodeRef> + use<> {
    (one(nodes), option::weighted(0.2, 1..=u32::MAX))
        .prop_map(|(name, incarnation)| NodeRef { name, incarnation })
}

fn some_refs(nodes: &Nodes) -> impl Strategy<Value = Vec<NodeRef>> + use<> {
    (some(nodes), option::weighted(0.2, 1..9_u32)).prop_map(|(names, incarnation)| {
        names.into_iter().map(|name| NodeRef { name, incarnation }).collect()
    })
}

/// Two nodes that differ.
fn between(nodes: &Nodes) -> impl Strategy<Value = Between> + use<> {
    (subsequence(nodes.clone(), 2).prop_shuffle(), any::<bool>()).prop_map(|(pair, one_way)| {
        let (from, to) = (pair[0].clone(), pair[1].clone());
        if one_way { Between::OneWay { from, to } } else { Between::BothWays { one: from, other: to } }
    })
}

fn time() -> impl Strategy<Value = Time> {
    prop_oneof![
        (0..200_000_u32).prop_map(Time::millis),
        (0..20_u32).prop_map(Time::seconds),
        any::<u64>().prop_map(Time),
    ]
}

/// Any text but such as ends with a blank, which prose can't keep, or has a line end.
fn prose_line() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        select(&["", "why", " indented", "# twice", "a \"quote", "ends\\", "\u{e9}\t\u{1f980}"][..])
            .prop_map(str::to_owned),
        vec(any::<char>(), 0..6).prop_map(String::from_iter),
    ];
    text.prop_map(|text| text.replace(['\n', '\r'], "").trim_end().to_owned())
}

fn prose() -> impl Strategy<Value = Prose> {
    let some = (list(prose_line(), 0..3), prose_line());
    prop_oneof![
        2 => Just(Prose::default()),
        1 => some.prop_map(|(before, trailing)| Prose { before, trailing }),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&["", "on", "a, b", "#x", "\"", "\\", "a\nb", "k=v:w", "\u{e9} \u{7}"][..])
            .prop_map(str::to_owned),
        vec(any::<char>(), 0..8).prop_map(String::from_iter),
    ]
}

fn invariant() -> impl Strategy<Value = String> {
    select(&INVARIANT_IDS[..]).prop_map(str::to_owned)
}

fn share() -> impl Strategy<Value = Percent> {
    (0..=1_000_000_u32).prop_map(|parts| Percent::from_parts_per_million(parts).unwrap())
}

fn bytes(min: u64) -> impl Strategy<Value = Bytes> {
    prop_oneof![(min..100_000u64).prop_map(Bytes), (min..=u64::MAX).prop_map(Bytes)]
}

fn links(nodes: &Nodes) -> impl Strategy<Value = Links> + use<> {
    prop_oneof![Just(Links::All), between(nodes).prop_map(Links::Between)]
}

fn change(nodes: &Nodes) -> impl Strategy<Value = LinkChange> + use<> {
    let ordered = || (time(), time()).prop_map(|(one, other)| (one.min(other), one.max(other)));
    let delay = prop_oneof![
        time().prop_map(Delay::Constant),
        ordered().prop_map(|(from, to)| Delay::Uniform { from, to }),
        time().prop_map(|mean| Delay::Exponential { mean }),
        (time(), time(), share()).prop_map(|(usual, other, share)| Delay::Bimodal { usual, other, share }),
        ordered().prop_map(|(median, p99)| Delay::LogNormal { median, p99 }),
    ];
    let burst = (share(), time())
        .prop_map(|(share, burst)| LinkEffect::BurstyLoss { share, burst: Time(burst.0.max(1)) });
    let effect = prop_oneof![
        share().prop_map(LinkEffect::Loss),
        delay.prop_map(LinkEffect::Delay),
        burst,
        share().prop_map(LinkEffect::Duplicate),
        (share(), time()).prop_map(|(share, by)| LinkEffect::Reorder { share, by }),
        share().prop_map(LinkEffect::Corrupt),
        bytes(1).prop_map(LinkEffect::Bandwidth),
        bytes(0).prop_map(LinkEffect::Queue),
        bytes(0).prop_map(LinkEffect::Mtu),
    ];
    (links(nodes), effect.boxed(), option::of(time()))
        .prop_map(|(links, effect, lasts)| LinkChange { links, effect, lasts })
        .boxed()
}

fn kind() -> impl Strategy<Value = quorate::MessageKind> {
    select(&quorate::MessageKind::ALL[..])
}

/// Hosts that are not as they should be.
fn conditions(nodes: &Nodes) -> impl Strategy<Value = Action> + use<> {
    let factor = (1000..=u32::MAX).prop_map(|thousandths| Factor::from_thousandths(thousandths).unwrap());
    let jump = (one(nodes), 0..=i64::MAX as u64, any::<bool>());
    prop_oneof![
        (some(nodes), time()).prop_map(|(nodes, lasts)| Action::Pause { nodes, lasts }),
        (some(nodes), factor, time()).prop_map(|(nodes, factor, lasts)| Action::Slow {
            nodes,
            factor,
            lasts
        }),
        jump.prop_map(|(node, by, back)| Action::ClockJump { node, by: Time(by), back }),
        (one(nodes), -1_000_000..=1_000_000)
            .prop_map(|(node, parts_per_million)| Action::ClockDrift { node, parts_per_million }),
    ]
}

/// What becomes of messages by their kind, or one by one.
fn messages(nodes: &Nodes) -> impl Strategy<Value = Action> + use<> {
    let pair = || subsequence(nodes.clone(), 2).prop_shuffle();
    let fate = prop_oneof![
        (kind(), Just(Fate::Drop)).prop_map(|(kind, fate)| (Some(kind), fate)),
        (kind(), time()).prop_map(|(kind, delay)| (Some(kind), Fate::Delay(delay))),
        (kind(), Just(Fate::Duplicate)).prop_map(|(kind, fate)| (Some(kind), fate)),
        (option::of(kind()), time()).prop_map(|(kind, later)| (kind, Fate::Late(later))),
    ];
    prop_oneof![
        (kind(), links(nodes), option::of(time())).prop_map(|(kind, links, lasts)| Action::Block {
            kind,
            links,
            lasts
        }),
        (option::of(kind()), links(nodes)).prop_map(|(kind, links)| Action::Unblock { kind, links }),
        links(nodes).prop_map(|links| Action::Hold { links }),
        prop_oneof![
            Just(LeaseState::Denies),
            time().prop_map(LeaseState::Slow),
            Just(LeaseState::Down),
            any::<u32>().prop_map(LeaseState::LosesReplies),
            Just(LeaseState::Works),
        ]
        .prop_map(Action::Lease),
        (links(nodes), any::<bool>()).prop_map(|(links, swizzled)| Action::Release { links, swizzled }),
        (pair(), fate).prop_map(|(pair, (kind, fate))| Action::Next {
            fate,
            kind,
            from: pair[0].clone(),
            to: pair[1].clone(),
        }),
    ]
}

fn question(nodes: &Nodes) -> impl Strategy<Value = Question> + use<> {
    use ViewState::{
        Absent, Down, Exiting, Joining, Leaving, PreparingForShutdown, Reachable, ReadyForShutdown, Removed,
        Unreachable, Up, WeaklyUp,
    };
    let states = [
        Absent,
        Down,
        Exiting,
        Joining,
        Leaving,
        PreparingForShutdown,
        Reachable,
        ReadyForShutdown,
        Removed,
        Unreachable,
        Up,
        WeaklyUp,
    ];
    let reasons = [
        StopReason::Downed,
        StopReason::Left,
        StopReason::Crashed,
        StopReason::JoinFailed,
        StopReason::Refused,
        StopReason::Quarantined,
    ];
    let item = (one_ref(nodes), select(states.to_vec())).prop_map(|(node, state)| ViewItem { node, state });
    prop_oneof![
        Just(Question::Converged),
        any::<u32>().prop_map(|count| Question::Up { count }),
        option::of(one_ref(nodes)).prop_map(|node| Question::Leader { node }),
        some_refs(nodes).prop_map(|nodes| Question::Running { nodes }),
        (some_refs(nodes), option::of(select(reasons.to_vec())))
            .prop_map(|(nodes, because)| Question::Stopped { nodes, because }),
        prop_oneof![some_refs(nodes), Just(Vec::new())].prop_map(|nodes| Question::Survivors { nodes }),
        (one_ref(nodes), list(item, 1..4)).prop_map(|(observer, items)| Question::View { observer, items }),
        one_ref(nodes).prop_map(|node| Question::Down { node }),
        (text(), option::of(one_ref(nodes)))
            .prop_map(|(role, node)| Question::RoleLeader { role, node })
            .boxed(),
        records(nodes).boxed(),
    ]
}

/// Questions about what has happened so far.
fn records(nodes: &Nodes) -> impl Strategy<Value = Question> + use<> {
    let event = select(&[MemberEvent::Up, MemberEvent::Removed, MemberEvent::Unreachable][..]);
    let names: Vec<String> =
        INVARIANT_IDS.iter().chain(&INVARIANT_GROUPS).map(|name| (*name).to_owned()).collect();
    prop_oneof![
        (one_ref(nodes), event, one_ref(nodes), option::of(time()))
            .prop_map(|(observer, event, node, before)| Question::Event { observer, event, node, before }),
        (one_ref(nodes), any::<bool>(), text(), option::of(time())).prop_map(
            |(observer, is_lost, data_center, before)| {
                let event = if is_lost { DataCenterEvent::Unreachable } else { DataCenterEvent::Reachable };
                Question::DataCenterEvent { observer, event, data_center, before }
            }
        ),
        (one_ref(nodes), select(&DECISIONS[..]), option::of(some_refs(nodes))).prop_map(
            |(node, decision, down)| Question::Decision { node, decision: decision.to_owned(), down }
        ),
        (one_ref(nodes), any::<bool>(), any::<u32>())
            .prop_map(|(node, below, count)| Question::SentPerSecond { node, below, count }),
        select(names).prop_map(|invariant| Question::Holds { invariant }),
    ]
}

fn questions(nodes: &Nodes) -> impl Strategy<Value = Vec<Question>> + use<> {
    list(question(nodes).boxed(), 1..4)
}

/// Groups that have all nodes, or some of them with `rest`.
fn groups(nodes: &Nodes) -> impl Strategy<Value = Action> + use<> {
    (Just(nodes.clone()).prop_shuffle(), list(any::<Index>(), 1..3), any::<bool>()).prop_map(
        |(nodes, places, rest)| {
            let mut groups = vec![nodes];
            for place in places {
                let largest = groups.iter_mut().max_by_key(|group| group.len()).unwrap();
                if largest.len() > 1 {
                    let at = 1 + place.index(largest.len() - 1);
                    let split = largest.split_off(at);
                    groups.push(split);
                }
            }
            if rest {
                groups.pop();
            }
            Action::CutGroups { groups, rest }
        },
    )
}

fn action(nodes: &Nodes) -> impl Strategy<Value = Action> + use<> {
    let seeds = || option::of(prop_oneof![some(nodes), Just(Vec::new())]);
    let processes = prop_oneof![
        any::<bool>().prop_map(|at_once| Action::StartAll { at_once }),
        (some(nodes), seeds()).prop_map(|(nodes, seeds)| Action::Start { nodes, seeds }),
        some(nodes).prop_map(|nodes| Action::Stop { nodes }),
        some(nodes).prop_map(|nodes| Action::Crash { nodes }),
        (some(nodes), time()).prop_map(|(nodes, after)| Action::Restart { nodes, after }),
    ];
    let membership = prop_oneof![
        (one_ref(nodes), option::of(one(nodes))).prop_map(|(node, at)| Action::Leave { node, at }),
        (one_ref(nodes), one(nodes)).prop_map(|(node, at)| Action::Down { node, at }),
        (one(nodes), one(nodes)).prop_map(|(node, via)| Action::Join { node, via }),
        one(nodes).prop_map(|at| Action::PrepareForShutdown { at }),
    ];
    let flap = (separated(nodes), time(), time()).prop_map(|(separated, every, lasts)| Action::Flap {
        separated,
        every,
        lasts,
    });
    let network = prop_oneof![
        groups(nodes),
        groups(nodes).prop_map(bridged),
        groups(nodes).prop_map(|cut| match cut {
            Action::CutGroups { groups, rest } => Action::HealGroups { groups, rest },
            other => other,
        }),
        prop_oneof![Just(nodes.clone()).prop_shuffle(), Just(Vec::new())]
            .prop_map(|nodes| Action::Ring { nodes }),
        flap,
        between(nodes).prop_map(|between| Action::CutLink { between }),
        one(nodes).prop_map(|node| Action::Isolate { node }),
        option::of(between(nodes)).prop_map(|between| Action::Heal { between }),
        change(nodes).prop_map(Action::Link),
    ];
    let check = (questions(nodes), option::of(time()))
        .prop_map(|(questions, within)| Action::Check { questions, within });
    // Boxed, since such strategies are values that lie on the stack, one within the other.
    prop_oneof![
        processes.boxed(),
        membership.boxed(),
        network.boxed(),
        conditions(nodes).boxed(),
        messages(nodes).boxed(),
        lie(nodes).boxed(),
        check.boxed(),
    ]
    .boxed()
}

fn lie(nodes: &Nodes) -> impl Strategy<Value = Action> + use<> {
    let claim = prop_oneof![
        select(vec![Falsehood::Alive, Falsehood::Joins, Falsehood::ConfirmsExit]),
        select(vec![Falsehood::Removed, Falsehood::Quarantined]),
        one(nodes).prop_map(Falsehood::Down),
        one(nodes).prop_map(Falsehood::Tombstone),
        (1..=10_000_u32).prop_map(Falsehood::Invents),
        (1..=10_000_u32).prop_map(Falsehood::Floods),
    ];
    let pair = subsequence(nodes.clone(), 2).prop_shuffle();
    (pair, claim, option::of((time(), time()))).prop_map(|(pair, claim, again)| Action::Lie {
        from: pair[0].clone(),
        to: pair[1].clone(),
        claim,
        again,
    })
}

fn separated(nodes: &Nodes) -> impl Strategy<Value = Separated> + use<> {
    prop_oneof![
        between(nodes).prop_map(Separated::Link),
        groups(nodes).prop_filter_map("groups", |cut| match cut {
            Action::CutGroups { groups, rest } => Some(Separated::Groups { groups, rest }),
            _ => None,
        }),
    ]
}

/// The first group of a cut as the bridge between the others, if there are enough of them.
fn bridged(cut: Action) -> Action {
    match cut {
        Action::CutGroups { mut groups, rest } if groups.len() > 2 || (rest && groups.len() > 1) => {
            let bridge = groups.remove(0);
            Action::Bridge { bridge, groups, rest }
        }
        other => other,
    }
}

/// What follows a name of a node in a statement: nothing to do with it, but all with its line.
fn located<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = (T, Line, Prose)> {
    (value, any::<u32>(), prose()).prop_map(|(value, line, prose)| (value, Line(line), prose))
}

fn claims(nodes: &Nodes) -> impl Strategy<Value = Vec<Claim>> + use<> {
    let claim =
        located(questions(nodes)).prop_map(|(questions, line, prose)| Claim { questions, line, prose });
    list(claim, 0..3)
}

fn settings(nodes: &Nodes) -> impl Strategy<Value = Settings> + use<> {
    let setting = prop_oneof![
        text().prop_map(|value| Setting { key: "note".to_owned(), value }),
        (0..90_000_u32).prop_map(|millis| Setting {
            key: "sbr.stable-after".to_owned(),
            value: Time::millis(millis).to_string(),
        }),
    ];
    let whose = prop_oneof![Just(Vec::new()), some(nodes)];
    located((whose, list(setting, 1..3))).prop_map(|((nodes, settings), line, prose)| Settings {
        nodes,
        settings,
        line,
        prose,
    })
}

fn steps(nodes: &Nodes) -> impl Strategy<Value = Vec<Step>> + use<> {
    let step = located((time(), action(nodes))).prop_map(|((at, action), line, prose)| Step {
        at,
        action,
        line,
        prose,
    });
    let end = option::of(prose());
    (list(step, 0..8), end).prop_map(|(mut steps, end)| {
        if let Some(prose) = end {
            steps.push(Step { prose, ..Step::new(Time::MAX, Action::End) });
        }
        steps
    })
}

/// What is declared before anything happens.
fn declarations(nodes: &Nodes) -> impl Strategy<Value = Case> + use<> {
    let roles = located((some(nodes), list(text(), 1..3))).prop_map(|((nodes, roles), line, prose)| Roles {
        nodes,
        roles,
        line,
        prose,
    });
    let link = located(change(nodes)).prop_map(|(change, line, prose)| Link { change, line, prose });
    let judge_off =
        located(invariant()).prop_map(|(invariant, line, prose)| JudgeOff { invariant, line, prose });
    let expect = located((invariant(), option::of(time())))
        .prop_map(|((invariant, by), line, prose)| Expectation { invariant, by, line, prose });
    let seeds = prop_oneof![Just(Vec::new()), some(nodes)];
    let lists = (list(roles, 0..3), list(settings(nodes), 0..3), list(link, 0..3), list(judge_off, 0..3));
    let nodes = nodes.clone();
    let digest = located((any::<u64>(), text())).prop_map(|((digest, build), line, prose)| RecordedDigest {
        digest,
        build,
        line,
        prose,
    });
    let seed = (prop_oneof![Just(0), any::<u64>()], option::of(digest));
    (text(), seed, seeds, lists, option::of(expect)).prop_map(
        move |(name, (seed, digest), seeds, (roles, settings, links, judge_off), expect)| Case {
            name,
            seed,
            digest,
            seeds,
            roles,
            settings,
            links,
            judge_off,
            expect,
            ..Case::new(nodes.clone())
        },
    )
}

fn case_prose() -> impl Strategy<Value = CaseProse> {
    (prose(), prose(), prose(), prose(), prose(), list(prose_line(), 0..3)).prop_map(
        |(header, name, seed, nodes, seeds, end)| CaseProse { header, name, seed, nodes, seeds, end },
    )
}

/// Any case of two nodes or more.
pub(super) fn any_case() -> impl Strategy<Value = Case> {
    let nodes = subsequence(POOL.map(|name| NodeName::new(name).unwrap()).to_vec(), 2..=POOL.len());
    nodes.prop_shuffle().prop_flat_map(|nodes| {
        let verdict = (claims(&nodes), claims(&nodes), claims(&nodes));
        (declarations(&nodes), steps(&nodes), verdict, case_prose()).prop_map(
            |(declared, steps, (finally, always, never), prose)| {
                let mut case = Case { steps, finally, always, never, prose, ..declared };
                case.sort_steps();
                case
            },
        )
    })
}

/// The case without a word to its reader.
pub(super) fn remove_prose(case: &mut Case) {
    case.prose = CaseProse::default();
    let claims = case.finally.iter_mut().chain(&mut case.always).chain(&mut case.never);
    claims.for_each(|claim| claim.prose = Prose::default());
    case.roles.iter_mut().for_each(|roles| roles.prose = Prose::default());
    case.settings.iter_mut().for_each(|settings| settings.prose = Prose::default());
    case.links.iter_mut().for_each(|link| link.prose = Prose::default());
    case.judge_off.iter_mut().for_each(|judge_off| judge_off.prose = Prose::default());
    case.digest.iter_mut().for_each(|digest| digest.prose = Prose::default());
    case.expect.iter_mut().for_each(|expect| expect.prose = Prose::default());
    case.steps.iter_mut().for_each(|step| step.prose = Prose::default());
}

/// The lines of a file in another order and with other indentation; only lines that start with one word keep theirs.
pub(super) fn scrambled(printed: &str, seed: u64) -> String {
    let mut lines = printed.lines().filter(|line| !line.is_empty());
    let mut text = format!("\t{}\r\n", lines.next().unwrap());
    let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines.rev() {
        let word = line.split(' ').next().unwrap();
        match kinds.iter_mut().find(|(kind, _)| *kind == word) {
            Some((_, lines)) => lines.push(line),
            None => kinds.push((word, vec![line])),
        }
    }
    let mut state = seed;
    while !kinds.is_empty() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let chosen = (state >> 33) as usize % kinds.len();
        if let Some(line) = kinds[chosen].1.pop() {
            text.push_str(&format!("{}{line} \t\r\n\n", " ".repeat((state >> 60) as usize)));
        } else {
            kinds.remove(chosen);
        }
    }
    text
}
