//! Counts of what a node put out.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::membership::ReachabilityStatus;
use crate::node::Output;
use crate::protocol::MessageKind;
use crate::subscription::EventKind;

/// What is counted by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Count {
    /// [`Output::Send`], by the kind of message.
    Sent,
    /// [`Output::Event`], by the kind of event.
    Event,
    /// [`Output::Ignored`], by the name of its reason.
    Ignored,
    /// [`Output::Accepted`], by the name of the command.
    Accepted,
    /// [`Output::Rejected`], by the name of its reason.
    Rejected,
    /// [`Output::Warned`], by the name of the warning.
    Warned,
    /// [`Output::Decided`], by the name of the decision.
    Decided,
    /// [`Output::Moved`], by the status that was given.
    Moved,
    /// [`Output::Observed`], by what was observed: `reachable`, `unreachable` or `terminated`.
    Observed,
    /// [`Output::Quarantine`], by whether it went as planned: `harmless` or `lasting`.
    Quarantined,
}

/// Counts of what a node put out since its start. There are as many as there are names, however long it runs. Give it the outputs of
/// every input: equal inputs give equal counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Those that come often have a place of their own.
    sent: [u64; MessageKind::COUNT],
    events: [u64; EventKind::ALL.len()],
    named: BTreeMap<(Count, Cow<'static, str>), u64>,
}

impl Counters {
    /// Counts what one input led to.
    pub fn count(&mut self, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Send(envelope) => add(&mut self.sent[envelope.message.kind() as usize]),
                Output::Event(event) => add(&mut self.events[event.kind() as usize]),
                other => {
                    if let Some((count, name)) = named(other) {
                        add(self.named.entry((count, Cow::Borrowed(name))).or_default());
                    }
                }
            }
        }
    }

    /// How many messages of a kind were sent.
    #[must_use]
    pub const fn sent(&self, kind: MessageKind) -> u64 {
        self.sent[kind as usize]
    }

    /// How many events of a kind there were.
    #[must_use]
    pub const fn events(&self, kind: EventKind) -> u64 {
        self.events[kind as usize]
    }

    /// How often something happened, by its name; never for a name that there is not.
    #[must_use]
    pub fn of(&self, count: Count, name: &str) -> u64 {
        self.iter().find(|one| one.0 == count && one.1 == name).map_or(0, |one| one.2)
    }

    /// Everything that happened at least once, in the order of [`Count`]: what it was, its name, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Count, &str, u64)> {
        let sent = MessageKind::ALL.into_iter().map(|kind| (Count::Sent, kind.name(), self.sent(kind)));
        let events = EventKind::ALL.iter().map(|kind| (Count::Event, kind.name(), self.events(*kind)));
        let named = self.named.iter().map(|((count, name), often)| (*count, &**name, *often));
        sent.chain(events).chain(named).filter(|one| one.2 > 0)
    }
}

fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}

/// Where an output is counted by name.
fn named(output: &Output) -> Option<(Count, &'static str)> {
    Some(match output {
        Output::Ignored { why, .. } => (Count::Ignored, why.name()),
        Output::Accepted { command, .. } => (Count::Accepted, command.name()),
        Output::Rejected { why, .. } => (Count::Rejected, why.name()),
        Output::Warned(warning) => (Count::Warned, warning.name()),
        Output::Decided(record) => (Count::Decided, record.decision.name()),
        Output::Moved { status, .. } => (Count::Moved, status.name()),
        Output::Observed { status, .. } => (Count::Observed, observation(*status)),
        Output::Quarantine { harmless, .. } => {
            (Count::Quarantined, if *harmless { "harmless" } else { "lasting" })
        }
        _ => return None,
    })
}

const fn observation(status: ReachabilityStatus) -> &'static str {
    match status {
        ReachabilityStatus::Reachable => "reachable",
        ReachabilityStatus::Unreachable => "unreachable",
        ReachabilityStatus::Terminated => "terminated",
    }
}

#[cfg(test)]
#[path = "counters_tests.rs"]
mod tests;
