//! Rates: their bounds, and doctored states and counts that exceed them.

use quorate::MemberStatus::{Down, Up};
use quorate::{Config, Reachability};

use super::super::testing::{gossip, names, node, observed, seat};
use super::*;

fn terms(set: &[(&str, &str)]) -> Terms {
    let mut config = Config::default();
    set.iter().for_each(|(key, value)| config.set(key, value).unwrap());
    Terms::of(&config)
}

/// L10: the bound of a Poisson tail: few are allowed where hardly any are expected, and about twice as many as many.
#[test]
fn what_chance_allows_grows_with_what_is_expected() {
    assert_eq!([0.0, 1e-9, 1e-4, 1e-2].map(at_most), [0, 0, 2, 3]);
    assert!((15..40).contains(&at_most(5.0)));
    assert!(at_most(100.0) > 150);
}

/// L10: a longer pause, less loss, and fewer heartbeats an hour make marks rarer.
#[test]
fn the_rate_of_marks_follows_the_settings() {
    let rate = |set: &[(&str, &str)]| terms(set).marks_per_hour(0.01);
    let default = rate(&[]);
    assert!((default - 3600.0 * 0.0199_f64 * 0.0199 * 0.0199).abs() < 1e-9, "{default}");
    assert!(rate(&[("failure-detector.acceptable-heartbeat-pause", "5s")]) < default / 1000.0);
    assert!(rate(&[("failure-detector.acceptable-heartbeat-pause", "1s")]) > default * 1000.0);
    assert!(terms(&[]).marks_per_hour(0.001) < default / 500.0);
}

/// L11: two messages for each that is asked, and three; as often as the settings say.
#[test]
fn traffic_follows_the_settings() {
    let most = |set: &[(&str, &str)], nodes: usize| terms(set).messages_per_second(nodes).round() as u64;
    assert_eq!([1, 2, 5, 10, 1000].map(|nodes| most(&[], nodes)), [3, 5, 11, 21, 21]);
    assert_eq!(most(&[("failure-detector.monitored-by-nr-of-members", "2")], 10), 7);
    assert_eq!(most(&[("failure-detector.heartbeat-interval", "2s"), ("gossip-interval", "500ms")], 10), 15);
    let found = |sent| sent_too_much(sent, 21.0, 10, Duration::from_secs(10), "", &node("a")).is_some();
    assert!(!found(10 * 21 * 12) && found(10 * 21 * 12 + 1));
}

/// L12
#[test]
fn a_state_that_grows_beyond_members_and_removals_violates() {
    let state = gossip(&[("a", Up), ("b", Up)]);
    assert_eq!(stays_small(&seat("a", state.clone()), 0, names()), None);
    let gone = ["c", "d", "e", "f", "g", "h", "i"].map(node);
    let buried = state.remove(&gone, 1);
    assert_eq!(stays_small(&seat("a", buried.clone()), 7, names()), None);
    let finding = stays_small(&seat("a", buried), 0, names());
    assert_eq!(finding.map(|finding| finding.who), Some(vec![node("a")]));
}

/// L9, L10: only of detectors that are as patient as by default, L9 only where the resolver waits.
#[test]
fn impatient_detectors_are_not_judged() {
    assert!(terms(&[]).is_patient() && terms(&[]).waits());
    assert!(terms(&[("failure-detector.acceptable-heartbeat-pause", "5s")]).is_patient());
    for (key, value) in [
        ("failure-detector.threshold", "4"),
        ("failure-detector.acceptable-heartbeat-pause", "1s"),
        ("failure-detector.heartbeat-interval", "2s"),
        ("failure-detector.kind", "deadline"),
    ] {
        assert!(!terms(&[(key, value)]).is_patient(), "{key}");
    }
    assert!(!terms(&[("sbr.stable-after", "5s")]).waits());
}

mod whole {
    use std::sync::Arc;

    use quorate::{CommandKind, Gossip, Phase};

    use super::super::super::invariant::Invariant;
    use super::super::super::testing::{FakeNode, FakeStage};
    use super::super::super::{Event, Judge, JudgeSetup};
    use super::*;

    /// Three nodes that agree on being Up, judged by one invariant.
    struct Play {
        stage: FakeStage,
        judge: Judge,
        at: Instant,
    }

    impl Play {
        fn of(invariant: &'static Invariant) -> Self {
            let fresh = |name: &&str| FakeNode {
                me: node(name),
                config: Config::default(),
                phase: Phase::Uninitialized,
                gossip: Arc::new(Gossip::new()),
                revision: 0,
                is_running: true,
            };
            let nodes = ["a", "b", "c"].iter().map(fresh).collect();
            let asks =
                vec![vec![node("b"), node("c")], vec![node("c"), node("a")], vec![node("a"), node("b")]];
            let stage = FakeStage { nodes, asks, ..FakeStage::default() };
            let setup = JudgeSetup::none().with(invariant, true);
            let mut play = Self { stage, judge: Judge::new(setup), at: Instant::ZERO };
            for host in 0..3 {
                play.event(Some(host), Cause::Command(CommandKind::JoinSeedNodes));
                assert!(play.becomes(host, up(), Cause::Welcome).is_empty());
            }
            play
        }

        fn event(&mut self, host: Option<usize>, cause: Cause) -> Vec<&'static str> {
            let event = Event { at: self.at, index: 1, host, cause, from: None };
            let told = self.judge.after_event(&self.stage, event).err().unwrap_or_default();
            told.into_iter().map(|violation| violation.invariant.id).collect()
        }

        fn becomes(&mut self, host: usize, gossip: Gossip, cause: Cause) -> Vec<&'static str> {
            let node = &mut self.stage.nodes[host];
            (node.gossip, node.phase) = (Arc::new(gossip), Phase::Initialized);
            node.revision += 1;
            self.event(Some(host), cause)
        }

        fn later(&mut self, seconds: u64) -> Vec<&'static str> {
            self.at = self.at + Duration::from_secs(seconds);
            let told = self.judge.finish(&self.stage, self.at).err().unwrap_or_default();
            told.into_iter().map(|violation| violation.invariant.id).collect()
        }

        fn judged(&self, id: &str) -> (u64, Vec<&'static str>) {
            let row = self.judge.report().into_iter().find(|row| row.id == id).unwrap();
            (row.judged, row.assumption_failed.into_keys().collect())
        }
    }

    fn up() -> Gossip {
        gossip(&[("a", Up), ("b", Up), ("c", Up)])
    }

    /// L9
    #[test]
    fn to_down_a_node_that_runs_in_reach_violates() {
        let downed = gossip(&[("a", Up), ("b", Up), ("c", Down)]);
        let mut play = Play::of(&L9);
        assert!(play.later(1).is_empty());
        assert_eq!(play.judged("L9").0, 1);
        assert_eq!(play.becomes(0, downed.clone(), Cause::Tick), ["L9"]);
        // What is cut off, has crashed or was downed by hand is another matter.
        let mut cut = Play::of(&L9);
        cut.stage.cuts.push((0, 2));
        cut.event(None, Cause::World);
        assert!(cut.becomes(0, downed.clone(), Cause::Tick).is_empty());
        assert!(cut.later(1).is_empty());
        assert_eq!(cut.judged("L9"), (0, vec!["mild"]));
        let mut crashed = Play::of(&L9);
        crashed.stage.nodes[2].is_running = false;
        crashed.event(None, Cause::World);
        assert!(crashed.becomes(0, downed.clone(), Cause::Tick).is_empty());
        let mut told = Play::of(&L9);
        assert!(told.becomes(0, downed, Cause::Command(CommandKind::Down)).is_empty());
        assert_eq!(told.judged("L9"), (0, vec!["no-manual-down"]));
    }

    /// L10
    #[test]
    fn marks_beyond_chance_violate() {
        let mut play = Play::of(&L10);
        let marked = |table: Reachability| observed(&up(), table);
        let mut table = Reachability::new();
        for _ in 0..8 {
            table = table.unreachable(&node("a"), &node("b"));
            play.becomes(0, marked(table.clone()), Cause::Tick);
            table = table.reachable(&node("a"), &node("b"));
            play.becomes(0, marked(table.clone()), Cause::Tick);
        }
        assert_eq!(play.later(60), ["L10"]);
        let mut once = Play::of(&L10);
        once.becomes(0, marked(Reachability::new().unreachable(&node("a"), &node("b"))), Cause::Tick);
        assert!(once.later(60).is_empty());
        assert_eq!(once.judged("L10").0, 1);
    }

    /// L10, RCH-40: a detector knows addresses, so who shares one with a dead incarnation is marked with it. Who only has an earlier
    /// life behind it, that is no member any more, counts as anybody.
    #[test]
    fn who_shares_its_address_with_a_dead_incarnation_is_not_marked_by_chance() {
        let marks = |members: &[(&str, MemberStatus)]| {
            let mut play = Play::of(&L10);
            play.stage.nodes[1].me = node("b#2");
            play.event(Some(1), Cause::Command(CommandKind::JoinSeedNodes));
            play.becomes(1, gossip(members), Cause::Welcome);
            play.becomes(0, gossip(members), Cause::Gossip);
            let mut table = Reachability::new();
            for _ in 0..8 {
                table = table.unreachable(&node("a"), &node("b#2"));
                play.becomes(0, observed(&gossip(members), table.clone()), Cause::Tick);
                table = table.reachable(&node("a"), &node("b#2"));
                play.becomes(0, observed(&gossip(members), table.clone()), Cause::Tick);
            }
            play.later(60)
        };
        assert_eq!(marks(&[("a", Up), ("b#2", Up), ("c", Up)]), ["L10"]);
        assert!(marks(&[("a", Up), ("b", Up), ("b#2", Up), ("c", Up)]).is_empty());
    }

    /// L11: three nodes may send 7 messages a second each, and ten times that after a heal.
    #[test]
    fn more_traffic_than_is_needed_violates() {
        let mut play = Play::of(&L11);
        assert!(play.later(1).is_empty(), "from here on it is steady");
        play.stage.sent += 3 * 7 * 10;
        assert!(play.later(10).is_empty());
        assert_eq!(play.judged("L11").0, 1);
        play.stage.sent += 3 * 7 * 13;
        assert_eq!(play.later(10), ["L11"]);
        let mut heal = Play::of(&L11);
        heal.event(None, Cause::World);
        heal.stage.sent += 3 * 7 * 10 * 20;
        assert_eq!(heal.later(12), ["L11"]);
    }

    /// L11: what was sent before, on a link that was slow then, is answered in steady state.
    #[test]
    fn answers_to_what_comes_late_are_not_of_steady_state() {
        let traffic = |sent_at: u64| {
            let mut play = Play::of(&L11);
            assert!(play.later(2).is_empty(), "from here on it is steady");
            let from = Some((1, Instant::from_nanos(sent_at * 1_000_000_000)));
            play.at = play.at + Duration::from_secs(2);
            for _ in 0..60 {
                let event = Event { at: play.at, index: 1, host: Some(0), cause: Cause::Message, from };
                play.judge.after_event(&play.stage, event).unwrap();
            }
            play.stage.sent += 3 * 7 * 12 + 60;
            play.later(8)
        };
        assert!(traffic(1).is_empty());
        assert_eq!(traffic(3), ["L11"]);
    }

    /// R5: whom a node asks is taken from the node itself.
    #[test]
    fn a_node_that_asks_nobody_violates() {
        let r5 = Invariant::find("R5").unwrap();
        let mut play = Play::of(r5);
        assert!(play.later(1).is_empty());
        assert_eq!(play.judged("R5").0, 1);
        play.stage.asks[1].clear();
        assert_eq!(play.later(1), ["R5"]);
        let mut gone = Play::of(r5);
        gone.stage.nodes[1].is_running = false;
        gone.event(None, Cause::World);
        gone.later(1);
        assert_eq!(gone.judged("R5"), (0, vec!["same-view"]));
    }
}
