//! RUN-6: which violations are known defects of the protocol that is followed.

use quorate::Repairs;

use crate::case::{Case, Setting, Settings};
use crate::judge::Invariant;
use crate::run::{Options, run};

/// A repaired rule of part 06.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cure {
    /// Its switch, as a setting without `repairs.`.
    pub name: &'static str,
    /// The number under which part 06 describes it.
    pub rule: &'static str,
}

/// All of them, in the order of part 06.
const CURES: [Cure; 12] = [
    Cure { name: "content-decides", rule: "REP-10" },
    Cure { name: "tombstones-remove", rule: "REP-20" },
    Cure { name: "join-checks-tombstones", rule: "REP-30" },
    Cure { name: "introduce", rule: "REP-40" },
    Cure { name: "removed-notice", rule: "REP-50" },
    Cure { name: "live-observers", rule: "REP-60" },
    Cure { name: "exiting-observers", rule: "REP-70" },
    Cure { name: "keep-self", rule: "REP-80" },
    Cure { name: "life-cycle-order", rule: "REP-90" },
    Cure { name: "preparing-from-gossip", rule: "REP-100" },
    Cure { name: "gone-observers", rule: "REP-110" },
    Cure { name: "worst-case-check", rule: "REP-120" },
];

/// The number under which part 06 describes a repair; empty for what is none.
pub(crate) fn rule_of_repair(name: &str) -> &'static str {
    CURES.into_iter().find(|cure| cure.name == name).map_or("", |cure| cure.rule)
}

/// What cures the violations of an invariant that is false without repairs.
fn cures(invariant: &Invariant) -> impl Iterator<Item = Cure> {
    invariant.cured_by.iter().filter_map(|name| CURES.into_iter().find(|cure| cure.name == *name))
}

/// What makes a violation a known defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// With these repairs on the same case holds.
    pub cures: Vec<Cure>,
}

impl Known {
    /// RUN-6: whether a case violates an invariant only for want of repairs that are off by default: those that cure
    /// it, off without having been named, with which the case holds.
    pub(super) fn of(invariant: &Invariant, case: &Case) -> Option<Self> {
        if !invariant.pekko {
            return None;
        }
        let candidates: Vec<Cure> = cures(invariant).filter(|cure| may_cure(*cure, case)).collect();
        let alone = candidates.iter().map(|cure| vec![*cure]);
        let together = (candidates.len() > 1).then(|| candidates.clone());
        let cures = alone.chain(together).find(|cures| holds_with(invariant, case, cures))?;
        Some(Self { cures })
    }
}

/// Whether a repair is off by default, and not named by the case.
fn may_cure(cure: Cure, case: &Case) -> bool {
    let off_by_default = Repairs::default().switch(cure.name).is_some_and(|on| !*on);
    let own = format!("repairs.{}", cure.name);
    let named = |setting: &Setting| setting.key == own || setting.key == "repairs.all";
    let named = case.settings.iter().flat_map(|settings| &settings.settings).any(named);
    off_by_default && !named
}

/// Whether nothing of this is violated in the same case with some repairs on.
fn holds_with(invariant: &Invariant, case: &Case, cures: &[Cure]) -> bool {
    let mut repaired = case.clone();
    repaired.digest = None;
    let settings = cures.iter().flat_map(|cure| with_needs(cure.name));
    let settings: Vec<Setting> =
        settings.map(|name| Setting { key: format!("repairs.{name}"), value: "on".into() }).collect();
    let (line, prose) = Default::default();
    repaired.settings.push(Settings { nodes: Vec::new(), settings, line, prose });
    let options = Options { bare: true, pass_over: true, ..Options::default() };
    run(&repaired, &options).is_ok_and(|report| {
        let outcomes = &report.outcomes;
        outcomes.fault.is_none()
            && outcomes.violation.as_ref().is_none_or(|found| found.invariant != invariant)
    })
}

/// REP-2: a repair with all that it relies on.
pub(super) fn with_needs(name: &'static str) -> impl Iterator<Item = &'static str> {
    let needs: &[&str] = match name {
        "content-decides" => &["tombstones-remove", "life-cycle-order"],
        "introduce" => &["tombstones-remove", "join-checks-tombstones", "removed-notice"],
        _ => &[],
    };
    needs.iter().copied().chain([name])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::INVARIANTS;

    /// RUN-6: of each invariant that part 06 calls false without repairs it is said what cures it.
    #[test]
    fn whatever_is_false_without_repairs_has_a_cure_and_nothing_else_has() {
        for invariant in INVARIANTS {
            assert_eq!(cures(invariant).count(), invariant.cured_by.len(), "{}", invariant.id);
            assert!(!invariant.pekko || cures(invariant).next().is_some(), "{}", invariant.id);
        }
    }

    #[test]
    fn every_cure_is_a_repair_in_the_order_of_the_specification() {
        let names: Vec<_> = CURES.iter().map(|cure| cure.name).collect();
        assert_eq!(names, Repairs::NAMES);
    }

    /// RUN-6: who switches a repair off by name asks for everything to be asserted.
    #[test]
    fn a_repair_that_is_named_makes_nothing_known() {
        let text = |set: &str| format!("qcase 1\nnodes a\n{set}\nat 1s end\n");
        let case = |set: &str| crate::case::parse("test", &text(set), &crate::settings::Settings).unwrap();
        if !Repairs::default().tombstones_remove {
            assert!(may_cure(CURES[1], &case("")));
        }
        assert!(!may_cure(CURES[1], &case("set repairs.tombstones-remove = off")));
        assert!(!may_cure(CURES[1], &case("set repairs.all = off")));
    }
}
