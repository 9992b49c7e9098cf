//! The known holes of the strategies, as far as they open in a situation (part 04, section 11: SBR-93 to SBR-100).

use std::fmt;

use quorate::{Decision, Member, MemberStatus, Reason, Strategy, UniqueAddress};
use serde::Serialize;

use super::side::{Outcome, Side};
use super::table::names;
use super::{Choice, Setting};

/// Something that an operator should know before choosing a strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The rule of part 04 that tells it.
    pub rule: &'static str,
    /// What.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text, self.rule)
    }
}

fn warn(warnings: &mut Vec<Warning>, rule: &'static str, text: impl Into<String>) {
    let warning = Warning { rule, text: text.into() };
    if !warnings.contains(&warning) {
        warnings.push(warning);
    }
}

/// What is wrong with a strategy in this situation.
#[must_use]
pub fn warnings(choice: &Choice, setting: Setting, sides: &[Side]) -> Vec<Warning> {
    let mut found = Vec::new();
    let outcome = choice.outcome(setting);
    if outcome.surviving_sides() > 1 {
        split_brain(&mut found, sides);
    }
    let nobody = outcome.endings.iter().any(|ending| ending.survivors.iter().all(Vec::is_empty));
    if nobody {
        nobody_left(&mut found, &choice.strategy, outcome);
    }
    let undecided = (0..sides.len()).filter(|&side| {
        !outcome.deciders.iter().any(|decider| decider.side == side) && !sides[side].live.is_empty()
    });
    for side in undecided.filter(|_| sides.len() > 1) {
        let nodes = names(&sides[side].live);
        warn(&mut found, "SBR-59", format!("on the side of {nodes} nobody decides: it goes on as it is"));
    }
    of_settings(&mut found, &choice.strategy, sides);
    of_broken_links(&mut found, &choice.strategy, outcome);
    found
}

/// SBR-99: why two sides go on.
fn split_brain(found: &mut Vec<Warning>, sides: &[Side]) {
    let before = found.len();
    let status = |side: &Side, node: &UniqueAddress| {
        side.members.iter().find(|member| member.unique_address() == node).map(Member::status)
    };
    for (place, one) in sides.iter().enumerate() {
        for other in &sides[place + 1..] {
            for member in &one.members {
                let node = member.unique_address();
                match (member.status(), status(other, node)) {
                    (_, None) => warn(
                        found,
                        "SBR-99",
                        format!("two sides go on: {} is known to one side only", names([node])),
                    ),
                    (a, Some(b)) if a != b => {
                        let cause = if a == MemberStatus::Down || b == MemberStatus::Down {
                            "was downed by hand on one side"
                        } else {
                            "has another status on each side, by a step of the leader or a leave that one side missed"
                        };
                        warn(found, "SBR-99", format!("two sides go on: {} {cause}", names([node])));
                    }
                    _ => {}
                }
            }
            let unknown =
                other.members.iter().map(Member::unique_address).filter(|node| status(one, node).is_none());
            for node in unknown {
                warn(
                    found,
                    "SBR-99",
                    format!("two sides go on: {} is known to one side only", names([node])),
                );
            }
        }
    }
    if found.len() == before {
        let text = "two sides go on: old records of broken links take away those that carry the partition";
        warn(found, "SBR-99", text);
    }
}

/// SBR-100: why nobody is left.
fn nobody_left(found: &mut Vec<Warning>, strategy: &Strategy, outcome: &Outcome) {
    for decider in &outcome.deciders {
        let record = &decider.record;
        if record.is_double_indirect() {
            let nodes = record.second_pass.as_ref().map_or(&[][..], |second| &second.indirectly_connected);
            let text = format!("all go down: {} had flagged others before it was lost itself", names(nodes));
            warn(found, "SBR-100", text);
        }
        match &record.reason {
            Reason::TooManyMembers { most } => {
                let text = format!(
                    "all go down: {} members are more than the {most} that the quorum allows",
                    record.sides.members()
                );
                warn(found, "SBR-100", text);
            }
            Reason::NobodyCounts => warn(found, "SBR-100", "all go down: no member counts"),
            Reason::OldestUnreachable => {
                let oldest = record.sides.first.iter().map(|first| &first.node);
                warn(
                    found,
                    "SBR-100",
                    format!(
                        "{}, the oldest, decides alone: whoever cannot reach it goes down",
                        names(oldest)
                    ),
                );
            }
            _ => {}
        }
        if record.second_check.as_ref().is_some_and(|check| !check.is_passed) {
            let text = "a side that would stay goes down, since members that join or leave may count differently elsewhere";
            warn(found, "SBR-100", text);
        }
    }
    let decides_no_quorum = |outcome: &Outcome| {
        !outcome.deciders.is_empty()
            && outcome
                .deciders
                .iter()
                .all(|decider| matches!(decider.record.reason, Reason::NoQuorum | Reason::Minority))
    };
    match strategy {
        Strategy::DownAll => warn(found, "SBR-97", "all go down, whatever happened"),
        Strategy::LeaseMajority { .. } => {}
        _ if decides_no_quorum(outcome) => {
            warn(found, "SBR-100", "all go down: no side has what it takes to stay");
        }
        _ => {}
    }
}

/// SBR-40, SBR-42, SBR-94, SBR-95, SBR-98, SBR-99: what the settings make possible.
fn of_settings(found: &mut Vec<Warning>, strategy: &Strategy, sides: &[Side]) {
    let counted = |side: &Side| {
        let counts = |member: &&Member| {
            !matches!(
                member.status(),
                MemberStatus::Joining | MemberStatus::WeaklyUp | MemberStatus::Exiting | MemberStatus::Down
            ) && strategy.role().is_none_or(|role| member.roles().contains(role))
        };
        side.members.iter().filter(counts).count() as u32
    };
    let most = sides.iter().map(counted).max().unwrap_or(0);
    if let Some(role) = strategy.role().filter(|_| most == 0) {
        let rule = if matches!(strategy, Strategy::StaticQuorum { .. }) { "SBR-40" } else { "SBR-42" };
        let count = sides.iter().map(|side| side.members.len()).max().unwrap_or(0);
        warn(
            found,
            rule,
            format!(
                "no member of {count} that counts has the role {role}: any loss is decided without a vote"
            ),
        );
    }
    match strategy {
        Strategy::StaticQuorum { quorum_size, .. } => {
            if u64::from(most) + 1 > 2 * u64::from(*quorum_size) {
                let text = format!(
                    "{most} members are more than the {} that a quorum of {quorum_size} allows: every loss ends all",
                    2 * u64::from(*quorum_size) - 1
                );
                warn(found, "SBR-94", text);
            } else if most > 0 && most < *quorum_size {
                warn(
                    found,
                    "SBR-94",
                    format!("{most} members are fewer than the quorum of {quorum_size}: every loss ends all"),
                );
            } else if most % 2 == 0 && most > 0 {
                warn(found, "SBR-94", format!("{most} is even: two halves end both"));
            }
        }
        Strategy::KeepMajority { role: Some(role) } => {
            let leaders = sides.iter().filter_map(|side| {
                let mut all = side.members.iter().filter(|member| member.status() != MemberStatus::Down);
                let first = all.next()?;
                let leader =
                    all.fold(
                        first,
                        |least, member| if member.leadership_order(least).is_lt() { member } else { least },
                    );
                (!leader.roles().contains(role)).then(|| leader.unique_address())
            });
            let leaders: Vec<&UniqueAddress> = leaders.take(1).collect();
            if !leaders.is_empty() {
                let text = format!(
                    "the leader, {}, lacks the role {role}: a step of it that one side missed can let two sides stay",
                    names(leaders)
                );
                warn(found, "SBR-99", text);
            }
        }
        Strategy::KeepOldest { .. } if most == 2 => {
            warn(found, "SBR-96", "of two members the loss of the oldest ends both");
        }
        Strategy::KeepMajority { .. } if most == 2 => {
            warn(found, "SBR-95", "of two members the loss of the one with the lowest address ends both");
        }
        Strategy::LeaseMajority { .. } => {
            warn(
                found,
                "SBR-98",
                "all go down while the lease cannot be reached or is held by a node that is gone",
            );
        }
        _ => {}
    }
}

/// SBR-33 to SBR-35, SBR-54, SBR-58, LEASE-17: what broken links do.
fn of_broken_links(found: &mut Vec<Warning>, strategy: &Strategy, outcome: &Outcome) {
    for decider in &outcome.deciders {
        let record = &decider.record;
        if record.decision.is_indirectly_connected() {
            let nodes = names(&record.indirectly_connected);
            warn(
                found,
                "SBR-34",
                format!("both ends of broken links go down, though one may be healthy: {nodes}"),
            );
            if record.second_pass.is_none() {
                let text = "only nodes with broken links are missing, so the rest stays whatever its size";
                warn(found, "SBR-54", text);
            }
        }
        let seen = record.view.seen_by();
        let unseen = record.view.records().any(|(observer, subject)| {
            seen.contains_address(&observer.address)
                && !seen.contains_address(&subject.address)
                && !record.unreachable().is_empty()
                && record.view.records().any(|(other, _)| other == subject)
        });
        if unseen && record.decision == Decision::DownIndirectlyConnected {
            warn(
                found,
                "SBR-35",
                "a node that flagged others and was then lost itself counts as indirectly connected",
            );
        }
    }
    let several = |side: usize| outcome.deciders.iter().filter(|decider| decider.side == side).count() > 1;
    if matches!(strategy, Strategy::LeaseMajority { .. })
        && outcome.deciders.iter().any(|decider| several(decider.side))
    {
        let text = "several nodes of one side decide: whoever asks for the lease second takes the rest of its side down";
        warn(found, "LEASE-17", text);
    }
}
