//! Running a case: the world is played, the judge watches, the questions are asked, the story is told.

mod answer;
mod cast;
mod checks;
mod chronicle;
mod deferred;
mod goals;
mod plan;
mod player;
mod recalled;
mod recorder;
mod report;
mod ride;
mod state;

mod story;
mod strip;
mod unwise;
mod witness;

use quorate::Instant;
use quorate_sim::{Application, Counts};

pub(crate) use answer::seconds;
pub use answer::{Answer, Scene};
pub use cast::{Cast, Life};
pub use checks::Unmet;
pub use chronicle::Chronicle;
pub use goals::{GOALS, Goal, Reached};
pub use plan::NotRunnable;
pub use report::Report;
pub(crate) use ride::{Look, Shrink};
pub use ride::{Rider, Rides};
pub use story::Story;
pub use strip::{Mark, Strip};
pub(crate) use unwise::unwise_settings;

use crate::case::{Case, Setting, Settings};
use crate::failure::Signature;
use crate::judge::{Closeness, Judged, UncleanSplits, Violation};
pub(crate) use plan::{Deeds, duration};
pub(crate) use player::{GoneOn, Played, Player, Standing, Stop, go_on};
pub(crate) use recorder::{Did, Moment, Recorder};
pub(crate) use state::{NodeState, StateTables};
pub(crate) use story::StoryLine;
pub(crate) use witness::Witness;

/// How to run a case, beside what it says itself.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Settings that replace those of the case, for all nodes.
    pub set: Vec<(String, String)>,
    /// The seed to use instead of the case's.
    pub seed: Option<u64>,
    /// SIM-11: neither story nor strip, which a campaign does not read.
    pub bare: bool,
    /// RUN-2: statements that turn out not to apply are passed over, as nobody can know when a case is drawn who will
    /// still be running. The case of the report is without them.
    pub pass_over: bool,
    /// No invariant is judged: for measuring.
    pub unjudged: bool,
    /// It is measured how close the run comes to the bounds of what must happen in time.
    pub measures: bool,
    /// SIM-7: the application that is on every host.
    pub rider: Rider,
}

/// What became of a run.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// Invariants that were violated; the run stopped at the first.
    pub violation: Option<Violation>,
    /// Questions of the case that were answered with no.
    pub unmet: Vec<Unmet>,
    /// Something in the world itself that went wrong: a panic, or time that stood still.
    pub fault: Option<String>,
    /// What makes it the same failure as another; `None` when nothing of this went wrong.
    pub signature: Option<Signature>,
    /// How many questions were asked.
    pub asked: usize,
    /// What each invariant was judged.
    pub judged: Vec<Judged>,
    /// S2: what came of faults that are no clean partition.
    pub unclean_splits: UncleanSplits,
    /// How close the run came to the bounds of what must happen in time; empty unless the options ask for it.
    pub closeness: Vec<Closeness>,
    /// INV-4: which goals were reached.
    pub goals: Reached,
    /// Everything that happened, in numbers.
    pub counts: Counts,
    /// How many inputs nodes handled.
    pub events: u64,
    /// Simulated seconds, summed over running nodes.
    pub node_seconds: f64,
    /// The digest of the run.
    pub digest: u64,
    /// The instant at which the run ended.
    pub ended_at: Instant,
}

impl Options {
    /// The same case with what the options say written into it, so that it is the same run without them.
    #[must_use]
    pub fn written_into(&self, case: &Case) -> Case {
        let mut case = case.clone();
        case.seed = self.seed.unwrap_or(case.seed);
        let setting = |(key, value): &(String, String)| Setting { key: key.clone(), value: value.clone() };
        if !self.set.is_empty() {
            case.settings.push(Settings::for_all(self.set.iter().map(setting).collect()));
        }
        case
    }
}

/// Runs a case to its end, or to the first violation.
///
/// # Errors
/// A case that can't be run, or asks for something that can't be done where it asks for it.
pub fn run(case: &Case, options: &Options) -> Result<Report, NotRunnable> {
    (options.rider.run)(case, options)
}

/// SIM-7: the same with an application on every host, whose own promises are judged too.
///
/// # Errors
/// As [`run`].
pub fn run_with<A: Application + Default>(case: &Case, options: &Options) -> Result<Report, NotRunnable> {
    let mut case = case.clone();
    case.seed = options.seed.unwrap_or(case.seed);
    Ok(Player::<A>::new(case, options)?.play()?.report)
}

#[cfg(test)]
mod tests {
    use quorate::ClusterEvent;
    use quorate_sim::Context;

    use super::*;
    use crate::case::parse;
    use crate::settings::Settings;

    /// An application that falls over what it hears.
    #[derive(Clone, Default)]
    struct Fragile;

    impl Application for Fragile {
        type Message = ();

        fn on_event(&mut self, _: &mut Context<'_, ()>, event: &ClusterEvent) {
            assert!(!matches!(event, ClusterEvent::MemberUp(_)), "nobody told me that members come up");
        }
    }

    fn case(text: &str) -> Case {
        parse("test.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"))
    }

    const LONELY: &str = "qcase 1\nnodes a\nseeds a\nat 0s start all\nat 5s end\nfinally up 1\n";

    /// SIM-13
    #[test]
    fn a_panic_within_a_run_is_a_violation_of_that_run() {
        let report =
            Player::<Fragile>::new(case(LONELY), &Options::default()).and_then(Player::play).unwrap().report;
        assert!(!report.passed());
        let fault = report.outcomes.fault.unwrap();
        assert!(fault.contains("nobody told me"), "{fault}");
    }

    /// CASE-8: a case that expects a violation passes if, and only if, there is that one.
    #[test]
    fn a_case_that_expects_a_violation_fails_without_one() {
        let expecting = LONELY.replace("at 5s end", "at 5s end\nexpect violation M4");
        assert!(run(&case(LONELY), &Options::default()).unwrap().passed());
        assert!(!run(&case(&expecting), &Options::default()).unwrap().passed());
    }

    /// RUN-2: what is left of the case means the same.
    #[test]
    fn statements_that_do_not_apply_can_be_passed_over() {
        let text = "qcase 1\nnodes a b\nseeds a\nat 0s start all\nat 9s crash b\nat 10s crash b\nat 11s leave b at b\n\
                    at 11s leave a\nat 20s end\n";
        assert!(run(&case(text), &Options::default()).is_err());
        let options = Options { bare: true, pass_over: true, ..Options::default() };
        let report = run(&case(text), &options).unwrap();
        let left: Vec<String> = report.case.steps.iter().map(|step| step.action.to_string()).collect();
        assert_eq!(left, ["start all", "crash b", "leave a", "end"]);
        let again = run(&report.case, &Options::default()).unwrap();
        assert_eq!(again.outcomes.digest, report.outcomes.digest);
    }

    /// CASE-8: `within` waits, and `never` and `always` are asked whenever something changes.
    #[test]
    fn questions_that_wait_or_last_are_asked_again_and_again() {
        let text = "qcase 1\nnodes a b\nseeds a\nat 0s start all at once\nat 0s check up 2 within 10s\n\
                    at 1s check up 2 within 1ms\nat 20s end\nnever up 2\nalways up 1\n";
        let report = run(&case(text), &Options::default()).unwrap();
        let unmet: Vec<&str> = report.outcomes.unmet.iter().map(|unmet| unmet.question.as_str()).collect();
        assert_eq!(unmet, ["always up 1", "check up 2 within 1ms", "never up 2"]);
    }
}
