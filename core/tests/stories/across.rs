//! Heartbeats between data centres.

use quorate::{AppVersion, ClusterEvent, InputKind, Member, MemberStatus, Message, Output, Warning};

use crate::cluster::{Cluster, node};

/// Three nodes of one data centre and two of another, two of each asking across.
fn three_and_two(settings: &[(&str, &str)]) -> Cluster {
    let connections = ("multi-data-center.cross-data-center-connections", "2");
    let mut cluster = Cluster::new(&[settings, &[connections]].concat());
    for (name, data_center) in [("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("b2", "b")] {
        cluster.start_in(name, data_center);
        cluster.join(name, "a1");
        cluster.run_secs(25);
    }
    cluster.run_secs(20);
    assert!(!cluster.view("a3").contains("joining"), "{}", cluster.view("a3"));
    cluster.outputs.clear();
    cluster
}

/// Nobody of one of them hears anybody of the other.
fn cut_apart(cluster: &mut Cluster) {
    for a in ["a1", "a2", "a3"] {
        for b in ["b1", "b2"] {
            cluster.cut_pair(a, b);
        }
    }
}

/// Whom a node asks from now on, of another data centre.
fn asked_of(cluster: &mut Cluster, name: &str) -> Vec<String> {
    cluster.outputs.clear();
    cluster.run_secs(4);
    asked_across(cluster, name)
}

/// Whom a node asked, of another data centre.
fn asked_across(cluster: &Cluster, name: &str) -> Vec<String> {
    let mut asked: Vec<String> = cluster
        .sent(name, |message| matches!(message, Message::Heartbeat { .. }))
        .into_iter()
        .filter(|other| other[..1] != name[..1])
        .map(str::to_owned)
        .collect();
    asked.sort();
    asked.dedup();
    asked
}

fn data_center_events(cluster: &Cluster, name: &str) -> Vec<String> {
    let events = cluster.outputs.iter().filter(|(at, _)| at == name).filter_map(|(_, output)| match output {
        Output::Event(ClusterEvent::UnreachableDataCenter(dc)) => Some(format!("unreachable {dc}")),
        Output::Event(ClusterEvent::ReachableDataCenter(dc)) => Some(format!("reachable {dc}")),
        _ => None,
    });
    events.collect()
}

/// XDC-1, XDC-10 to XDC-16, DC-46, DC-55: the two oldest of each ask the two oldest of the other; the fifth asks nobody there.
#[test]
fn the_oldest_of_each_data_centre_ask_each_other() {
    let mut cluster = three_and_two(&[]);
    cluster.run_secs(4);
    for (name, expected) in [
        ("a1", &["b1", "b2"][..]),
        ("a2", &["b1", "b2"]),
        ("a3", &[]),
        ("b1", &["a1", "a2"]),
        ("b2", &["a1", "a2"]),
    ] {
        assert_eq!(asked_across(&cluster, name), expected, "{name}");
    }
}

/// XDC-16, XDC-25, DC-54, DC-55: at an interval of its own, three seconds.
#[test]
fn other_data_centres_are_asked_every_three_seconds() {
    let mut cluster = three_and_two(&[]);
    cluster.run_secs(30);
    let sent = cluster.sent("a1", |message| matches!(message, Message::Heartbeat { .. }));
    assert_eq!(sent.iter().filter(|name| **name == "b1").count(), 10);
    assert_eq!(sent.iter().filter(|name| **name == "a2").count(), 30);
}

/// HB-21: of heartbeats to other data centres that come late nothing is said; of those inside once.
#[test]
fn only_heartbeats_inside_are_said_to_be_late() {
    let mut cluster = three_and_two(&[]);
    cluster.run_secs(4);
    let is_late = |output: &&Output| matches!(output, Output::Warned(Warning::HeartbeatDelayed { .. }));
    cluster.now = cluster.now + std::time::Duration::from_secs(7);
    let outputs = cluster.give("a1", InputKind::Tick);
    let asked =
        |output: &&Output| matches!(output, Output::Send(envelope) if envelope.to.address().host() == "b1");
    assert!(outputs.iter().any(|output| asked(&output)), "both kinds were due");
    assert_eq!(outputs.iter().filter(is_late).count(), 1);
}

/// XDC-14, DC-33, DC-51: when one of the oldest leaves, the next oldest takes its place, to ask and to be asked.
#[test]
fn when_an_oldest_leaves_the_next_oldest_takes_over() {
    let mut cluster = three_and_two(&[]);
    cluster.leave("a1", "a1");
    cluster.run_secs(5);
    cluster.finish_exit("a1");
    cluster.crash("a1");
    cluster.run_secs(15);
    assert!(!cluster.view("b1").contains("a1"), "{}", cluster.view("b1"));
    cluster.outputs.clear();
    cluster.run_secs(4);
    assert_eq!(asked_across(&cluster, "a3"), ["b1", "b2"]);
    assert_eq!(asked_across(&cluster, "b2"), ["a2", "a3"]);
}

/// XDC-22 to XDC-24, RCH-40, PHI-36, DC-59, DC-60, DC-64: a cut between data centres is noticed after thirteen seconds by the detectors of
/// their own; members of the own data centre stay reachable, and all heals.
#[test]
fn data_centres_that_are_cut_apart_call_each_other_unreachable() {
    let mut cluster = three_and_two(&[]);
    cut_apart(&mut cluster);
    cluster.run_secs(9);
    assert_eq!(data_center_events(&cluster, "a3"), [""; 0]);
    cluster.run_secs(7);
    assert_eq!(data_center_events(&cluster, "a3"), ["unreachable b"]);
    assert_eq!(data_center_events(&cluster, "b2"), ["unreachable a"]);
    assert_eq!(cluster.nodes["a1"].view().unreachable_inside().count(), 0);
    cluster.cut.clear();
    cluster.run_secs(10);
    assert_eq!(data_center_events(&cluster, "a3"), ["unreachable b", "reachable b"]);
}

/// DC-62, XDC-21, DC-60: an older member of another data centre comes to light, and one that was asked is asked no longer. It is
/// forgotten, and what was said of it is taken back; with Pekko the whole data centre counts as unreachable from then on.
#[test]
fn who_is_asked_no_longer_is_forgotten() {
    for (forgets, is_silent, expected) in [
        ("on", false, &[][..]),
        ("off", false, &["unreachable b"]),
        ("on", true, &["unreachable b", "reachable b"]),
        ("off", true, &["unreachable b"]),
    ] {
        let mut cluster = three_and_two(&[("multi-data-center.forget-former-receivers", forgets)]);
        if is_silent {
            cluster.cut_pair("a1", "b2");
            cluster.cut_pair("a2", "b2");
            cluster.run_secs(20);
            assert_eq!(data_center_events(&cluster, "a1"), ["unreachable b"]);
        }
        cluster.start_in("b0", "b");
        let b1 = cluster.nodes["b1"].gossip().clone();
        let roles = b1.member(&node("b1")).unwrap().roles().clone();
        let older = Member::with_parts(node("b0"), roles, AppVersion::default(), 1, MemberStatus::Up);
        let gossip = b1.add(older).bump(node("b1").key()).only_seen(&node("b1"));
        cluster.receive("b0", "b1", Message::Welcome { gossip: gossip.clone().into() });
        cluster.receive("a1", "b1", Message::Gossip { gossip: gossip.into() });
        cluster.run_secs(30);
        assert_eq!(data_center_events(&cluster, "a1"), expected, "{forgets} {is_silent}");
        assert_eq!(asked_of(&mut cluster, "a1"), ["b0", "b1"], "{forgets}");
    }
}

/// XDC-17, XDC-19, DC-56: who never answers from there is measured from a second after the first question.
#[test]
fn a_node_of_another_data_centre_that_never_answers_is_noticed() {
    let mut cluster = Cluster::new(&[]);
    cluster.start_in("a1", "a");
    cluster.start_in("b1", "b");
    cluster.join("a1", "a1");
    cluster.run_secs(5);
    cluster.join("b1", "a1");
    cluster.run_secs(2);
    cluster.crash("b1");
    cluster.run_secs(25);
    assert_eq!(data_center_events(&cluster, "a1"), ["unreachable b"]);
}

/// XDC-15: a node that asks nobody in other data centres takes no answer from there.
#[test]
fn who_asks_nobody_across_takes_no_answers() {
    let mut cluster = three_and_two(&[]);
    let sent_at = cluster.now;
    let is_ignored =
        |output: &Output| matches!(output, Output::Ignored { why: quorate::IgnoreReason::NotAsked, .. });
    for (name, ignored) in [("a2", false), ("a3", true)] {
        let outputs = cluster.receive(name, "b1", Message::HeartbeatReply { sequence: 1, sent_at });
        assert_eq!(outputs.iter().any(is_ignored), ignored, "{name}");
    }
}

/// XDC-15: whenever a node begins to ask other data centres, it does so at a whole number of intervals after it came in.
#[test]
fn heartbeats_across_keep_the_step_of_the_start() {
    let mut cluster = Cluster::new(&[]);
    cluster.start_in("a1", "a");
    cluster.start_in("b1", "b");
    cluster.join("a1", "a1");
    let came_in = cluster.now;
    cluster.run(std::time::Duration::from_millis(7_300));
    cluster.join("b1", "a1");
    while asked_across(&cluster, "a1").is_empty() {
        cluster.run(std::time::Duration::from_millis(1));
    }
    let since = cluster.now.since(came_in).as_millis();
    assert!(since > 7_300 && since.is_multiple_of(3_000), "{since}");
}

/// XDC-14: who has begun to ask other data centres goes on, also when it is no longer among the oldest.
#[test]
fn who_asks_across_goes_on_though_older_ones_come() {
    let one = ("multi-data-center.cross-data-center-connections", "1");
    let mut cluster = Cluster::new(&[one]);
    for (name, data_center) in [("a1", "a"), ("b1", "b")] {
        cluster.start_in(name, data_center);
        cluster.join(name, "a1");
        cluster.run_secs(25);
    }
    let b1 = cluster.nodes["b1"].unique_address().clone();
    let state = cluster.nodes["b1"].gossip().clone();
    let own = state.members().get(cluster.nodes["a1"].unique_address()).unwrap();
    let older = Member::with_parts(
        quorate::UniqueAddress::new(crate::cluster::address("a0"), 1),
        own.roles().clone(),
        own.app_version().clone(),
        own.up_number() - 1,
        MemberStatus::Up,
    );
    let gossip = std::sync::Arc::new(state.add(older).bump(b1.key()).only_seen(&b1));
    cluster.receive("a1", "b1", Message::Gossip { gossip });
    assert!(cluster.view("a1").contains("a0 up"), "{}", cluster.view("a1"));
    cluster.outputs.clear();
    cluster.run_secs(4);
    assert_eq!(asked_across(&cluster, "a1"), ["b1"]);
    assert_eq!(asked_across(&cluster, "b1"), ["a0"]);
}

/// PHI-44: so it is in other data centres: a silence that was nearly long enough begins anew.
#[test]
fn a_new_member_across_makes_the_silence_at_its_address_begin_anew() {
    let mut cluster = three_and_two(&[]);
    cut_apart(&mut cluster);
    cluster.run_secs(9);
    let [a1, a2, b1, b2] = ["a1", "a2", "b1", "b2"].map(|name| cluster.nodes[name].unique_address().clone());
    let roles = cluster.nodes["b1"].roles().clone();
    let successor =
        Member::joining(quorate::UniqueAddress::new(b1.address.clone(), 2), roles, AppVersion::default());
    let state = cluster.nodes["a2"].gossip().add(successor);
    let gossip = std::sync::Arc::new(state.bump(a2.key()).only_seen(&a2));
    cluster.receive("a1", "a2", Message::Gossip { gossip });
    cluster.run_secs(7);
    let table = cluster.nodes["a1"].gossip().reachability();
    assert!(table.is_reachable(&a1, &b1) && !table.is_reachable(&a1, &b2), "{table:?}");
}

/// RCH-40: the heartbeats of a data centre say nothing of a member of another one, not even at the same address.
#[test]
fn who_is_silent_inside_is_not_marked_for_a_namesake_elsewhere() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.start_in("x", "west");
    let roles = cluster.nodes["x"].roles().clone();
    let [a, b, c] = ["a", "b", "c"].map(|name| cluster.nodes[name].unique_address().clone());
    cluster.crash("x");
    cluster.crash("b");
    let namesake = quorate::UniqueAddress::new(b.address.clone(), 2);
    let joining = Member::joining(namesake.clone(), roles, AppVersion::default());
    let gossip = cluster.nodes["c"].gossip().add(joining).bump(c.key()).only_seen(&c);
    cluster.receive("a", "c", Message::Gossip { gossip: std::sync::Arc::new(gossip) });
    cluster.run_secs(12);
    let table = cluster.nodes["a"].gossip().reachability();
    assert!(!table.is_reachable(&a, &b) && table.is_reachable(&a, &namesake), "{table:?}");
}
