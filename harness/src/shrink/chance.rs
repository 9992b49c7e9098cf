//! CASE-6: what links leave to chance, and the statements that take its place.

use quorate_sim::Misfortune;

use crate::case::{Action, Case, Fate, LinkEffect, Step, Time};

/// What links leave to chance, besides delays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Chance {
    Loss,
    Corruption,
    Duplication,
    Reordering,
}

impl Chance {
    /// All, in the order in which they are frozen.
    pub(super) const ALL: [Self; 4] = [Self::Corruption, Self::Duplication, Self::Reordering, Self::Loss];

    /// Whether it is this that an effect leaves to chance.
    fn is_of(self, effect: &LinkEffect) -> bool {
        matches!(
            (self, effect),
            (Self::Loss, LinkEffect::Loss(_) | LinkEffect::BurstyLoss { .. })
                | (Self::Corruption, LinkEffect::Corrupt(_))
                | (Self::Duplication, LinkEffect::Duplicate(_))
                | (Self::Reordering, LinkEffect::Reorder { .. })
        )
    }

    fn is_said_in(self, step: &Step) -> bool {
        matches!(&step.action, Action::Link(change) if self.is_of(&change.effect))
    }

    pub(super) fn is_in(self, case: &Case) -> bool {
        case.links.iter().any(|link| self.is_of(&link.change.effect))
            || case.steps.iter().any(|step| self.is_said_in(step))
    }

    /// Statements take its place.
    pub(super) fn replace(self, case: &mut Case, fates: Vec<Step>) {
        case.links.retain(|link| !self.is_of(&link.change.effect));
        case.steps.retain(|step| !self.is_said_in(step));
        case.steps.extend(fates);
        // The case ends behind them, and what is done at one instant comes behind what is settled then.
        case.steps.sort_by_key(|step| {
            (step.at, step.action == Action::End, !matches!(step.action, Action::Next { .. }))
        });
    }

    /// The statement that does to a message what this has done. A garbled one is dropped: its receiver counts it, and
    /// nothing else.
    pub(super) fn fate(self, what: Misfortune) -> Option<Fate> {
        Some(match (self, what) {
            (Self::Loss, Misfortune::Lost) | (Self::Corruption, Misfortune::Garbled) => Fate::Drop,
            (Self::Duplication, Misfortune::Doubled) => Fate::Duplicate,
            (Self::Reordering, Misfortune::HeldBack(takes)) => Fate::Delay(Time::from(takes)),
            _ => return None,
        })
    }
}
