//! How nodes find out before joining whether their configurations fit.

use quorate::{Command, Config, ConfigVerdict, Difference, JoinConfig, Message, Output, StopReason, Warning};

use crate::cluster::{Cluster, address};

/// A cluster of `a`, and `b` with settings of its own that wants to join by seed nodes.
fn joined_with(settings: &[(&str, &str)]) -> Cluster {
    let mut cluster = Cluster::formed(&["a"], &[]);
    let plain = cluster.config.clone();
    let mut config = Config::clone(&plain);
    settings.iter().for_each(|(name, value)| config.set(name, value).unwrap());
    cluster.config = config.into();
    cluster.start("b");
    cluster.command("b", Command::JoinSeedNodes([address("a")].into()));
    cluster
}

/// CHK-30: who fits joins.
#[test]
fn a_node_with_the_same_configuration_joins() {
    assert_eq!(joined_with(&[]).view("b"), "a up, b joining");
}

/// CHK-31, CHK-32: who does not fit, and enforces that, ends; operators of both sides hear everything that differs.
#[test]
fn a_node_that_does_not_fit_ends_and_says_all_that_differs() {
    let cluster = joined_with(&[("downing", "external"), ("sbr.strategy", "down-all")]);
    assert_eq!(cluster.stopped("b"), Some(StopReason::IncompatibleConfiguration));
    assert_eq!(cluster.view("a"), "a up");
    let is_told = |output: &Output| match output {
        Output::Warned(
            Warning::JoinerIncompatible { differences, .. }
            | Warning::ClusterIncompatible { differences, .. },
        ) => {
            *differences
                == [
                    Difference::Incompatible("downing".into()),
                    Difference::Incompatible("sbr.strategy".into()),
                ]
        }
        _ => false,
    };
    assert!(cluster.told("a", is_told) && cluster.told("b", is_told));
}

/// CHK-30, CHK-34: only the joiner's own wish to enforce it counts.
#[test]
fn a_node_that_does_not_enforce_the_check_joins_all_the_same() {
    let settings = [("downing", "external"), ("configuration-compatibility-check.enforce-on-join", "off")];
    let cluster = joined_with(&settings);
    assert_eq!(cluster.view("b"), "a up, b joining");
    assert!(
        cluster.told("b", |output| matches!(output, Output::Warned(Warning::ClusterIncompatible { .. })))
    );
}

/// CHK-14, CHK-43: the joiner's own checkers may find what the cluster's did not.
#[test]
fn a_joiner_checks_the_answer_of_the_cluster_itself() {
    let settings = [
        ("configuration-compatibility-check.application.app.shards", "30"),
        ("configuration-compatibility-check.checkers.app", "full-match app.shards"),
    ];
    let cluster = joined_with(&settings);
    assert_eq!(cluster.stopped("b"), Some(StopReason::IncompatibleConfiguration));
    assert!(!cluster.told("a", |output| matches!(output, Output::Warned(_))));
}

/// CHK-33, CHK-20: where nothing was compared the node joins, with a warning.
#[test]
fn a_node_joins_where_nothing_was_compared() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    let question = Message::InitJoin { attempt: 1, config: JoinConfig::empty() };
    let outputs = cluster.receive("a", "b", question);
    let verdict = outputs.iter().find_map(|output| match output {
        Output::Send(envelope) => match &envelope.message {
            Message::InitJoinAck { verdict, .. } => Some(verdict.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(verdict, Some(ConfigVerdict::Unchecked));
    cluster.start("c");
    cluster.cut_pair("a", "c");
    cluster.command("c", Command::JoinSeedNodes([address("a")].into()));
    cluster.cut.clear();
    let answer =
        Message::InitJoinAck { attempt: 1, address: address("a"), verdict: ConfigVerdict::Unchecked };
    cluster.receive("c", "a", answer);
    assert_eq!(cluster.view("c"), "a up, c joining");
    assert!(
        cluster.told("c", |output| matches!(output, Output::Warned(Warning::ConfigurationUnchecked { .. })))
    );
}

/// JOIN-22: a plain join compares nothing.
#[test]
fn a_plain_join_compares_nothing() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    let mut config = Config::clone(&cluster.config);
    config.set("downing", "external").unwrap();
    cluster.config = config.into();
    cluster.start("b");
    cluster.join("b", "a");
    assert_eq!(cluster.view("b"), "a up, b joining");
}
