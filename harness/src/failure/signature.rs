//! RUN: what makes two failures the same one.

use std::fmt;

use quorate::{MemberStatus, Node, Phase};
use quorate_sim::{Application, HostState, World};

use crate::judge::Violation;
use crate::run::{Cast, Life, Outcomes};

/// The parts that are told apart; a violation by more nodes keeps the first of each part.
const PARTS_MAX: usize = 4;

/// What makes two failures the same one: what was broken, and which part each node plays in it; never its name, an
/// instant or a number.
///
/// `Display` writes it in one way, such as `M4 (up, replaced)`; equal texts are equal signatures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    what: String,
    parts: Vec<Part>,
}

/// Which part a node plays in a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// A member, as it sees itself, that runs in the first life of its address.
    Member(MemberStatus),
    /// The same in a later life.
    Restarted(MemberStatus),
    /// It runs and is in no cluster.
    Outside,
    /// Its process was ended from outside, and its address is empty.
    Crashed,
    /// It has stopped by itself, and its address is empty.
    Stopped,
    /// It has ended, and a later incarnation has its address.
    Replaced,
    /// Nobody of the cast.
    Stranger,
}

impl Signature {
    /// The signature of a violation, in the state in which it was found.
    #[must_use]
    pub fn of_violation<A: Application>(violation: &Violation, world: &World<A>, cast: &Cast) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for name in &violation.who {
            let life = cast.lives().iter().find(|life| cast.call_life(life) == *name);
            let part = life.map_or(Part::Stranger, |life| Part::of(life, world, cast));
            // The first two are whose view it is and whom it is about; with more, who else is in it hardly matters.
            if parts.len() < 2 || !parts.contains(&part) {
                parts.push(part);
            }
        }
        if let [_, _, rest @ ..] = parts.as_mut_slice() {
            rest.sort_unstable();
        }
        parts.truncate(PARTS_MAX);
        Self { what: violation.invariant.id.into(), parts }
    }

    /// SIM-13: the signature of a fault of the world, by the sentence that tells it.
    #[must_use]
    pub fn of_fault(fault: &str, cast: &Cast) -> Self {
        Self { what: format!("fault: {}", without_particulars(fault, cast)), parts: Vec::new() }
    }

    /// The signature of a question that was answered with no: the question, and what kind of thing was true instead.
    #[must_use]
    pub fn of_unmet(question: &str, instead: &str, cast: &Cast) -> Self {
        let instead = without_particulars(instead, cast);
        Self { what: format!("not so: {question}: {instead}"), parts: Vec::new() }
    }

    /// What was broken: the id of an invariant, or a sentence.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Which part each node plays, whose view it is first.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn of_outcomes<A: Application>(
        outcomes: &Outcomes,
        world: &World<A>,
        cast: &Cast,
    ) -> Option<Self> {
        if let Some(violation) = &outcomes.violation {
            return Some(Self::of_violation(violation, world, cast));
        }
        if let Some(fault) = &outcomes.fault {
            return Some(Self::of_fault(fault, cast));
        }
        outcomes.unmet.first().map(|unmet| Self::of_unmet(&unmet.question, &unmet.instead, cast))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for (place, part) in self.parts.iter().enumerate() {
            write!(f, "{}{part}", if place == 0 { " (" } else { ", " })?;
        }
        f.write_str(if self.parts.is_empty() { "" } else { ")" })
    }
}

impl Part {
    fn of<A: Application>(life: &Life, world: &World<A>, cast: &Cast) -> Self {
        if cast.lives().iter().any(|other| other.host == life.host && other.incarnation > life.incarnation) {
            return Self::Replaced;
        }
        let host = world.host(life.host);
        match host.state() {
            HostState::Running => Self::of_running(host.node(), life),
            HostState::Crashed => Self::Crashed,
            _ => Self::Stopped,
        }
    }

    fn of_running(node: Option<&Node>, life: &Life) -> Self {
        match node {
            Some(node) if *node.phase() == Phase::Initialized => {
                let status = node.view().own_status();
                if life.incarnation == 1 { Self::Member(status) } else { Self::Restarted(status) }
            }
            _ => Self::Outside,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(status) => f.write_str(status.name()),
            Self::Restarted(status) => write!(f, "restarted {}", status.name()),
            Self::Outside => f.write_str("outside"),
            Self::Crashed => f.write_str("crashed"),
            Self::Stopped => f.write_str("stopped"),
            Self::Replaced => f.write_str("replaced"),
            Self::Stranger => f.write_str("stranger"),
        }
    }
}

/// A sentence in which names of nodes are `NODE` and numbers `N`, several of them in a row being one.
fn without_particulars(sentence: &str, cast: &Cast) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in sentence.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let name = bare.split('#').next().unwrap_or(bare);
        let word = if cast.names().iter().any(|node| node.as_str() == name) {
            "NODE"
        } else if bare.contains(|c: char| c.is_ascii_digit()) {
            "N"
        } else {
            word
        };
        if words.last() != Some(&word) {
            words.push(word);
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::parse;
    use crate::run::{Options, run};
    use crate::settings::Settings;

    fn signature(text: &str) -> Option<String> {
        let case = parse("test.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
        run(&case, &Options::default()).unwrap().outcomes.signature.map(|signature| signature.to_string())
    }

    #[test]
    fn a_question_that_fails_has_a_signature_without_names_and_numbers_in_the_answer() {
        let text = |nodes: &str| {
            format!("qcase 1\nnodes {nodes}\nseeds a\nat 0s start all\nat 10s check up 7\nat 11s end\n")
        };
        let expected = Some("not so: check up 7: NODE has N members that are up".to_string());
        assert_eq!(signature(&text("a b")), expected);
        assert_eq!(signature(&text("a b2 c")), expected);
        assert_eq!(signature(&text("a").replace("check up 7", "check up 1")), None);
        let nobody = text("a b").replace("at 0s start all", "");
        assert_ne!(signature(&nobody), expected, "another failure of the same question is another one");
    }

    #[test]
    fn names_and_numbers_in_a_row_are_one() {
        let cast = Cast::new(&parse("test", "qcase 1\nnodes a b c\n", &Settings).unwrap());
        assert_eq!(without_particulars("to a, b#2 c are up at 1.250s", &cast), "to NODE are up at N");
    }
}
