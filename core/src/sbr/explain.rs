//! A decision as a sentence.

use core::fmt;

use super::decision::{Decision, Reason};
use super::record::DecisionRecord;
use super::sides::{First, Sides};
use super::strategies::SecondCheck;
use super::strategy::Strategy;
use crate::membership::UniqueAddress;

/// How many nodes a sentence names before it only says how many more there are.
const NODES_NAMED: usize = 10;

impl fmt::Display for DecisionRecord {
    /// `keep-majority: 3 of 5 can still be reached, more than the 2 that cannot; down d:1#7, e:1#9`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.strategy.name())?;
        self.write_reason(f)?;
        if let Some(check) = self.second_check.as_ref().filter(|check| !check.is_passed) {
            self.write_second_check(f, check)?;
        }
        if let Some(second) = &self.second_pass {
            if second.has_failed() {
                let nodes = Names(&second.indirectly_connected);
                write!(f, "; what these say of each other left aside, the same still holds of {nodes}")?;
            } else {
                write!(f, "; for the rest the decision is {}", second.decision)?;
            }
        }
        f.write_str("; ")?;
        self.write_deed(f)
    }
}

impl DecisionRecord {
    fn write_reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::IndirectlyConnected => {
                let (is, nodes) = (is_or_are(self.indirectly_connected.len()), &self.indirectly_connected);
                write!(f, "{} {is} reached by some members and not by others", Names(nodes))
            }
            Reason::Always => {
                let count = self.unreachable().len();
                write!(
                    f,
                    "{count} {} reached",
                    if count == 1 { "member cannot be" } else { "members cannot be" }
                )
            }
            Reason::Unstable { changes, first, latest } => write!(
                f,
                "in the last {first:?} members became reachable or unreachable {changes} times without coming to \
                 rest, last {latest:?} ago"
            ),
            Reason::QuarantinedByRemote { remote } => write!(f, "{remote} has cut this node off for good"),
            Reason::LeaseDenied { instead_of } => {
                write!(f, "the lease was denied, so {instead_of} turns into {}", self.decision)
            }
            reason => self.write_count(f, reason, &self.sides),
        }
    }

    fn write_count(&self, f: &mut fmt::Formatter<'_>, reason: &Reason, sides: &Sides) -> fmt::Result {
        let role = WithRole(self.strategy.role());
        let (reachable, unreachable, members) = (sides.reachable, sides.unreachable, sides.members());
        let first = FirstOf(sides.first.as_ref());
        let quorum = match self.strategy {
            Strategy::StaticQuorum { quorum_size, .. } => quorum_size,
            _ => 0,
        };
        match reason {
            Reason::NobodyCounts => write!(f, "no member{role} counts"),
            Reason::AllLeave => f.write_str("nobody who can be reached stays"),
            Reason::TooManyMembers { most } => {
                write!(f, "{members} members{role} are more than the {most} that a quorum of {quorum} allows")
            }
            Reason::OldestReachable => write!(f, "{first}, the oldest{role}, can still be reached"),
            Reason::OldestUnreachable => write!(f, "{first}, the oldest{role}, cannot be reached"),
            Reason::OldestAlone => {
                write!(f, "{first}, the oldest{role}, is alone, cut off from {unreachable} others")
            }
            Reason::OldestAloneUnreachable => {
                write!(f, "{first}, the oldest{role}, cannot be reached, but is alone there")
            }
            Reason::Majority if unreachable == 0 => {
                write!(f, "all {members}{role} that count can still be reached")
            }
            other => {
                write!(f, "{reachable} of {members}{role} can still be reached, ")?;
                match other {
                    Reason::Quorum => write!(f, "and the quorum is {quorum}"),
                    Reason::QuorumBeyond => {
                        write!(f, "but {unreachable} others may count themselves, and the quorum is {quorum}")
                    }
                    Reason::NoQuorum => write!(f, "fewer than the quorum of {quorum}"),
                    Reason::Majority => write!(f, "more than the {unreachable} that cannot"),
                    Reason::Minority => write!(f, "fewer than the {unreachable} that cannot"),
                    Reason::TieWon => write!(f, "as many as cannot, and {first}, the lowest, is among them"),
                    _ => write!(f, "as many as cannot, and {first}, the lowest, is not among them"),
                }
            }
        }
    }

    fn write_second_check(&self, f: &mut fmt::Formatter<'_>, check: &SecondCheck) -> fmt::Result {
        f.write_str("; but if others already count those who join or leave differently, ")?;
        self.write_count(f, &check.reason, &check.sides)
    }

    fn write_deed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decision.lease_delay() {
            Some(delay) if delay.is_zero() => f.write_str("ask for the lease, then ")?,
            Some(delay) => write!(f, "ask for the lease after {delay:?}, then ")?,
            None => {}
        }
        let is_all = self.decision == Decision::DownAll || self.is_double_indirect();
        match (self.down.is_empty(), is_all) {
            (true, _) => f.write_str("nobody to down"),
            (false, true) => write!(f, "down all: {}", Names(&self.down)),
            (false, false) => write!(f, "down {}", Names(&self.down)),
        }
    }
}

const fn is_or_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

struct Names<'a>(&'a [UniqueAddress]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, node) in self.0.iter().take(NODES_NAMED).enumerate() {
            write!(f, "{}{node}", if place == 0 { "" } else { ", " })?;
        }
        match self.0.len().saturating_sub(NODES_NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

struct WithRole<'a>(Option<&'a str>);

impl fmt::Display for WithRole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |role| write!(f, " with the role {role}"))
    }
}

struct FirstOf<'a>(Option<&'a First>);

impl fmt::Display for FirstOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |first| write!(f, "{}", first.node))
    }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
