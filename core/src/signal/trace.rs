//! Lines for whoever listens with `tracing`.

use tracing::{Level as TracingLevel, event, event_enabled};

use super::line::{Category, Level, Line};
use super::marker::{MEMBER_STATUS, REMOTE_ADDRESS, REMOTE_ADDRESS_UID, SBR_DECISION};

macro_rules! tell {
    ($line:ident, $target:literal, $level:expr) => {
        if event_enabled!(target: $target, $level) {
            event!(
                target: $target,
                $level,
                node = %$line.node,
                data_center = &*$line.data_center,
                marker = $line.marker.map(super::marker::Marker::name),
                { REMOTE_ADDRESS } = $line.field(REMOTE_ADDRESS),
                { REMOTE_ADDRESS_UID } = $line.field(REMOTE_ADDRESS_UID),
                { MEMBER_STATUS } = $line.field(MEMBER_STATUS),
                { SBR_DECISION } = $line.field(SBR_DECISION),
                "{}",
                $line.text
            );
        }
    };
}

macro_rules! by_level {
    ($line:ident, $target:literal) => {
        match $line.level {
            Level::Error => tell!($line, $target, TracingLevel::ERROR),
            Level::Warning => tell!($line, $target, TracingLevel::WARN),
            Level::Info => tell!($line, $target, TracingLevel::INFO),
            Level::Debug => tell!($line, $target, TracingLevel::DEBUG),
        }
    };
}

/// Gives a line to the subscriber of `tracing`, as an event with the target `quorate::cluster`, `quorate::gossip` or
/// `quorate::heartbeat`, the text as message, and the fields `node`, `data_center`, `marker` and those of the marker.
///
/// ```
/// use quorate::{Command, Config, Input, InputKind, Instant, Log, Node, UniqueAddress, trace};
///
/// let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
/// let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
/// let mut log = Log::default();
/// let kind = InputKind::Command(Command::Join(me.address));
/// let outputs = node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind });
/// log.write(&node, &outputs, &mut |line| trace(&line));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub fn trace(line: &Line) {
    match line.category {
        Category::Cluster => by_level!(line, "quorate::cluster"),
        Category::Gossip => by_level!(line, "quorate::gossip"),
        Category::Heartbeat => by_level!(line, "quorate::heartbeat"),
    }
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
