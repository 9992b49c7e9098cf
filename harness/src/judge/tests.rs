//! The judge as a whole, on worlds that the test makes up.

use std::sync::Arc;
use std::time::Duration;

use quorate::MemberStatus::{self, Down, Exiting, Joining, Up};
use quorate::{CommandKind, Config, Gossip, Instant, Member, Phase, Reachability};

use super::testing::{FakeNode, FakeStage, all_seen, counted, exact, gossip, member, node, observed};
use super::*;

/// Nodes whose states the test sets, judged event by event.
struct Play {
    stage: FakeStage,
    judge: Judge,
    at: Instant,
    index: u64,
}

/// The invariants that the made-up states of this file keep, but where they are to be broken.
fn few() -> JudgeSetup {
    let ids = ["M2", "M3", "M4", "V1", "V2", "R1", "C2", "C3", "C6", "S1", "L1"];
    let few = ids.into_iter().filter_map(Invariant::find);
    few.fold(JudgeSetup::none(), |setup, invariant| setup.with(invariant, true))
}

type Told = Vec<(&'static str, Vec<String>)>;

impl Play {
    fn new(names: &[&str], setup: JudgeSetup) -> Self {
        let nodes = names.iter().map(|name| fresh(name)).collect();
        let stage = FakeStage { nodes, ..FakeStage::default() };
        let mut play = Self { stage, judge: Judge::new(setup), at: Instant::ZERO, index: 0 };
        for host in 0..names.len() {
            assert_eq!(play.event(host, Cause::Command(CommandKind::JoinSeedNodes)), []);
        }
        play
    }

    /// All nodes agree on being Up.
    fn formed(names: &[&str]) -> Self {
        let mut play = Self::new(names, few());
        let list: Vec<_> = names.iter().map(|name| (*name, Up)).collect();
        for host in 0..names.len() {
            assert_eq!(play.becomes(host, gossip(&list), Cause::Welcome), []);
        }
        play
    }

    fn later(&mut self, seconds: u64) {
        self.at = self.at + Duration::from_secs(seconds);
    }

    fn tell(result: Result<(), Vec<Violation>>) -> Told {
        let told = result.err().unwrap_or_default();
        told.into_iter().map(|violation| (violation.invariant.id, violation.who)).collect()
    }

    fn happens(&mut self, host: Option<usize>, cause: Cause) -> Told {
        self.index += 1;
        let event = Event { at: self.at, index: self.index, host, cause, from: None };
        Self::tell(self.judge.after_event(&self.stage, event))
    }

    fn event(&mut self, host: usize, cause: Cause) -> Told {
        self.happens(Some(host), cause)
    }

    fn finish(&mut self) -> Told {
        Self::tell(self.judge.finish(&self.stage, self.at))
    }

    /// A node is given another state.
    fn becomes(&mut self, host: usize, gossip: Gossip, cause: Cause) -> Told {
        let node = &mut self.stage.nodes[host];
        (node.gossip, node.phase) = (Arc::new(gossip), Phase::Initialized);
        node.revision += 1;
        self.event(host, cause)
    }

    fn report(&self, id: &str) -> Judged {
        self.judge.report().into_iter().find(|row| row.id == id).unwrap()
    }
}

fn fresh(name: &str) -> FakeNode {
    FakeNode {
        me: node(name),
        config: exact(),
        phase: Phase::Uninitialized,
        gossip: Arc::new(Gossip::new()),
        revision: 0,
        is_running: true,
    }
}

fn up(names: &[&str]) -> Gossip {
    gossip(&names.iter().map(|name| (*name, Up)).collect::<Vec<_>>())
}

/// A state of a and b that b has not seen.
fn news(counts: &[(&str, u64)]) -> Gossip {
    counted(&up(&["a", "b"]), counts).only_seen(&node("a"))
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).into()).collect()
}

/// INV-1: a doctored state of each kind is found by the judge as a whole, and only as what it is.
#[test]
fn each_invariant_of_one_node_is_judged_when_its_revision_moved() {
    let mut play = Play::formed(&["a", "b"]);
    assert_eq!(
        play.becomes(0, gossip(&[("a", Up), ("b", Joining)]), Cause::Tick),
        [("M2", names(&["a", "b"])), ("V1", names(&["a"])),]
    );
    let mut play = Play::formed(&["a", "b"]);
    assert_eq!(play.becomes(0, up(&["a"]), Cause::Gossip), []);
    assert_eq!(play.becomes(0, up(&["a", "b"]), Cause::Gossip), [("M4", names(&["a", "b"]))]);
    assert_eq!(play.becomes(0, news(&[("b", 3)]), Cause::Gossip), []);
    assert_eq!(play.becomes(0, news(&[("b", 2)]), Cause::Gossip), [("V2", names(&["a", "b"]))]);
    let table = Reachability::new().unreachable(&node("b"), &node("a"));
    let state = observed(&news(&[("a", 1), ("b", 2)]), table);
    assert_eq!(play.becomes(0, state, Cause::Tick), [("R1", names(&["a", "b"]))]);
    let state = counted(&gossip(&[("a", Up), ("b", Exiting)]), &[("a", 2), ("b", 2)]);
    assert!(play.becomes(0, state, Cause::Join).contains(&("C6", names(&["a", "b"]))));
    let mut play = Play::formed(&["a", "b"]);
    let state = counted(&up(&["a", "b"]), &[("b", 3)]);
    assert_eq!(play.becomes(0, state, Cause::Gossip), [("C2", names(&["a", "b"]))]);
}

/// INV-1: what did not move the revision is not looked at, however wrong it is.
#[test]
fn an_event_that_left_the_revision_is_not_judged() {
    let mut play = Play::formed(&["a", "b"]);
    let judged = play.report("V1").judged;
    play.stage.nodes[0].gossip = Arc::new(gossip(&[("a", Up), ("b", Joining)]));
    assert_eq!(play.event(0, Cause::Tick), []);
    assert_eq!(play.report("V1").judged, judged);
}

/// INV-1: a restarted node may come to the very revision that the one before it had.
#[test]
fn a_new_incarnation_begins_anew_even_at_the_same_revision() {
    let mut play = Play::formed(&["a", "b"]);
    assert_eq!(play.becomes(0, up(&["a"]), Cause::Gossip), []);
    let revision = play.stage.nodes[0].revision;
    play.stage.nodes[0] = FakeNode { revision: revision - 1, ..fresh("a#2") };
    assert_eq!(play.becomes(0, gossip(&[("a#2", Up), ("b", Up)]), Cause::Welcome), []);
    assert_eq!(play.stage.nodes[0].revision, revision);
}

/// INV-1: what is not asserted is neither judged nor told.
#[test]
fn an_invariant_that_is_left_out_is_silent() {
    let mut play = Play::formed(&["a", "b"]);
    play.judge = Judge::new(few().with(Invariant::find("M4").unwrap(), false));
    for state in [up(&["a", "b"]), up(&["a"]), up(&["a", "b"])] {
        assert_eq!(play.becomes(0, state, Cause::Gossip), []);
    }
    let row = play.report("M4");
    assert_eq!((row.asserted, row.judged), (false, 0));
    let left_out: Vec<_> = INVARIANTS
        .iter()
        .filter(|i| !JudgeSetup::without_known_defects().asserted[i.place])
        .map(|i| i.id)
        .collect();
    assert_eq!(
        left_out,
        [
            "M1", "M3", "M4", "M7", "M10", "V3", "V5", "C4", "C6", "E1", "S1", "S11", "L1", "L2", "L6", "L7",
            "L8"
        ]
    );
}

/// M4: its assumptions.
#[test]
fn a_removed_observer_or_an_old_run_is_no_judge_of_who_came_back() {
    let returns = |play: &mut Play| {
        let of_m4 = |told: Told| told.into_iter().filter(|(id, _)| *id == "M4").collect::<Told>();
        assert_eq!(of_m4(play.becomes(0, up(&["a", "c"]), Cause::Gossip)), []);
        of_m4(play.becomes(0, up(&["a", "b", "c"]), Cause::Gossip))
    };
    let mut play = Play::formed(&["a", "b", "c"]);
    assert_eq!(play.becomes(2, up(&["b", "c"]), Cause::Gossip), []);
    assert_eq!(returns(&mut play), []);
    assert_eq!(play.report("M4").assumption_failed, [("observer-not-removed", 1)].into());
    let mut play = Play::formed(&["a", "b", "c"]);
    play.later(24 * 60 * 60);
    assert_eq!(returns(&mut play), []);
    assert_eq!(play.report("M4").assumption_failed, [("tombstones-kept", 1)].into());
}

fn cut_in_two(play: &mut Play) {
    play.stage.cuts = vec![(0, 1), (1, 0)];
    assert_eq!(play.happens(None, Cause::World), []);
}

fn down(play: &mut Play, host: usize, list: &[(&str, MemberStatus)]) -> Told {
    let told = play.becomes(host, gossip(list), Cause::Gossip);
    told.into_iter().filter(|(id, _)| *id == "S1").collect()
}

fn split(play: &mut Play) -> Told {
    assert_eq!(down(play, 0, &[("a", Up), ("b", Down)]), []);
    down(play, 1, &[("a", Down), ("b", Up)])
}

/// S1
#[test]
fn a_split_after_a_clean_partition_is_a_violation() {
    let mut play = Play::formed(&["a", "b"]);
    play.later(10);
    cut_in_two(&mut play);
    play.later(30);
    assert_eq!(split(&mut play), [("S1", names(&["b", "a"]))]);
}

/// S1: each of its assumptions, and that it is counted.
#[test]
fn a_split_after_what_the_strategy_does_not_promise_is_excused() {
    let excuse = |play: &mut Play| {
        assert_eq!(split(play), []);
        let row = play.report("S1");
        assert_eq!(row.judged, 0);
        row.assumption_failed.into_keys().collect::<Vec<_>>()
    };
    let mut one_way = Play::formed(&["a", "b"]);
    one_way.stage.cuts = vec![(0, 1)];
    assert_eq!(one_way.happens(None, Cause::World), []);
    assert_eq!(excuse(&mut one_way), ["clean-partition"]);
    let counted_as = one_way.judge.unclean_splits();
    assert!(counted_as.faced && counted_as.split, "S2 counts what S1 does not judge");

    let mut by_hand = Play::formed(&["a", "b"]);
    cut_in_two(&mut by_hand);
    assert_eq!(by_hand.event(0, Cause::Command(CommandKind::Down)), []);
    assert_eq!(excuse(&mut by_hand), ["no-manual-down"]);
    assert!(!by_hand.judge.unclean_splits().faced);

    let mut leaving = Play::formed(&["a", "b"]);
    assert_eq!(
        leaving.becomes(0, counted(&gossip(&[("a", Up), ("b", Joining)]), &[("b", 1)]), Cause::Gossip),
        []
    );
    cut_in_two(&mut leaving);
    assert_eq!(excuse(&mut leaving), ["little-in-flight"]);

    let mut differing = Play::new(&["a", "b"], few());
    differing.stage.nodes[1] = FakeNode { config: Config::pekko(), ..fresh("b#2") };
    assert_eq!(differing.event(1, Cause::Command(CommandKind::JoinSeedNodes)), []);
    assert_eq!(differing.becomes(0, gossip(&[("a", Up), ("b#2", Up)]), Cause::Welcome), []);
    assert_eq!(differing.becomes(1, gossip(&[("a", Up), ("b#2", Up)]), Cause::Welcome), []);
    assert_eq!(down(&mut differing, 0, &[("a", Up), ("b#2", Down)]), []);
    assert!(differing.report("S1").assumption_failed.contains_key("resolver-on"));
}

/// S1: a second fault before anybody has noticed the first, which still goes on.
#[test]
fn a_fault_of_a_network_that_is_cut_already_is_a_second_one() {
    let mut play = Play::formed(&["a", "b", "c"]);
    play.later(10);
    play.stage.cuts = vec![(0, 1)];
    assert_eq!(play.happens(None, Cause::World), []);
    play.later(3);
    play.stage.cuts = [(0, 1), (1, 0), (1, 2), (2, 1)].to_vec();
    assert_eq!(play.happens(None, Cause::World), []);
    assert_eq!(split(&mut play), []);
    assert!(play.report("S1").assumption_failed.contains_key("clean-partition"));
}

/// L4, JOIN-73: who asks to be let in downs the earlier incarnation of its own address, and nobody else.
#[test]
fn a_joiner_is_awaited_until_its_own_address_asks_anew() {
    let downed_by = |asker: usize| {
        let l4 = Invariant::find("L4").unwrap();
        let mut play = Play::new(&["a", "b", "c"], JudgeSetup::none().with(l4, true));
        for host in [0, 1] {
            assert_eq!(play.becomes(host, up(&["a", "b"]), Cause::Welcome), []);
        }
        assert_eq!(play.becomes(0, gossip(&[("a", Up), ("b", Up), ("c", Joining)]), Cause::Join), []);
        play.later(1);
        let node = &mut play.stage.nodes[0];
        node.gossip = Arc::new(gossip(&[("a", Up), ("b", Up), ("c", Down)]));
        node.revision += 1;
        let asks = Event {
            at: play.at,
            index: play.index,
            host: Some(0),
            cause: Cause::Join,
            from: Some((asker, play.at)),
        };
        assert_eq!(Play::tell(play.judge.after_event(&play.stage, asks)), []);
        play.later(120);
        let ids: Vec<_> = play.finish().into_iter().map(|(id, _)| id).collect();
        (ids, play.report("L4").assumption_failed.contains_key("not-replaced"))
    };
    assert_eq!(downed_by(2), (vec![], true));
    assert_eq!(downed_by(1), (vec!["L4"], false));
}

/// L4, CNV-6: the time of a joiner goes on when somebody has heard late that it is Up, and not while that one or another has not.
#[test]
fn a_joiner_waits_for_who_is_up_and_has_not_heard_of_it() {
    let late = |w: MemberStatus| {
        let l4 = Invariant::find("L4").unwrap();
        let mut play = Play::new(&["a", "x", "w"], JudgeSetup::none().with(l4, true));
        let state = |list: &[_]| gossip(&[&[("a", Up), ("w", w)], list].concat());
        assert_eq!(play.becomes(0, state(&[]), Cause::Welcome), []);
        assert_eq!(play.becomes(0, state(&[("x", Joining)]), Cause::Join), []);
        assert_eq!(play.becomes(1, state(&[("x", Joining)]), Cause::Welcome), []);
        let mut found = vec![];
        for _ in 0..2 {
            play.later(120);
            found.push(play.finish().len());
        }
        play.later(15);
        found.push(play.becomes(2, state(&[("x", Joining)]), Cause::Welcome).len());
        play.later(20);
        found.push(play.finish().len());
        play.later(100);
        found.push(play.finish().len());
        found
    };
    assert_eq!(late(Up), [0, 0, 0, 0, 1]);
    assert_eq!(late(Joining), [1, 0, 0, 0, 0], "nobody waits for w");
}

/// S1: a second fault before the first was dealt with.
#[test]
fn a_split_after_staggered_faults_is_excused_until_all_agree_again() {
    let mut play = Play::formed(&["a", "b", "c"]);
    play.later(10);
    play.stage.nodes[2].is_running = false;
    assert_eq!(play.happens(Some(2), Cause::World), []);
    play.later(3);
    cut_in_two(&mut play);
    assert_eq!(split(&mut play), []);
    assert_eq!(play.report("S1").assumption_failed, [("clean-partition", 2)].into());
    play.stage.cuts.clear();
    assert_eq!(play.happens(None, Cause::World), []);
    for host in [0, 1] {
        play.becomes(host, counted(&up(&["a", "b"]), &[("a", 9)]), Cause::Gossip);
    }
    assert_eq!(play.finish(), []);
    cut_in_two(&mut play);
    assert_eq!(split(&mut play), [("S1", names(&["b", "a"]))]);
}

/// L1
#[test]
fn nodes_that_do_not_agree_in_time_violate_and_those_that_do_are_judged_sound() {
    let mut play = Play::formed(&["a", "b"]);
    play.later(9);
    assert_eq!(play.event(0, Cause::Tick), []);
    assert_eq!(play.report("L1").judged, 0);
    play.later(1);
    assert_eq!(play.event(0, Cause::Tick), []);
    assert_eq!(play.report("L1").judged, 1);
    assert_eq!(play.becomes(0, news(&[("b", 1)]), Cause::Gossip), []);
    assert_eq!(play.finish(), [("L1", names(&["a", "b"]))]);
}

/// L1: the bound is noticed at the first event after it, and told with that event.
#[test]
fn the_bound_is_judged_as_soon_as_it_has_passed() {
    let mut play = Play::formed(&["a", "b"]);
    assert_eq!(play.becomes(0, gossip(&[("a", Up), ("b", Joining)]), Cause::Gossip), []);
    play.later(9);
    assert_eq!(play.event(1, Cause::Message), []);
    play.later(1);
    assert_eq!(play.event(1, Cause::Message), [("L1", names(&["a", "b"]))]);
}

/// L1: what its time is counted from.
#[test]
fn commands_trouble_and_dead_members_stop_the_clock_of_the_bound() {
    let mut play = Play::formed(&["a", "b"]);
    let table = Reachability::new().unreachable(&node("a"), &node("b"));
    assert_eq!(play.becomes(0, observed(&up(&["a", "b"]), table), Cause::Tick).len(), 1, "V1: not counted");
    play.later(60);
    assert_eq!(play.finish(), []);
    assert_eq!(play.becomes(0, up(&["a", "b"]), Cause::Gossip).len(), 1, "R1: its own row");
    play.later(9);
    assert_eq!(play.event(0, Cause::Command(CommandKind::Leave)), []);
    play.later(9);
    assert_eq!(play.finish(), []);
    play.stage.nodes[1].is_running = false;
    assert_eq!(play.happens(Some(1), Cause::World), []);
    play.later(60);
    assert_eq!(play.finish(), []);
    assert_eq!(play.report("L1").judged, 0);
    assert!(play.report("L1").assumption_failed["quiet-since"] >= 3);
    assert_eq!(play.becomes(0, up(&["a"]), Cause::Gossip), []);
    play.later(8);
    assert_eq!(play.finish(), []);
    assert_eq!(play.report("L1").judged, 1);
}

/// L1: zombies are left out, and so is everything while the network is cut.
#[test]
fn a_removed_node_and_a_cut_network_are_no_matter_of_the_bound() {
    let mut play = Play::formed(&["a", "b"]);
    assert_eq!(play.becomes(0, counted(&up(&["a"]), &[("b", 1)]), Cause::Gossip), []);
    play.later(10);
    assert_eq!(play.finish(), []);
    assert_eq!(play.report("L1").judged, 1);
    let mut play = Play::formed(&["a", "b"]);
    cut_in_two(&mut play);
    assert_eq!(play.becomes(0, news(&[("b", 1)]), Cause::Gossip), []);
    play.later(10);
    assert_eq!(play.finish(), []);
    assert_eq!(play.report("L1").assumption_failed["faults-off"], 1);
}

/// INV-1: all that needs no change is judged every max(1024, 64 N) events.
#[test]
fn everybody_is_judged_again_now_and_then() {
    let mut play = Play::formed(&["a", "b"]);
    let judged = play.report("M3").judged;
    for _ in 0..2 * FULL_EVENTS_MIN {
        assert_eq!(play.event(0, Cause::Message), []);
    }
    assert_eq!(play.report("M3").judged, judged + 4);
}

/// X2: the assumption `rest-outlasts-leaves`, both ways.
#[test]
fn a_leaver_that_is_downed_violates_unless_one_was_missed_and_a_resolver_waits_too_short() {
    let is_downed = |stable_after: u64, is_missed: bool| {
        let x2 = JudgeSetup::none().with(Invariant::find("X2").unwrap(), true);
        let mut play =
            Play { stage: FakeStage::default(), judge: Judge::new(x2), at: Instant::ZERO, index: 0 };
        let mut config = Config::default();
        config.sbr.stable_after = Duration::from_secs(stable_after);
        let names = ["a", "b", "c"];
        play.stage.nodes =
            names.iter().map(|name| FakeNode { config: config.clone(), ..fresh(name) }).collect();
        for host in 0..3 {
            assert_eq!(play.event(host, Cause::Command(CommandKind::JoinSeedNodes)), []);
            assert_eq!(play.becomes(host, up(&names), Cause::Welcome), []);
        }
        let leaving = |status| gossip(&[("a", Up), ("b", status), ("c", Up)]);
        let leave = Cause::Command(CommandKind::Leave);
        assert_eq!(play.becomes(0, leaving(MemberStatus::Leaving), leave), []);
        let table = Reachability::new().unreachable(&node("a"), &node("c"));
        if is_missed {
            assert_eq!(play.becomes(0, observed(&leaving(Exiting), table), Cause::Tick), []);
        }
        let told = play.becomes(0, leaving(Down), Cause::Tick);
        (!told.is_empty(), play.report("X2").assumption_failed.contains_key("rest-outlasts-leaves"))
    };
    assert_eq!(is_downed(20, false), (true, false));
    assert_eq!(is_downed(20, true), (true, false), "nobody decides before all agree");
    assert_eq!(is_downed(3, false), (true, false), "there was nothing to decide");
    assert_eq!(is_downed(3, true), (false, true));
}

fn only_u3(names: &[&str]) -> Play {
    Play::new(names, JudgeSetup::none().with(Invariant::find("U3").unwrap(), true))
}

/// U3: the assumption `same-side`, both ways. b moves c to Up and a hears of it; c has not, and takes the next number itself, having
/// heard of b what is given here.
#[test]
fn a_newcomer_that_is_numbered_twice_violates_unless_the_first_giver_was_given_up() {
    let numbered = |b: Option<MemberStatus>, c: Option<i32>| {
        let newcomer = Member::joining(node("c"), Default::default(), Default::default());
        let newcomer = c.map_or(newcomer.clone(), |number| newcomer.up_with(number).unwrap());
        let state = gossip(&[("a", Up), ("b", b.unwrap_or(Up))]).add(newcomer);
        all_seen(if b.is_some() { state } else { state.remove(&[node("b")], 0) })
    };
    let told = |b: Option<MemberStatus>| {
        let mut play = only_u3(&["a", "b", "c"]);
        for host in 0..3 {
            assert_eq!(play.becomes(host, numbered(Some(Up), None), Cause::Welcome), []);
        }
        assert_eq!(play.becomes(1, numbered(Some(Up), Some(3)), Cause::Tick), []);
        assert_eq!(play.becomes(0, numbered(Some(Up), Some(3)), Cause::Gossip), []);
        assert_eq!(play.becomes(2, numbered(b, None), Cause::Gossip), []);
        let told = play.becomes(2, numbered(b, Some(4)), Cause::Tick);
        (told, play.report("U3").assumption_failed.get("same-side").copied())
    };
    assert_eq!(told(Some(Up)), (vec![("U3", names(&["c", "c"]))], None));
    assert_eq!(told(Some(Down)), (vec![], Some(1)));
    assert_eq!(told(None), (vec![], Some(1)));
}

/// U3, RUN-7: of numbers that nobody saw given, those tell which sides they are of who have them.
#[test]
fn numbers_from_before_what_is_judged_violate_unless_one_view_has_given_up_the_other() {
    let told = |a: MemberStatus| {
        let mut play = only_u3(&["a", "b"]);
        let state = |a, b: i32| all_seen(gossip(&[("a", a)]).add(member("b", Up).up_with(b).unwrap()));
        assert_eq!(play.becomes(0, state(Up, 2), Cause::Welcome), []);
        let told = play.becomes(1, state(a, 3), Cause::Welcome);
        (told, play.report("U3").assumption_failed.get("same-side").copied())
    };
    assert_eq!(told(Up), (vec![("U3", names(&["b", "b"]))], None));
    assert_eq!(told(Down), (vec![], Some(1)));
}
