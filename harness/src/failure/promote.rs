//! RUN: a failing case becomes a test.

use crate::case::{Case, Expectation, Line, Prose};
use crate::run::Outcomes;
use crate::settings::WORLD_PLANTED;

use super::block::stamped;

/// A case made into a test.
#[derive(Clone, Debug)]
pub struct Promoted {
    /// The case: it says what failed in it, with the digest of that run.
    pub case: Case,
    /// Whether it passes as long as the failure is there. Else it passes once that is cured.
    pub expects: bool,
}

/// RUN: makes a test of a case that fails.
///
/// It holds once what it shows is cured. A case that plants a bug, or one for which `expects` is given, is turned round
/// instead: it passes as long as the same invariant is violated.
#[must_use]
pub fn promoted(case: &Case, outcomes: &Outcomes, expects: bool) -> Promoted {
    let mut case = stamped(&telling(case, outcomes), outcomes.digest);
    let is_planted = |set: &crate::case::Setting| set.key == WORLD_PLANTED && set.value != "off";
    let plants = case.settings.iter().flat_map(|settings| &settings.settings).any(is_planted);
    if let Some(violation) = outcomes.violation.as_ref().filter(|_| expects || plants) {
        let (line, prose) = (Line::default(), Prose::default());
        case.expect = Some(Expectation { invariant: violation.invariant.id.into(), by: None, line, prose });
    }
    Promoted { expects: case.expect.is_some(), case }
}

/// The case with prose that tells its reader what fails in it.
#[must_use]
pub(crate) fn telling(case: &Case, outcomes: &Outcomes) -> Case {
    let mut case = case.clone();
    let told = match (&outcomes.violation, &outcomes.fault) {
        (Some(violation), _) => violation.to_string(),
        (None, Some(fault)) => format!("fault: {fault}"),
        (None, None) => outcomes.unmet.iter().map(|unmet| format!("{unmet}\n")).collect(),
    };
    case.prose.name.before = told.lines().map(ToString::to_string).collect();
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::parse;
    use crate::run::{Options, run};
    use crate::settings::Settings;

    fn failing(set: &str) -> (Case, Outcomes) {
        let text = format!("qcase 1\nnodes a b\nseeds a\n{set}at 0s start all\nat 30s end\nfinally up 3\n");
        let case = parse("test.qcase", &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
        let outcomes = run(&case, &Options::default()).unwrap().outcomes;
        (case, outcomes)
    }

    /// RUN
    #[test]
    fn a_case_that_plants_a_bug_passes_while_the_bug_is_found_and_any_other_once_it_holds() {
        let (case, outcomes) = failing("set world.planted = events-doubled\n");
        assert!(outcomes.violation.is_some());
        let test = promoted(&case, &outcomes, false);
        assert!(test.expects && run(&test.case, &Options::default()).unwrap().passed());

        let (case, outcomes) = failing("");
        let test = promoted(&case, &outcomes, false);
        assert!(!test.expects && !run(&test.case, &Options::default()).unwrap().passed());
        assert_eq!(test.case.digest.as_ref().map(|stated| stated.digest), Some(outcomes.digest));
        assert!(test.case.to_string().contains("# line 6: finally up 3"), "{}", test.case);
        let again = parse("again.qcase", &test.case.to_string(), &Settings).unwrap();
        assert_eq!(again, test.case);
    }
}
