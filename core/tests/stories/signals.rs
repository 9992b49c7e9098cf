//! What an operator reads in the logs of whole lives.

use quorate::{
    Category, Command, Counters, EventKind, Level, Line, Log, MEMBER_STATUS, Marker, Output, REMOTE_ADDRESS,
};

use crate::cluster::Cluster;

/// The lines of one node, of all that it has put out, with the state that it has now.
fn lines(cluster: &Cluster, name: &str) -> Vec<Line> {
    let outputs: Vec<Output> =
        cluster.outputs.iter().filter(|one| one.0 == name).map(|one| one.1.clone()).collect();
    let mut lines = Vec::new();
    Log::default().write(&cluster.nodes[name], &outputs, &mut |line| lines.push(line));
    lines
}

/// The members that a node itself moved, and to where: `b Joining, b Up`.
fn moved(cluster: &Cluster, name: &str) -> String {
    let lines = lines(cluster, name);
    let moves = lines.iter().filter(|line| line.marker == Some(Marker::MemberChanged)).map(|line| {
        let host = line.field(REMOTE_ADDRESS).unwrap().split(':').next().unwrap().to_owned();
        host + " " + line.field(MEMBER_STATUS).unwrap()
    });
    moves.collect::<Vec<_>>().join(", ")
}

fn markers(cluster: &Cluster, name: &str) -> Vec<Marker> {
    lines(cluster, name).iter().filter_map(|line| line.marker).collect()
}

fn texts(cluster: &Cluster, name: &str) -> Vec<String> {
    lines(cluster, name).into_iter().map(|line| line.text).collect()
}

/// OBS-15, OBS-17: who performs a change tells it, step by step, and nobody else: the node that was contacted that somebody joins, the one
/// that was told to leave or to down that somebody does, the leader the rest. Leadership is told when it turns.
#[test]
fn who_performs_a_change_tells_it() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    cluster.join("a", "a");
    assert_eq!(moved(&cluster, "a"), "a Joining, a Up", "steps that its users are not told (EVT-47)");
    for name in ["b", "c", "d"] {
        cluster.start(name);
        cluster.join(name, if name == "b" { "a" } else { "b" });
        cluster.run_secs(5);
    }
    assert_eq!(moved(&cluster, "a"), "a Joining, a Up, b Joining, b Up, c Up, d Up");
    assert_eq!(moved(&cluster, "b"), "c Joining, d Joining");
    assert_eq!(moved(&cluster, "c"), "");
    let leads = |cluster: &Cluster, name| {
        texts(cluster, name).iter().filter(|text| text.contains("the leader")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(leads(&cluster, "a"), ["is now the leader"]);
    cluster.outputs.clear();
    cluster.leave("c", "d");
    cluster.run_secs(5);
    cluster.finish_exit("c");
    cluster.run_secs(5);
    assert_eq!(moved(&cluster, "d"), "c Leaving");
    assert_eq!(moved(&cluster, "a"), "c Exiting, c Removed");
    cluster.outputs.clear();
    cluster.crash("a");
    cluster.run_secs(20);
    cluster.down("a", "d");
    cluster.run_secs(10);
    assert_eq!(moved(&cluster, "d"), "a Down");
    assert_eq!(moved(&cluster, "b"), "a Removed");
    assert_eq!(leads(&cluster, "b"), ["is now the leader"]);
    assert!(leads(&cluster, "d").is_empty());
}

/// OBS-9, OBS-15: a shutdown of all: who was told moves each member that is Up, the leader does the rest.
#[test]
fn a_shutdown_of_all_moves_each_member() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.command("b", Command::PrepareForShutdown);
    cluster.run_secs(5);
    assert_eq!(moved(&cluster, "b"), "a PreparingForShutdown, b PreparingForShutdown");
    assert_eq!(moved(&cluster, "a"), "a ReadyForShutdown, b ReadyForShutdown");
}

/// OBS-13, OBS-14, LDR-2, LDR-4: the leader tells at the twentieth tick without convergence that it can't act, and once that it can
/// again. Who is told first of a member that does not answer is whoever watches it.
#[test]
fn a_leader_tells_that_it_cannot_act_and_that_it_can_again() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.cut_pair("a", "b");
    cluster.run_secs(15);
    assert_eq!(markers(&cluster, "a"), [Marker::Unreachable]);
    cluster.run_secs(15);
    assert_eq!(markers(&cluster, "a"), [Marker::Unreachable, Marker::LeaderIncapacitated]);
    cluster.cut.clear();
    cluster.run_secs(10);
    let expected =
        [Marker::Unreachable, Marker::LeaderIncapacitated, Marker::Reachable, Marker::LeaderRestored];
    assert_eq!(markers(&cluster, "a"), expected);
    // b led itself meanwhile, and never did again: losing the lead is no all-clear.
    let expected = [Marker::Unreachable, Marker::LeaderIncapacitated, Marker::Reachable];
    assert_eq!(markers(&cluster, "b"), expected);
}

/// OBS-14: fewer ticks than those after which it was told need no all-clear.
#[test]
fn a_short_hindrance_is_not_told() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.cut_pair("a", "b");
    cluster.run_secs(15);
    cluster.cut.clear();
    cluster.run_secs(20);
    assert_eq!(markers(&cluster, "a"), [Marker::Unreachable, Marker::Reachable]);
}

/// OBS-9: from the second attempt on, nobody lets it in.
#[test]
fn nobody_answers_a_joiner() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("b");
    cluster.command("b", Command::JoinSeedNodes(["a", "b"].map(crate::cluster::address).to_vec()));
    cluster.run_secs(4);
    assert_eq!(markers(&cluster, "b"), []);
    cluster.run_secs(12);
    assert!(markers(&cluster, "b").contains(&Marker::JoinFailed));
}

/// OBS-12: late with its own heartbeats by a whole interval, and told once.
#[test]
fn a_starved_node_says_so() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let late = cluster.now + std::time::Duration::from_secs(4);
    cluster.now = late;
    cluster.give("a", quorate::InputKind::Tick);
    cluster.run_secs(5);
    let starved = markers(&cluster, "a");
    assert_eq!(starved.iter().filter(|marker| **marker == Marker::HeartbeatStarvation).count(), 1);
}

/// DC-52, OBS-18: that heartbeats to other data centres have begun is told once, of the gossip of who sends them.
#[test]
fn heartbeats_across_are_told_once() {
    let mut cluster = Cluster::new(&[]);
    for (name, data_center) in [("a", "east"), ("b", "west")] {
        cluster.start_in(name, data_center);
        cluster.join(name, "a");
        cluster.run_secs(20);
    }
    let begun = lines(&cluster, "a");
    let begun: Vec<&Line> = begun.iter().filter(|line| line.text.contains("have begun")).collect();
    assert_eq!(begun.len(), 1);
    assert_eq!((begun[0].level, begun[0].category), (Level::Info, Category::Heartbeat));
    assert!(begun[0].to_string().starts_with("Cluster Node [a:1] dc [east] - "));
}

/// Counts are a function of what went in: two equal lives, equal counts, and each what its outputs say.
#[test]
fn counts_of_equal_lives_are_equal() {
    let life = || {
        let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
        cluster.crash("c");
        cluster.run_secs(20);
        let mut counters = Counters::default();
        cluster.outputs.iter().for_each(|one| counters.count(std::slice::from_ref(&one.1)));
        let unreachable = |output: &Output| matches!(output, Output::Event(event) if event.kind() == EventKind::UnreachableMember);
        let told = cluster.outputs.iter().filter(|one| unreachable(&one.1)).count();
        assert_eq!(counters.events(EventKind::UnreachableMember), told as u64);
        assert_eq!(told, 2);
        counters
    };
    assert_eq!(life(), life());
}

/// SBR-86: the last decision explains itself, also once the node has ended; where nobody was lost, there is none.
#[test]
fn the_last_decision_can_be_asked_after() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("downing", "sbr")]);
    let why = |cluster: &Cluster, name: &str| cluster.nodes[name].why(&quorate::Question::LastDecision);
    cluster.run_secs(60);
    assert_eq!(why(&cluster, "a"), []);
    cluster.cut_pair("a", "c");
    cluster.cut_pair("b", "c");
    cluster.run_secs(60);
    for (name, decision) in
        [("a", quorate::Decision::DownUnreachable), ("c", quorate::Decision::DownReachable)]
    {
        let reasons = why(&cluster, name);
        let [quorate::Why::Decided { record, .. }] = &reasons[..] else { panic!("{name}: {reasons:?}") };
        assert_eq!(record.decision, decision, "{name}");
    }
    assert!(cluster.stopped("c").is_some());
    assert_eq!(cluster.nodes["c"].why(&quorate::Question::NotConverged), [quorate::Why::Ended]);
}
