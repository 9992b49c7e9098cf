//! What every strategy of the split brain resolver makes of a situation: who goes on, who is downed, and why.
//!
//! This is for choosing a strategy: a [`Situation`] is read from a `.qview` text ([`parse`]), decided by each strategy, with
//! and without the repairs of the resolver, on every side ([`Outcome`]), and the holes that part 04, section 11, knows of and
//! that open in this very situation are told ([`warnings`]).
//!
//! ```
//! use quorate_harness::decide::{Setting, Choice, parse};
//!
//! let text = "qview 1\nmembers a b c d e\nsides a b c | d e\n";
//! let situation = parse("split.qview", text.as_bytes())?;
//! let choices = Choice::all(&situation.strategies(), &situation.sides);
//! let majority = choices.iter().find(|choice| choice.strategy.name() == "keep-majority").unwrap();
//! let ending = &majority.outcome(Setting::Exact).endings[0];
//! assert_eq!(ending.survivors[0].len(), 3);
//! assert!(ending.survivors[1].is_empty());
//! # Ok::<(), quorate_harness::case::Errors>(())
//! ```

mod holes;
mod object;
mod qview;
mod side;
mod table;

use std::sync::Arc;
use std::time::Duration;

use quorate::{Repairs, Strategy};

pub use holes::{Warning, warnings};
pub use object::Object;
pub use qview::{Situation, parse};
pub use side::{Decider, Ending, Outcome, Side};
pub use table::Table;

/// Whether the resolver's repairs are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// The exact protocol.
    Exact,
    /// `gone-observers` and `worst-case-check` (REP-110, REP-120).
    Repaired,
}

impl Setting {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Exact, Self::Repaired];

    /// The switches.
    #[must_use]
    pub const fn repairs(self) -> Repairs {
        let mut repairs = Repairs::none();
        if matches!(self, Self::Repaired) {
            repairs.gone_observers = true;
            repairs.worst_case_check = true;
        }
        repairs
    }
}

/// A strategy, and how the situation ends under it.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The strategy.
    pub strategy: Strategy,
    exact: Outcome,
    repaired: Outcome,
}

impl Choice {
    /// Each strategy on the sides of a situation.
    #[must_use]
    pub fn all(strategies: &[Strategy], sides: &[Side]) -> Vec<Self> {
        let of = |strategy: &Strategy| {
            let [exact, repaired] =
                Setting::BOTH.map(|setting| Outcome::of(sides, strategy, &setting.repairs()));
            Self { strategy: strategy.clone(), exact, repaired }
        };
        strategies.iter().map(of).collect()
    }

    /// How it ends.
    #[must_use]
    pub const fn outcome(&self, setting: Setting) -> &Outcome {
        match setting {
            Setting::Exact => &self.exact,
            Setting::Repaired => &self.repaired,
        }
    }

    /// Whether the repairs change anything in this situation.
    #[must_use]
    pub fn is_changed_by_repairs(&self) -> bool {
        self.exact.endings != self.repaired.endings
    }

    /// The strategy and the settings that tell it from others.
    #[must_use]
    pub fn name(&self) -> String {
        name_of(&self.strategy)
    }
}

/// A strategy with the settings that tell it from others.
#[must_use]
pub fn name_of(strategy: &Strategy) -> String {
    match strategy {
        Strategy::StaticQuorum { quorum_size, .. } => format!("{} {quorum_size}", strategy.name()),
        Strategy::KeepOldest { down_if_alone: false, .. } => format!("{} (stays alone)", strategy.name()),
        _ => strategy.name().to_owned(),
    }
}

/// All strategies, keep-oldest in both ways.
#[must_use]
pub fn strategies(quorum_size: u32, role: Option<&str>) -> [Strategy; 6] {
    let role: Option<Arc<str>> = role.map(Arc::from);
    [
        Strategy::StaticQuorum { quorum_size, role: role.clone() },
        Strategy::KeepMajority { role: role.clone() },
        Strategy::KeepOldest { down_if_alone: true, role: role.clone() },
        Strategy::KeepOldest { down_if_alone: false, role: role.clone() },
        Strategy::DownAll,
        Strategy::LeaseMajority {
            role,
            minority_delay: Duration::from_secs(2),
            release_after: Duration::from_secs(40),
        },
    ]
}

impl Situation {
    /// All strategies, with the quorum and the role of the situation.
    #[must_use]
    pub fn strategies(&self) -> [Strategy; 6] {
        strategies(self.quorum_size, self.role.as_deref())
    }
}

#[cfg(test)]
mod hand_tests;
#[cfg(test)]
mod tests;
