//! What Pekko's own tests of whole nodes pin, row by row (part 05, sections 6.3 and 6.4), as far as no other story tells it.

use quorate::{
    ClusterEvent, Command, Level, Log, MemberStatus, Message, Output, Rejection, StopReason, Target,
};

use crate::cluster::{Cluster, address, join, rejection};

/// What a node told of one member, and nothing else.
fn life(cluster: &Cluster, of: &str) -> String {
    let about = format!("({of}");
    let told = cluster.events(of);
    let one = told.split(' ').filter(|event| event.contains(&about));
    one.collect::<Vec<_>>().join(" ")
}

/// EVT-47, EVT-70, LIFE-60: leaving, also while Joining, and downing itself: each way from the first event to the last, and what the host is told.
#[test]
fn a_lone_node_tells_its_whole_way() {
    let me = || Target::Address(address("a"));
    for (minimum, command, told, why) in [
        ("1", Command::Leave(me()), "Up(a) Left(a) Exited(a) Removed(a,exiting)", StopReason::Left),
        ("2", Command::Leave(me()), "Joined(a) Left(a) Exited(a) Removed(a,exiting)", StopReason::Left),
        ("1", Command::Down(me()), "Up(a) Downed(a) Removed(a,down)", StopReason::Downed),
    ] {
        let mut cluster = Cluster::new(&[("min-nr-of-members", minimum)]);
        cluster.start("a");
        cluster.join("a", "a");
        cluster.run_secs(3);
        cluster.command("a", command);
        cluster.run_secs(5);
        if cluster.told("a", |output| matches!(output, Output::StartExitTasks { .. })) {
            cluster.finish_exit("a");
            cluster.run_secs(5);
        }
        assert_eq!((&*life(&cluster, "a"), cluster.stopped("a")), (told, Some(why)));
    }
}

/// OBS-3, OBS-4, OBS-17, OBS-19: one line when a node begins to lead and one when it ends; events only if they are asked for.
#[test]
fn a_log_tells_once_who_leads() {
    for (verbose, events) in [("off", 0), ("on", 1)] {
        let mut cluster = Cluster::new(&[("log-info-verbose", verbose)]);
        cluster.start("a");
        cluster.join("a", "a");
        cluster.run_secs(3);
        cluster.down("a", "a");
        cluster.run_secs(5);
        let outputs: Vec<Output> = cluster.outputs.iter().map(|one| one.1.clone()).collect();
        let mut texts = Vec::new();
        Log::default().write(&cluster.nodes["a"], &outputs, &mut |line| texts.push(line.text));
        let count = |part: &str| texts.iter().filter(|text| text.contains(part)).count();
        assert_eq!((count("is now the leader"), count("is no longer the leader")), (1, 1), "{texts:?}");
        assert_eq!((count("event MemberUp"), count("event MemberDowned")), (events, events), "{texts:?}");
    }
}

/// JOIN-72, API-1: whoever joins a node that is no member stays out, as that one does; a member that joins again is a member as before.
#[test]
fn joining_a_node_that_is_no_member_or_again_tells_nothing() {
    let mut cluster = Cluster::new(&[]);
    ["a", "b"].iter().for_each(|name| cluster.start(name));
    cluster.join("b", "a");
    cluster.run_secs(3);
    assert_eq!((&*cluster.view("a"), &*cluster.view("b")), ("", ""));
    cluster.join("a", "a");
    cluster.join("b", "a");
    cluster.run_secs(10);
    cluster.outputs.clear();
    assert_eq!(rejection(&cluster.join("b", "a")), Some(&Rejection::AlreadyMember));
    cluster.receive("a", "b", join());
    cluster.run_secs(5);
    assert_eq!((&*cluster.events("a"), &*cluster.events("b")), ("", ""));
    assert_eq!(cluster.view("b"), "a up, b up");
}

/// VIEW-15, VIEW-16: a cluster of one is a singleton, one of two is not, and it is one again, led by who is left, when the other was removed.
#[test]
fn a_cluster_is_a_singleton_while_it_has_one_member() {
    let mut cluster = Cluster::new(&[]);
    let is = |cluster: &Cluster| {
        let view = cluster.nodes["b"].view();
        (view.is_singleton_cluster(), view.is_leader())
    };
    ["a", "b"].iter().for_each(|name| cluster.start(name));
    assert_eq!(is(&cluster), (false, false));
    cluster.join("b", "b");
    assert_eq!(is(&cluster), (true, true));
    cluster.join("a", "b");
    cluster.run_secs(5);
    assert_eq!(is(&cluster), (false, false), "a comes first");
    cluster.crash("a");
    cluster.run_secs(10);
    cluster.down("a", "b");
    cluster.run_secs(5);
    assert_eq!(is(&cluster), (true, true));
    cluster.leave("b", "b");
    cluster.run_secs(5);
    cluster.finish_exit("b");
    assert_eq!(cluster.stopped("b"), Some(StopReason::Left));
}

/// VIEW-15, CNV-15: the lowest address leads, and after it is lost and downed the next, twice.
#[test]
fn the_lowest_address_that_is_left_leads() {
    let mut names = vec!["a", "b", "c", "d"];
    let mut cluster = Cluster::formed(&names, &[]);
    for _ in 0..2 {
        for name in &names {
            assert_eq!(cluster.nodes[*name].view().is_leader(), *name == names[0], "{name} of {names:?}");
        }
        let lost = names.remove(0);
        cluster.crash(lost);
        cluster.run_secs(10);
        cluster.down(lost, "d");
        cluster.run_secs(10);
    }
    assert!(cluster.nodes["c"].view().is_leader());
    assert_eq!(cluster.view("d"), "c up, d up");
}

/// OBS-34, GSP-80: who has seen a state, step by step, and what was counted; the last gossip of a member that was downed makes it one of those
/// who have seen.
#[test]
fn a_downed_member_is_among_those_who_have_seen() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("publish-stats-interval", "10s")]);
    let seen = |cluster: &Cluster, at: &str| -> Vec<String> {
        cluster.nodes[at].gossip().seen().map(|node| node.address.host().to_owned()).collect()
    };
    assert_eq!(seen(&cluster, "a"), ["a", "b", "c"]);
    let received = |cluster: &Cluster| cluster.nodes["a"].gossip_statistics().received;
    let (before, state) = (received(&cluster), cluster.nodes["b"].gossip().clone());
    cluster.receive("a", "b", Message::Gossip { gossip: state });
    assert_eq!(received(&cluster), before + 1);
    cluster.down("c", "b");
    assert_eq!(cluster.stopped("c"), Some(StopReason::Downed));
    assert_eq!(cluster.status("c", "a"), MemberStatus::Down);
    assert!(seen(&cluster, "b").contains(&"c".into()), "{:?}", seen(&cluster, "b"));
}

/// Nodes of data centres that their first letters name.
fn in_data_centres(names: &[&str], settings: &[(&str, &str)]) -> Cluster {
    let mut cluster = Cluster::new(settings);
    for name in names {
        cluster.start_in(name, &name[..1]);
        cluster.join(name, names[0]);
        cluster.run_secs(12);
    }
    cluster.outputs.clear();
    cluster
}

/// DC-49, DC-52, DC-55: who knows one member of another data centre that is Up asks it, with heartbeats that are numbered from one on.
#[test]
fn heartbeats_across_are_numbered_from_one_on() {
    let mut cluster = Cluster::new(&[]);
    for name in ["a1", "b1"] {
        cluster.start_in(name, &name[..1]);
        cluster.join(name, "a1");
        cluster.run_secs(20);
    }
    let sequences = cluster.outputs.iter().filter_map(|(at, output)| match output {
        Output::Send(envelope) if at == "a1" => match envelope.message {
            Message::Heartbeat { sequence, .. } => Some(sequence),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(sequences.take(3).collect::<Vec<_>>(), [1, 2, 3]);
}

/// DC-13, DC-25: while one data centre is split, another lets a member go all the same, with one member of each that talks across as with all.
#[test]
fn a_split_elsewhere_keeps_nobody_from_leaving() {
    for connections in ["5", "1"] {
        let settings = [("multi-data-center.cross-data-center-connections", connections)];
        let mut cluster = in_data_centres(&["a1", "a2", "b1", "b2"], &settings);
        assert_eq!(cluster.view("b2"), "a1 up, a2 up, b1 up, b2 up");
        cluster.cut_pair("a1", "a2");
        cluster.run_secs(15);
        assert_eq!(cluster.nodes["a1"].view().unreachable_inside().count(), 1);
        cluster.leave("b2", "b2");
        cluster.run_secs(10);
        cluster.finish_exit("b2");
        cluster.run_secs(10);
        assert_eq!(cluster.view("b1"), "a1 up, a2 up, b1 up", "{connections}");
    }
}

/// DC-69, SBR-85: a resolver counts and downs members of its own data centre only, by every strategy; of another data centre that can't be reached
/// one line of warning is all.
#[test]
fn a_resolver_looks_at_its_own_data_centre_only() {
    let names = ["a1", "a2", "a3", "b1", "b2"];
    for (strategy, lost, here) in [
        ("keep-majority", &["a2"][..], "a1 up, a3 up, b1 up, b2 up"),
        ("keep-majority", &["a2", "a3"], ""),
        ("keep-oldest", &["a2"], "a1 up, a3 up, b1 up, b2 up"),
        ("keep-oldest", &["a2", "a3"], ""),
        ("down-all", &["a2"], ""),
    ] {
        let settings = [("downing", "sbr"), ("sbr.strategy", strategy), ("sbr.stable-after", "20s")];
        let mut cluster = in_data_centres(&names, &settings);
        let others = ["b1", "b2"].iter().chain(lost).copied();
        for other in others {
            ["a1", "a3"]
                .iter()
                .filter(|name| !lost.contains(name))
                .for_each(|name| cluster.cut_pair(name, other));
        }
        cluster.run_secs(60);
        let told = |name: &str| {
            let outputs: Vec<Output> =
                cluster.outputs.iter().filter(|one| one.0 == name).map(|one| one.1.clone()).collect();
            let mut warnings = 0;
            Log::default().write(&cluster.nodes[name], &outputs, &mut |line| {
                let is_it =
                    line.level == Level::Warning && line.text.contains("data centre b is unreachable");
                warnings += usize::from(is_it);
            });
            warnings
        };
        assert_eq!(told("a1"), 1, "{strategy} {lost:?}");
        let downed = cluster.outputs.iter().filter_map(|(_, output)| match output {
            Output::Event(ClusterEvent::MemberDowned(member)) => Some(member.address().host().to_owned()),
            _ => None,
        });
        assert!(downed.into_iter().all(|host| host.starts_with('a')), "{strategy} {lost:?}");
        if here.is_empty() {
            assert_eq!(cluster.stopped("a1"), Some(StopReason::Downed), "{strategy} {lost:?}");
        } else {
            assert_eq!(cluster.view("a1"), here, "{strategy} {lost:?}");
        }
        assert!(cluster.stopped("b1").is_none() && cluster.stopped("b2").is_none(), "{strategy} {lost:?}");
    }
}
