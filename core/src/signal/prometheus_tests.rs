//! The whole text for a small life, and what must be escaped.

use alloc::string::ToString;

use super::*;
use crate::config::Config;
use crate::testing::node;
use crate::time::Instant;
use crate::{Command, Input, InputKind};

/// OBS-34: counts of states are there when the node counts.
#[test]
fn a_scraper_reads_counts_and_gauges() {
    let me = node("a");
    let mut config = Config::pekko();
    config.set("multi-data-center.self-data-center", "we\"st").unwrap();
    config.set("publish-stats-interval", "10s").unwrap();
    let mut node = Node::new(config, me.clone(), 1, Instant::ZERO).unwrap();
    let mut counters = Counters::default();
    let kind = InputKind::Command(Command::Join(me.address));
    counters.count(&node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind }));
    let text = Metrics { node: &node, counters: &counters }.to_string();
    insta::assert_snapshot!(text);
    for line in text.lines() {
        let is_sample =
            line.starts_with("quorate_") && line.rsplit_once(' ').unwrap().1.parse::<u64>().is_ok();
        assert!(line.starts_with("# ") || is_sample, "{line}");
    }
}

#[test]
fn values_of_labels_are_escaped() {
    assert_eq!(Escaped("a\\b\"c\nd").to_string(), "a\\\\b\\\"c\\nd");
}
