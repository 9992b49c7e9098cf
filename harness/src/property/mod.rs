//! RUN-5: property tests of an application that rides on a simulated cluster (feature `proptest`).
//!
//! [`check`] draws cases, runs each with the application on every host, and asks after every step whether all is as the
//! application promises ([`Application::judge`]), and all that the harness knows of a cluster besides. A failure is made small
//! by `proptest` and then by [`shrink`](crate::shrink), told as the block that every failure prints (RUN-1), and left as a
//! `.qcase`, which [`assert_case_with`] keeps as a test. How that is done from the first line on is [`guide`].

use std::path::Path;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use quorate_sim::Application;

use crate::case::Case;
use crate::failure::{FailureBlock, NextLines, ToCase, folder, leave, shrunk_in_short, stamped};
use crate::run::{Options, Report, run_with};
use crate::shrink::shrink_with;

#[doc = include_str!("../../docs/property-test.md")]
pub mod guide {}

/// The variable that names a case to be run instead of drawing any.
const CASE: &str = "QUORATE_CASE";

/// Runs drawn cases with an application, and fails with the smallest in which something does not hold.
///
/// With the variable `QUORATE_CASE` set to the path of a case only that one is run, and its story is printed: the line
/// `again` of a failure does so. `name` is what the case that is left is called; that of the test is a good one.
///
/// # Panics
/// With the block of the failure, and if `QUORATE_CASE` names no case that can be run.
pub fn check<A: Application + Default>(name: &str, config: Config, cases: impl Strategy<Value = Case>) {
    if let Some(path) = std::env::var_os(CASE) {
        return replay::<A>(Path::new(&path));
    }
    if let Err(told) = checked::<A>(name, config, cases, &folder()) {
        panic!("{told}");
    }
}

/// A case that was kept holds with an application.
///
/// # Panics
/// With the block of the failure, and if it is no case that can be run.
pub fn assert_case_with<A: Application + Default>(case: &impl ToCase, place: &str) {
    let case = case.to_case(place).unwrap_or_else(|errors| panic!("{errors}"));
    let report = report_of::<A>(&case, true).unwrap_or_else(|why| panic!("{place}: {why}"));
    if !report.passed() {
        panic!("{}", told::<A>(place, &report, &folder()));
    }
}

fn report_of<A: Application + Default>(case: &Case, bare: bool) -> Result<Report, String> {
    let options = Options { bare, pass_over: true, ..Options::default() };
    run_with::<A>(case, &options).map_err(|not| format!("line {}: not applicable: {}", not.line, not.why))
}

fn checked<A: Application + Default>(
    name: &str,
    config: Config,
    cases: impl Strategy<Value = Case>,
    folder: &Path,
) -> Result<(), String> {
    let mut config = config;
    // The case that is left behind is what persists.
    config.failure_persistence = None;
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&cases, |case| match report_of::<A>(&case, true) {
        Ok(report) if report.passed() => Ok(()),
        Ok(report) => Err(TestCaseError::fail(report.verdict().to_string())),
        Err(why) => Err(TestCaseError::reject(why)),
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Abort(why)) => Err(format!("{name}: {why}")),
        Err(TestError::Fail(_, case)) => {
            let report = report_of::<A>(&case, true)?;
            Err(told::<A>(name, &report, folder))
        }
    }
}

/// The block of a failure, whose case is left behind.
fn told<A: Application + Default>(name: &str, report: &Report, folder: &Path) -> String {
    let shrunk = shrunk_in_short(shrink_with::<A>, &report.case, &report.outcomes);
    let (case, outcomes) =
        shrunk.as_ref().map_or((&report.case, &report.outcomes), |shrunk| (&shrunk.case, &shrunk.outcomes));
    let case = stamped(case, outcomes.digest);
    let next = match leave(&case, name, folder) {
        Ok(path) => NextLines(vec![
            ("again", format!("{CASE}={} cargo test {name} -- --nocapture", path.display())),
            ("keep", format!("cp {} tests/  # and property::assert_case_with", path.display())),
        ]),
        Err(why) => {
            NextLines(vec![("again", format!("save the case above and set {CASE} to its path ({why})"))])
        }
    };
    let statements_before = shrunk.as_ref().map(|shrunk| shrunk.statements_before);
    format!(
        "{name}: a drawn case does not hold\n\n{}\n",
        FailureBlock { outcomes, case: &case, statements_before, next }
    )
}

/// Runs one case and tells its story.
fn replay<A: Application + Default>(path: &Path) {
    let name = path.display();
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{CASE}={name}: {error}"));
    let case = text.to_case(&name.to_string()).unwrap_or_else(|errors| panic!("{errors}"));
    let report = report_of::<A>(&case, false).unwrap_or_else(|why| panic!("{CASE}={name}: {why}"));
    #[allow(clippy::print_stdout, reason = "whoever sets the variable wants to read it")]
    {
        println!("{}\n{}", report.story.told(&report.cast), report.strip.shown(false));
    }
    assert!(report.passed(), "{name}: {}", report.verdict());
}

#[cfg(test)]
mod tests {
    use quorate::ClusterEvent;
    use quorate_sim::{Context, World};

    use super::*;
    use crate::strategies::{Fault, Plan, cases};

    /// Wrong as soon as somebody has been told that a member is unreachable.
    #[derive(Clone, Default)]
    struct Touchy {
        told: bool,
    }

    impl Application for Touchy {
        type Message = ();

        fn on_event(&mut self, _: &mut Context<'_, ()>, event: &ClusterEvent) {
            self.told |= matches!(event, ClusterEvent::UnreachableMember(_));
        }

        fn judge(world: &World<Self>) -> Result<(), String> {
            match world.hosts().iter().find(|host| host.application().told) {
                Some(host) => Err(format!("{} was told of an unreachable member", host.name())),
                None => Ok(()),
            }
        }
    }

    fn config() -> Config {
        Config { cases: 16, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..Config::default() }
    }

    /// RUN-5: the minimal case is a `.qcase` that fails in the same way; the block says how to run it again.
    #[test]
    fn what_an_application_promises_is_judged_and_a_failure_leaves_the_smallest_case() {
        let folder = std::env::temp_dir().join(format!("quorate-property-{}", std::process::id()));
        let plan = Plan { faults: vec![Fault::Crash, Fault::Leave, Fault::Cut], ..Plan::default() };
        let told = checked::<Touchy>("touchy", config(), cases(plan), &folder).unwrap_err();
        for part in [
            "touchy: a drawn case does not hold",
            "was told of an unreachable member",
            "QUORATE_CASE=",
            "digest ",
        ] {
            assert!(told.contains(part), "no `{part}` in\n{told}");
        }
        let path = told.lines().find_map(|line| line.trim().strip_prefix("again   QUORATE_CASE=")).unwrap();
        let path = path.split(' ').next().unwrap();
        let case = std::fs::read_to_string(path).unwrap().to_case(path).unwrap();
        assert!(case.nodes.len() <= 2 && case.statements() <= 3, "{case}");
        let report = report_of::<Touchy>(&case, true).unwrap();
        assert_eq!(case.digest.as_ref().map(|stated| stated.digest), Some(report.outcomes.digest));
        assert!(!report.passed() && report_of::<()>(&case, true).unwrap().passed());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_promise_that_is_kept_passes() {
        let quiet = Plan { faults: Vec::new(), ..Plan::default() };
        assert_eq!(checked::<Touchy>("quiet", config(), cases(quiet), Path::new("/dev/null")), Ok(()));
    }
}
