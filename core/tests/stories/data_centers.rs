//! Two and three data centres over their lives: each leads and resolves itself, and what is between them comes to its users as one
//! event (part 05, section 3).

use quorate::{ClusterEvent, Command, MemberStatus, Output, Warning};

use crate::cluster::{Cluster, address};

/// Nodes by name, whose first letters are their data centres; the first founds the cluster.
fn formed(names: &[&str], settings: &[(&str, &str)]) -> Cluster {
    let mut cluster = Cluster::new(settings);
    for name in names {
        cluster.start_in(name, &name[..1]);
        cluster.join(name, names[0]);
        cluster.run_secs(10);
    }
    cluster.run_secs(10);
    for name in names {
        assert!(!cluster.view(name).contains("joining"), "{}", cluster.view(name));
    }
    cluster.outputs.clear();
    cluster
}

/// Nothing passes between these and those.
fn cut(cluster: &mut Cluster, these: &[&str], those: &[&str]) {
    for a in these {
        for b in those {
            cluster.cut_pair(a, b);
        }
    }
}

/// What a node told of data centres and of who can't be reached, in order.
fn reachability_told(cluster: &Cluster, name: &str) -> String {
    let one = |(at, output): &(String, Output)| match output {
        Output::Event(event) if at == name => match event {
            ClusterEvent::UnreachableDataCenter(of) => Some(format!("lost {of}")),
            ClusterEvent::ReachableDataCenter(of) => Some(format!("found {of}")),
            ClusterEvent::UnreachableMember(member) => Some(format!("lost {}", member.address().host())),
            ClusterEvent::ReachableMember(member) => Some(format!("found {}", member.address().host())),
            _ => None,
        },
        _ => None,
    };
    cluster.outputs.iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

fn leader(cluster: &Cluster, name: &str) -> String {
    let view = cluster.nodes[name].view();
    view.leader().map_or("none", |leader| leader.address().host()).to_owned()
}

fn up_number(cluster: &Cluster, name: &str) -> i32 {
    let gossip = cluster.nodes[name].gossip();
    gossip.members().first_at(&address(name)).unwrap().up_number()
}

/// DC-9, DC-21, DC-45, DC-66: three data centres have three leaders, three counts and three rings of heartbeats, and everybody hears of
/// every member.
#[test]
fn three_data_centres_have_three_leaders() {
    let names = ["a1", "b1", "c1", "a2", "b2", "c2"];
    let mut cluster = formed(&names, &[]);
    for name in names {
        assert_eq!(leader(&cluster, name), format!("{}1", &name[..1]), "of {name}");
        assert_eq!(up_number(&cluster, name).to_string(), name[1..], "of {name}");
        let asked = cluster.nodes[name].heartbeat_receivers();
        let of_own = asked.iter().filter(|node| node.address.host().starts_with(&name[..1]));
        assert_eq!((of_own.count(), asked.len()), (1, 1), "of {name}");
    }
    cluster.start_in("c3", "c");
    cluster.join("c3", "c2");
    cluster.run_secs(10);
    for name in names {
        let heard = cluster.events(name);
        assert!(heard.contains("Up(c3)") && !heard.contains("leader"), "{name}: {heard}");
    }
}

/// DC-4, DC-17: who asks a seed node of another data centre is let in, though its settings for data centres are others.
#[test]
fn a_seed_node_lets_in_whoever_comes() {
    let mut cluster = formed(&["a1"], &[("multi-data-center.cross-data-center-connections", "2")]);
    let mut config = (*cluster.config).clone();
    config.set("multi-data-center.cross-data-center-connections", "7").unwrap();
    config.set("multi-data-center.failure-detector.heartbeat-interval", "1s").unwrap();
    cluster.config = config.into();
    cluster.start_in("b1", "b");
    cluster.command("b1", Command::JoinSeedNodes([address("a1")].into()));
    cluster.run_secs(10);
    assert_eq!(cluster.view("b1"), "a1 up, b1 up");
    let complains = |output: &Output| {
        matches!(
            output,
            Output::Warned(Warning::JoinerIncompatible { .. } | Warning::ClusterIncompatible { .. })
        )
    };
    assert!(!cluster.told("a1", complains) && !cluster.told("b1", complains));
}

/// DC-63 to DC-65: of a cut between two of three data centres the third hears nothing; those two hear once of each other, every node
/// of them, and of no member; when it heals, once more.
#[test]
fn a_cut_between_two_of_three_is_heard_of_by_these_two() {
    let mut cluster =
        formed(&["a1", "b1", "c1", "a2", "b2"], &[("multi-data-center.cross-data-center-connections", "1")]);
    cut(&mut cluster, &["a1", "a2"], &["b1", "b2"]);
    cluster.run_secs(30);
    let told =
        |cluster: &Cluster| ["a1", "a2", "b1", "b2", "c1"].map(|name| reachability_told(cluster, name));
    assert_eq!(told(&cluster), ["lost b", "lost b", "lost a", "lost a", ""]);
    assert_eq!(cluster.nodes["a2"].current_state().unreachable_data_centers, ["b".into()]);
    assert!(cluster.nodes["a2"].current_state().unreachable.is_empty());
    cluster.cut.clear();
    cluster.run_secs(15);
    let both = ["lost b, found b", "lost b, found b", "lost a, found a", "lost a, found a", ""];
    assert_eq!(told(&cluster), both);
}

/// DC-13, DC-14, DC-67: while two data centres are cut apart each lets in, removes and leads its own; only the first member of a new
/// data centre has to wait until all have seen it. When the cut is over both have everything.
#[test]
fn a_cut_hinders_only_the_first_of_a_new_data_centre() {
    let mut cluster = formed(&["a1", "b1", "a2", "b2"], &[]);
    cut(&mut cluster, &["a1", "a2", "a3", "c1"], &["b1", "b2", "b3"]);
    cluster.run_secs(20);
    for (name, data_center, via) in [("a3", "a", "a2"), ("b3", "b", "b1"), ("c1", "c", "a1")] {
        cluster.start_in(name, data_center);
        cluster.join(name, via);
    }
    cluster.down("b2", "b1");
    cluster.crash("b2");
    cluster.run_secs(30);
    assert_eq!(cluster.view("a1"), "a1 up, a2 up, a3 up, b1 up, b2 up, c1 weakly-up");
    assert_eq!(cluster.view("b1"), "a1 up, a2 up, b1 up, b3 up");
    cluster.cut.clear();
    cluster.run_secs(30);
    for name in ["a1", "a2", "a3", "b1", "b3", "c1"] {
        assert_eq!(cluster.view(name), "a1 up, a2 up, a3 up, b1 up, b3 up, c1 up", "{name}");
    }
    assert_eq!(up_number(&cluster, "c1"), 1);
    assert_eq!(up_number(&cluster, "b3"), 3);
}

/// DC-27, DC-25, EVT-35: the last node of a data centre leaves: it tells nobody that it is done, and another leader removes it.
#[test]
fn the_last_node_of_a_data_centre_leaves() {
    let mut cluster = formed(&["a1", "a2", "b1"], &[]);
    cluster.leave("b1", "b1");
    cluster.run_secs(5);
    cluster.finish_exit("b1");
    let confirms = |message: &quorate::Message| matches!(message, quorate::Message::ExitingConfirmed);
    assert!(cluster.sent("b1", confirms).is_empty());
    cluster.run_secs(10);
    assert_eq!(cluster.view("a1"), "a1 up, a2 up");
    assert!(cluster.events("a2").contains("Removed(b1,"), "{}", cluster.events("a2"));
}

/// DC-32, EVT-22: a node comes back under its address while its data centre is cut off. Afterwards the old life is gone everywhere, and
/// told so before the new one.
#[test]
fn a_restart_during_a_cut_is_told_in_order() {
    let mut cluster = formed(&["a1", "a2", "b1", "b2"], &[]);
    cut(&mut cluster, &["a1", "a2"], &["b1", "b2"]);
    cluster.run_secs(20);
    cluster.crash("b2");
    cluster.run_secs(10);
    cluster.outputs.clear();
    cluster.start_in_as("b2", "b", 2);
    cluster.join("b2", "b1");
    cluster.run_secs(30);
    assert_eq!(cluster.view("b1"), "a1 up, a2 up, b1 up, b2 up");
    cluster.cut.clear();
    cluster.run_secs(20);
    let heard = cluster.events("a1");
    assert!(heard.contains("Removed(b2,up) Up(b2)"), "{heard}");
    let gossip = cluster.nodes["a1"].gossip();
    let lives: Vec<i64> = gossip.members().all_at(&address("b2")).map(|m| m.unique_address().uid).collect();
    assert_eq!(lives, [2]);
}

/// DC-69: one resolver each: a data centre that falls apart downs its own minority, and the other one has no say, whatever it sees.
#[test]
fn each_data_centre_is_resolved_by_its_own() {
    let settings = [("downing", "sbr"), ("sbr.stable-after", "5s")];
    let names = ["a1", "a2", "a3", "b1", "b2", "b3"];
    let mut cluster = formed(&names, &settings);
    cut(&mut cluster, &["b3"], &["a1", "a2", "a3", "b1", "b2"]);
    cluster.run_secs(40);
    let decided = |cluster: &Cluster, name: &str| cluster.told(name, |o| matches!(o, Output::Decided(_)));
    assert_eq!(names.map(|name| decided(&cluster, name)), [false, false, false, true, false, true]);
    assert_eq!(cluster.stopped("b3"), Some(quorate::StopReason::Downed));
    assert_eq!(cluster.view("a1"), "a1 up, a2 up, a3 up, b1 up, b2 up");
    assert_eq!(cluster.status("b3", "b1"), MemberStatus::Removed);
}

/// DC-15, DC-18, DC-21: the first member of a new data centre is the one that was let in first, whatever its address; the next counts on from
/// it. Nobody hears of the first again.
#[test]
fn members_of_a_new_data_centre_are_counted_as_they_join() {
    let mut cluster = formed(&["a1", "a2", "b2"], &[]);
    cluster.start_in("b1", "b");
    cluster.join("b1", "a2");
    cluster.run_secs(20);
    for name in ["a1", "b1", "b2"] {
        let gossip = cluster.nodes[name].gossip();
        let number = |of: &str| gossip.members().first_at(&address(of)).unwrap().up_number();
        assert_eq!((number("b2"), number("b1")), (1, 2), "{name}");
    }
    assert_eq!(cluster.events("a1"), "Joined(b1) Up(b1)");
}

/// DC-14, DC-19: two that begin a data centre together, each let in by another member, agree on who is first: both are told Up once, by
/// everybody, with one number.
#[test]
fn two_first_members_of_a_data_centre_agree_on_who_is_first() {
    let mut cluster = formed(&["a1", "a2"], &[]);
    cluster.start_in("b1", "b");
    cluster.start_in("b2", "b");
    cluster.join("b2", "a1");
    cluster.join("b1", "a2");
    cluster.run_secs(30);
    let names = ["a1", "a2", "b1", "b2"];
    let numbers = |name: &str| {
        let gossip = cluster.nodes[name].gossip();
        ["b1", "b2"].map(|of| gossip.members().first_at(&address(of)).unwrap().up_number())
    };
    for name in names {
        assert_eq!(numbers(name), [1, 2], "{name}");
        for up in ["Up(b1)", "Up(b2)"] {
            let events = cluster.events(name);
            assert_eq!(events.matches(up).count(), 1, "{name}: {events}");
        }
    }
}
