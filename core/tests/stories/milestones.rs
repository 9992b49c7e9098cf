//! What a node tells of its own life: that it is Up, and that it is gone; each once.

use quorate::{Command, MemberStatus, Output, StopReason};

use crate::cluster::Cluster;

fn ups(cluster: &Cluster, name: &str) -> usize {
    cluster.outputs.iter().filter(|(at, output)| at == name && *output == Output::SelfUp).count()
}

fn removals(cluster: &Cluster, name: &str) -> Vec<MemberStatus> {
    let outputs = cluster.outputs.iter().filter(|(at, _)| at == name);
    outputs
        .filter_map(|(_, output)| match output {
            Output::SelfRemoved { previous_status } => Some(*previous_status),
            _ => None,
        })
        .collect()
}

/// API-40, API-41, API-50: not when it joins, not when it is WeaklyUp, once when it is Up.
#[test]
fn a_node_tells_once_that_it_is_up() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.cut_pair("a", "b");
    cluster.run_secs(8);
    cluster.start("c");
    cluster.join("c", "a");
    cluster.run_secs(12);
    assert_eq!(cluster.status("c", "c"), MemberStatus::WeaklyUp);
    assert_eq!(ups(&cluster, "c"), 0);
    cluster.cut.clear();
    cluster.run_secs(10);
    assert_eq!(cluster.status("c", "c"), MemberStatus::Up);
    assert_eq!(ups(&cluster, "c"), 1);
    cluster.run_secs(10);
    assert_eq!((ups(&cluster, "c"), ups(&cluster, "a")), (1, 0));
}

/// API-41: a member that leaves before it was Up never tells that it is.
#[test]
fn a_node_that_leaves_while_joining_never_tells_that_it_is_up() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.start("c");
    cluster.join("c", "a");
    cluster.leave("c", "c");
    cluster.run_secs(5);
    cluster.finish_exit("c");
    assert_eq!(ups(&cluster, "c"), 0);
    assert_eq!(removals(&cluster, "c"), [MemberStatus::Exiting]);
}

/// API-42, API-43, API-51, LIFE-55: it tells once that it is gone, right before it stops, whatever the cause, and also when it never
/// joined; nobody need have removed it.
#[test]
fn a_node_tells_once_that_it_is_gone() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &[]);
    cluster.start("e");
    for name in ["a", "e"] {
        let outputs = cluster.command(name, Command::Stop);
        assert!(matches!(
            &outputs[outputs.len() - 2..],
            [Output::SelfRemoved { .. }, Output::Stopped { .. }]
        ));
    }
    assert_eq!(removals(&cluster, "a"), [MemberStatus::Up]);
    assert_eq!(removals(&cluster, "e"), [MemberStatus::Removed]);
    cluster.down("c", "b");
    assert_eq!(removals(&cluster, "c"), [MemberStatus::Down]);
    assert_eq!(cluster.stopped("c"), Some(StopReason::Downed));
    assert_eq!(cluster.status("c", "b"), MemberStatus::Down);
}

/// API-31, API-33, API-34: what a node says of itself before it joins, while it is a member, and when it has ended.
#[test]
fn a_node_says_what_it_is_before_during_and_after() {
    let mut cluster = Cluster::new(&[("app-version", "1.2.3")]);
    cluster.start("a");
    let what = |cluster: &Cluster| {
        let node = &cluster.nodes["a"];
        assert_eq!(node.roles().data_center(), node.data_center());
        let me = node.self_member();
        assert_eq!(me.unique_address(), node.unique_address());
        (
            me.status(),
            me.app_version().as_str().to_string(),
            node.view().is_available(),
            node.gossip().is_singleton(),
        )
    };
    let version = "1.2.3".to_string();
    assert_eq!(what(&cluster), (MemberStatus::Removed, version.clone(), false, false));
    cluster.join("a", "a");
    assert_eq!(what(&cluster), (MemberStatus::Up, version.clone(), true, true));
    cluster.command("a", Command::Stop);
    assert_eq!(what(&cluster).0, MemberStatus::Removed);
    assert!(!cluster.nodes["a"].view().is_available());
}

/// SHUT-11: only an end that went wrong ends a process with an error.
#[test]
fn a_process_ends_with_an_error_when_its_node_was_downed_or_never_joined() {
    for (why, code) in [
        (StopReason::Left, 0),
        (StopReason::Commanded, 0),
        (StopReason::Downed, -1),
        (StopReason::JoinUnsuccessful, -1),
    ] {
        assert_eq!(why.exit_code(), code, "{why}");
    }
}
