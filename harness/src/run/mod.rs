//! Running a case: the world is played, the judge watches, the questions are asked, the story is told.

mod answer;
mod cast;
mod checks;
mod goals;
mod plan;
mod report;
mod story;
mod strip;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use quorate::{Config, Instant, UniqueAddress};
use quorate_sim::{
    Action as Deed, Application, Counts, HostId, HostState, NotApplicable, Outcome, StepKind, World,
};

pub use answer::{Answer, Scene, seconds};
pub use cast::{Cast, Life};
pub use checks::Unmet;
pub use goals::{GOALS, Goal, Reached};
pub use plan::NotRunnable;
pub use report::Report;
pub use story::Story;
pub use strip::{Mark, Strip};

use crate::case::{Action, Case};
use crate::failure::Signature;
use crate::judge::{Event, Judge, JudgeSetup, Judged, Named, Violation};
use checks::Checks;
use goals::Goals;
use plan::{Deeds, configs, world};

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

/// Runs a case to its end, or to the first violation.
///
/// # Errors
/// A case that can't be run, or asks for something that can't be done where it asks for it.
pub fn run(case: &Case, options: &Options) -> Result<Report, NotRunnable> {
    let mut case = case.clone();
    case.seed = options.seed.unwrap_or(case.seed);
    Player::<()>::new(case, options)?.play()
}

/// One run while it goes on.
struct Player<A: Application> {
    case: Case,
    configs: Vec<Arc<Config>>,
    world: World<A>,
    cast: Cast,
    story: Story,
    strip: Strip,
    judge: Judge,
    checks: Checks,
    end: Instant,
    violation: Option<Violation>,
    fault: Option<String>,
    goals: Goals,
    bare: bool,
    /// RUN-2: the places of statements that did not apply; `None` when there must be none.
    passed_over: Option<Vec<usize>>,
}

impl<A: Application + Default> Player<A> {
    fn new(case: Case, options: &Options) -> Result<Self, NotRunnable> {
        let overrides = &options.set;
        let configs = configs(&case, overrides)?;
        let mut world = world(&case, overrides, &configs)?;
        let cast = Cast::new(&case);
        let deeds = Deeds { case: &case, cast: &cast, configs: &configs };
        for link in &case.links {
            let deed = deeds.link(&link.change).map_err(|why| NotRunnable { line: link.line.0, why })?;
            world.schedule(Instant::ZERO, deed);
        }
        let end = Instant::from_nanos(case.steps.iter().map(|step| step.at.nanos()).max().unwrap_or(0));
        let drawn = if options.bare { &[] } else { &*case.nodes };
        let strip = Strip::new(drawn.iter().map(ToString::to_string), end);
        let judge = Judge::new(JudgeSetup::of(&case));
        let checks = Checks::new(&case);
        let story = Story::default();
        Ok(Self {
            configs,
            world,
            cast,
            story,
            strip,
            judge,
            checks,
            end,
            violation: None,
            fault: None,
            goals: Goals::default(),
            bare: options.bare,
            passed_over: options.pass_over.then(Vec::new),
            case,
        })
    }

    fn play(mut self) -> Result<Report, NotRunnable> {
        // SIM-13: a panic inside a run is a violation like any other, not the end of the program.
        let played = catch_unwind(AssertUnwindSafe(|| self.play_steps()));
        match played {
            Ok(done) => done?,
            Err(panic) => self.fault = Some(format!("a panic: {}", panic_text(&*panic))),
        }
        if self.violation.is_none() && self.fault.is_none() {
            let scene = Scene { world: &self.world, cast: &self.cast };
            self.checks.finish(&scene);
            let stage = Named { stage: &self.world, name: |node: &UniqueAddress| self.cast.call(node) };
            if let Err(found) = self.judge.finish(&stage, self.world.now()) {
                self.violation = self.choose(found);
            }
        }
        Ok(self.report())
    }

    fn play_steps(&mut self) -> Result<(), NotRunnable> {
        let steps = self.case.steps.clone();
        for (place, step) in steps.iter().enumerate() {
            let at = Instant::from_nanos(step.at.nanos());
            self.advance(before(at));
            if self.is_over() {
                return Ok(());
            }
            let not_runnable = |why: String| NotRunnable { line: step.line.0, why };
            if let Action::Check { questions, within } = &step.action {
                // It sees the instant as the statements before it have left it.
                let scene = Scene { world: &self.world, cast: &self.cast };
                self.checks.ask(&scene, step, questions, *within);
                continue;
            }
            let deeds = Deeds { case: &self.case, cast: &self.cast, configs: &self.configs };
            let deeds = deeds.of(&step.action).map_err(not_runnable)?;
            if step.action != Action::End && !self.bare {
                self.story.deed(at, step.action.to_string());
            }
            for (done, deed) in deeds.into_iter().enumerate() {
                let Some(why) = self.do_now(at, &deed) else { continue };
                match &mut self.passed_over {
                    // Of a statement that was half done the other half can't be left out.
                    Some(passed_over) if done == 0 => {
                        passed_over.push(place);
                        break;
                    }
                    _ => return Err(not_runnable(why.to_string())),
                }
            }
        }
        self.advance(self.end);
        Ok(())
    }

    /// Does a deed. It comes before anything else of its instant but what the world had put off until then.
    fn do_now(&mut self, at: Instant, deed: &Deed) -> Option<NotApplicable> {
        self.world.schedule(at, deed.clone());
        while !self.is_over() {
            let before = self.world.steps();
            match self.step(at) {
                Some((done, refused)) if done == *deed => return refused,
                _ if self.world.steps() == before => return None,
                _ => {}
            }
        }
        None
    }

    fn is_over(&self) -> bool {
        self.violation.is_some() || self.fault.is_some()
    }

    /// Does everything that is due up to a moment, drawing the strip on the way.
    fn advance(&mut self, until: Instant) {
        while !self.is_over() {
            let slice = self.strip.next_at().filter(|at| *at <= until && !self.bare);
            let limit = slice.unwrap_or(until);
            while self.world.now() <= limit && !self.is_over() {
                let before = self.world.steps();
                // An action that is refused later than it was scheduled is one that the world put off: a restart.
                self.step(limit);
                if self.world.steps() == before {
                    break;
                }
            }
            if slice.is_none() {
                return;
            }
            let marks = self.world.hosts().iter().map(|host| Mark::of(host.state(), host.node()));
            let is_cut = is_cut(&self.world);
            self.strip.draw(marks, is_cut);
        }
    }

    /// Does the next thing that is due by a moment. Gives back the action, if it was one, and why it could not be done.
    fn step(&mut self, limit: Instant) -> Option<(Deed, Option<NotApplicable>)> {
        let step = self.world.step_until(limit)?;
        let (at, host) = (step.at, step.host);
        let event = Event::of(&step);
        if let Some(fault) = step.fault {
            self.fault = Some(fault.to_string());
        }
        let acted = match step.what {
            StepKind::Action { action, outcome } => {
                let why = if let Outcome::NotApplicable(why) = outcome { Some(why.clone()) } else { None };
                Some((action.clone(), why))
            }
            _ => None,
        };
        let has_news = !step.outputs.is_empty();
        if let Some(host) = host {
            self.goals.watch(event.cause, step.outputs);
            if !self.bare {
                self.story.outputs(at, host, step.outputs, &self.cast);
            }
        }
        let changed = host.is_some_and(|host| self.follow_life(host, at));
        let stage = Named { stage: &self.world, name: |node: &UniqueAddress| self.cast.call(node) };
        if let Err(found) = self.judge.after_event(&stage, event) {
            self.violation = self.choose(found);
        }
        if has_news || changed {
            let scene = Scene { world: &self.world, cast: &self.cast };
            self.checks.watch(&scene, at);
        }
        acted
    }

    /// Of the violations that one event began, the one that the case expects, else the first.
    fn choose(&self, found: Vec<Violation>) -> Option<Violation> {
        let expected = self.case.expect.as_ref().map(|expected| expected.invariant.as_str());
        let place = found.iter().position(|violation| Some(violation.invariant.id) == expected).unwrap_or(0);
        found.into_iter().nth(place)
    }

    /// Notes that a life has begun or ended. Gives back whether one did.
    fn follow_life(&mut self, host: HostId, at: Instant) -> bool {
        let there = self.world.host(host);
        let life = self.cast.lives().iter().rfind(|life| life.host == host);
        let known = life.map_or(0, |life| life.incarnation);
        let is_open = life.is_some_and(|life| life.end.is_none());
        let (state, incarnation) = (there.state(), there.incarnation());
        let node = there.unique_address().cloned();
        if is_open && (incarnation != known || state != HostState::Running) {
            let how = if incarnation == known { state } else { HostState::Crashed };
            self.cast.end(host, at, how);
        }
        if incarnation != known
            && let Some(node) = node
        {
            self.cast.begin(host, incarnation, node, at);
            return true;
        }
        is_open && state != HostState::Running
    }

    fn report(mut self) -> Report {
        for place in self.passed_over.take().into_iter().flatten().rev() {
            self.case.steps.remove(place);
        }
        let ended_at = self.world.now();
        let lived = self.cast.lives().iter().map(|life| {
            let end = life.end.map_or(ended_at, |(at, _)| at);
            end.since(life.from).as_secs_f64()
        });
        let mut outcomes = Outcomes {
            violation: self.violation,
            fault: self.fault,
            signature: None,
            asked: self.checks.asked(),
            unmet: self.checks.into_unmet(),
            judged: self.judge.report(),
            goals: self.goals.reached(),
            counts: self.world.counts(),
            events: self.world.events(),
            node_seconds: lived.sum(),
            digest: self.world.digest(),
            ended_at,
        };
        outcomes.signature = Signature::of_outcomes(&outcomes, &self.world, &self.cast);
        Report { case: self.case, cast: self.cast, story: self.story, strip: self.strip, outcomes }
    }
}

fn before(at: Instant) -> Instant {
    Instant::from_nanos(at.as_nanos().saturating_sub(1))
}

fn is_cut<A: Application>(world: &World<A>) -> bool {
    let hosts = world.hosts().len();
    // Above some hundred nodes one host stands for all: looking at each pair would take longer than the run.
    let froms = if hosts > 100 { 1 } else { hosts };
    let pairs = (0..froms).flat_map(|a| (0..hosts).map(move |b| (a, b)));
    pairs.filter(|(a, b)| a != b).any(|(a, b)| world.is_cut(HostId::from_index(a), HostId::from_index(b)))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".into())
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
            Player::<Fragile>::new(case(LONELY), &Options::default()).and_then(Player::play).unwrap();
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
