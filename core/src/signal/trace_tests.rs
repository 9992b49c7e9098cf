//! A subscriber of `tracing` hears level, target, text and fields.

use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::sync::mpsc::{Sender, channel};
use std::vec::Vec;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;
use crate::config::Config;
use crate::node::{Node, Output};
use crate::signal::Log;
use crate::testing::node;
use crate::time::Instant;

type Heard = (String, String, BTreeMap<String, String>);

/// Keeps what it hears of one level and those above it.
struct Ear {
    heard: Sender<Heard>,
    up_to: TracingLevel,
}

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_string(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_string(), value.to_string());
    }
}

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.up_to
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        let metadata = event.metadata();
        let heard = (metadata.level().to_string(), metadata.target().to_string(), fields.0);
        self.heard.send(heard).unwrap();
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn heard(up_to: TracingLevel, outputs: &[Output]) -> Vec<Heard> {
    let (sender, heard) = channel();
    let ear = tracing::Dispatch::new(Ear { heard: sender, up_to });
    let node = Node::new(Config::default(), node("a"), 1, Instant::ZERO).unwrap();
    // A node without a standard library has one subscriber for all; here the test hands events to its own.
    let _guard = tracing::dispatcher::set_default(&ear);
    Log::default().write(&node, outputs, &mut |line| trace(&line));
    heard.try_iter().collect()
}

/// OBS-9: marker and fields under their own names, those that the line lacks left out.
#[test]
fn a_line_becomes_an_event_with_fields() {
    let moved = Output::Moved { node: node("b#3"), status: crate::MemberStatus::Up };
    let events = heard(TracingLevel::DEBUG, &[moved, Output::SelfUp, Output::WouldDecide(None)]);
    let (level, target, fields) = &events[0];
    assert_eq!((level.as_str(), target.as_str()), ("INFO", "quorate::cluster"));
    let expected = [
        ("data_center", "default"),
        ("marker", "pekkoMemberChanged"),
        ("message", "member b:1#3 is now Up"),
        ("node", "a:1"),
        ("pekkoMemberStatus", "Up"),
        ("pekkoRemoteAddress", "b:1"),
        ("pekkoRemoteAddressUid", "3"),
    ];
    assert_eq!(
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(
        events[1].2.keys().map(String::as_str).collect::<Vec<_>>(),
        ["data_center", "message", "node"]
    );
    assert_eq!(events[2].0, "DEBUG");
}

/// The subscriber decides what it hears.
#[test]
fn levels_are_those_of_tracing() {
    let lost = Output::Observed {
        node: node("b"),
        status: crate::ReachabilityStatus::Unreachable,
        member_status: crate::MemberStatus::Up,
    };
    let events = heard(TracingLevel::WARN, &[lost, Output::SelfUp]);
    assert_eq!(events.iter().map(|event| event.0.as_str()).collect::<Vec<_>>(), ["WARN"]);
}
