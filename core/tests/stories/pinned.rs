//! Stories of part 01, section 7.8, that are told with nodes and no world: steps without timers, weather, and halves that give each
//! other up.

use quorate::{IgnoreReason, InputKind, Message, Output};

use crate::cluster::{Cluster, address};

/// Nothing happens by itself but what a leader does once a second, and the look for verdicts of the host.
const BY_HAND: [(&str, &str); 4] = [
    ("gossip-interval", "100000d"),
    ("failure-detector.kind", "external"),
    ("failure-detector.heartbeat-interval", "100000d"),
    ("allow-weakly-up-members", "off"),
];

/// A node tells another its state.
fn tell(cluster: &mut Cluster, from: &str, to: &str) {
    let gossip = cluster.nodes[from].gossip().clone();
    cluster.receive(to, from, Message::Gossip { gossip });
}

/// What a node sees, and who has seen that.
fn state(cluster: &Cluster, name: &str) -> String {
    let seen: Vec<&str> = cluster.nodes[name].gossip().seen().map(|node| node.address.host()).collect();
    format!("{}; seen by {}", cluster.view(name), seen.join(" "))
}

/// LDR-15, JOIN-75, JOIN-95, GSP-74, LIFE-24, LIFE-30: each step of three members' lives, with nothing told but what each step tells by itself.
#[test]
fn each_transition_is_told_as_far_as_it_tells_itself() {
    let mut cluster = Cluster::new(&BY_HAND);
    ["a", "b", "c"].iter().for_each(|name| cluster.start(name));
    cluster.join("a", "a");
    assert_eq!(state(&cluster, "a"), "a up; seen by a");
    cluster.join("b", "a");
    for name in ["a", "b"] {
        assert_eq!(state(&cluster, name), "a up, b joining; seen by a b", "{name}");
    }
    cluster.run_secs(2);
    assert_eq!(state(&cluster, "a"), "a up, b up; seen by a");
    assert_eq!(state(&cluster, "b"), "a up, b joining; seen by a b", "nobody has told it");
    tell(&mut cluster, "a", "b");
    assert_eq!(state(&cluster, "b"), "a up, b up; seen by a b");
    tell(&mut cluster, "b", "a");

    cluster.join("c", "b");
    for name in ["b", "c"] {
        assert_eq!(state(&cluster, name), "a up, b up, c joining; seen by b c", "{name}");
    }
    assert_eq!(cluster.view("a"), "a up, b up");
    tell(&mut cluster, "b", "a");
    assert_eq!(state(&cluster, "a"), "a up, b up, c joining; seen by a b c");
    cluster.run_secs(1);
    assert_eq!(state(&cluster, "a"), "a up, b up, c up; seen by a");
    tell(&mut cluster, "a", "c");
    tell(&mut cluster, "c", "b");
    tell(&mut cluster, "b", "a");
    assert_eq!(state(&cluster, "a"), "a up, b up, c up; seen by a b c");

    cluster.give("c", InputKind::Verdict { address: address("b"), is_available: false });
    cluster.run_secs(1);
    assert_eq!(state(&cluster, "c"), "a up, b up, c up; seen by c");
    assert!(cluster.events("c").ends_with("Unreachable(b)"), "{}", cluster.events("c"));
    tell(&mut cluster, "c", "a");
    assert!(cluster.stopped("b").is_none());
    cluster.down("b", "a");
    assert!(
        cluster.stopped("b").is_some(),
        "it is told at once, and who is Down and found unreachable waits for nobody"
    );
    tell(&mut cluster, "a", "c");
    assert_eq!(state(&cluster, "c"), "a up, b down, c up; seen by a b c");
}

/// EVT-1, LDR-2: while five healthy members run, their users hear of nothing: no member, no leader, nobody unreachable.
#[test]
fn nothing_is_told_while_nothing_happens() {
    let names = ["a", "b", "c", "d", "e"];
    let mut cluster = Cluster::formed(&names, &[]);
    cluster.run_secs(10);
    cluster.outputs.clear();
    cluster.run_secs(30);
    for name in names {
        assert_eq!(cluster.events(name), "", "{name}");
        assert_eq!(cluster.view(name), "a up, b up, c up, d up, e up");
    }
}

/// WCH-26, SBR-72: two halves that have each downed the other are two clusters, each with its leader. When they can hear each other again
/// nobody ends: each side has quarantined the other, so its claim to have quarantined this one is not heard.
#[test]
fn halves_that_gave_each_other_up_go_on_side_by_side() {
    let names = ["a", "b", "c", "d", "e"];
    let mut cluster = Cluster::formed(&names, &[("downing", "sbr"), ("sbr.stable-after", "1d")]);
    for one in ["a", "b"] {
        ["c", "d", "e"].iter().for_each(|other| cluster.cut_pair(one, other));
    }
    cluster.run_secs(8);
    ["c", "d", "e"].iter().for_each(|name| drop(cluster.down(name, "a")));
    ["a", "b"].iter().for_each(|name| drop(cluster.down(name, "c")));
    cluster.run_secs(10);
    let halves = |cluster: &Cluster| {
        for (name, view, leader) in [("a", "a up, b up", "a"), ("b", "a up, b up", "a")]
            .into_iter()
            .chain(["c", "d", "e"].map(|name| (name, "c up, d up, e up", "c")))
        {
            let led_by = cluster.nodes[name].view().leader().map(|leader| leader.address().host());
            assert_eq!((cluster.view(name).as_str(), led_by), (view, Some(leader)), "{name}");
        }
    };
    halves(&cluster);
    cluster.cut.clear();
    cluster.outputs.clear();
    for (name, from) in [("c", "a"), ("d", "b"), ("a", "d")] {
        let outputs = cluster.receive(name, from, Message::Quarantined);
        assert!(
            matches!(&outputs[..], [Output::Ignored { why: IgnoreReason::Quarantined, .. }]),
            "{name}: {outputs:?}"
        );
    }
    cluster.run_secs(60);
    halves(&cluster);
    assert!(!cluster.outputs.iter().any(|(_, output)| matches!(output, Output::Stopped { .. })));
}
